import { fork } from "node:child_process";
import { PASSWORD, USER } from "./who.ts";

export interface Stage {
  /** Where the page is. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Signs in as the page does: the cookie, as `name=value`. */
  signIn(): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * The console and its API with an embedded database, as `npm start` has them, and in it so many reports of the last `hours`, put there by
 * the product's own parts: landed, appended, published, counted, settled. In a process of its own, so that its log is not in the way, and
 * who measures it does not slow it down. Throws what keeps it from starting.
 */
export async function startStage({ reports = 20_000, hours = 48 } = {}): Promise<Stage> {
  const child = fork(new URL("serve.ts", import.meta.url), [String(reports), String(hours)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const origin = await new Promise<string>((resolve, reject) => {
    child.once("message", (told: { origin?: string; error?: string }) =>
      told.origin ? resolve(told.origin) : reject(new Error(told.error)),
    );
    child.once("exit", (code) => reject(new Error(`the stage ended with ${code}`)));
  });
  return {
    ...{ url: `${origin}/console`, user: USER, password: PASSWORD },
    signIn: () => signIn(origin),
    async [Symbol.asyncDispose]() {
      child.kill();
    },
  };
}

async function signIn(origin: string): Promise<string> {
  const response = await fetch(`${origin}/omnilog/1/session`, {
    method: "POST",
    body: JSON.stringify({ user: USER, password: PASSWORD }),
    headers: { "content-type": "application/json", origin, "sec-fetch-site": "same-origin" },
  });
  const [cookie] = response.headers.getSetCookie();
  if (!response.ok || cookie === undefined) throw new Error(`signing in was answered ${response.status}`);
  return cookie.split(";")[0] ?? "";
}
