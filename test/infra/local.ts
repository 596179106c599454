import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** The local runner as a child process. */
export interface Runner {
  readonly child: ChildProcess;
  /** Everything that it has printed so far. */
  output(): string;
  /** Resolves once it has printed this; rejects when it ends before. */
  printed(text: string): Promise<void>;
  /** Sends a signal and gives the exit code, and how many milliseconds that took. */
  stop(signal: NodeJS.Signals): Promise<{ code: number | null; ms: number }>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts the script of `npm start` with nothing in its environment but PATH and these variables, and with these flags. */
export function startRunner(
  environment: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Runner {
  const script = new URL("../../infra/local/start.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [script, ...flags], {
    env: { PATH: process.env.PATH, ...environment },
  });
  const exit = once(child, "close");
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part) => (text += part));
  const stop = async (signal: NodeJS.Signals) => {
    const startedMs = Date.now();
    child.kill(signal);
    await exit;
    return { code: child.exitCode, ms: Date.now() - startedMs };
  };
  return {
    child,
    output: () => text,
    printed: async (wanted) => {
      while (!text.includes(wanted)) {
        if (child.exitCode !== null) throw new Error(`it ended, and said: ${text}`);
        await Promise.race([once(child.stdout, "data"), exit]);
      }
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) await stop("SIGKILL");
    },
  };
}

/** A port that is free now. */
export async function freePort(): Promise<string> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const address = server.address();
  server.close();
  return String(typeof address === "object" ? address?.port : address);
}
