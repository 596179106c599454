import { createHmac } from "node:crypto";
import { Readable } from "node:stream";
import { Agent, request } from "undici";
import type { Chance } from "./messages.ts";

/** A body that has to be taken: how it goes, and what became of it. */
export interface Push {
  readonly kind: string;
  readonly body: Buffer;
  readonly contentType: string;
  /** How many reports it holds. */
  readonly count: number;
}

/** The ways in which the judge shows itself; `keys` are those that hold now. */
export const SIGNATURE = "x-judge-signature";
export const BASIC = "judge:pass:word";
export const TOKEN = "to ken";
export const PATH_SECRET = "a-secret.of_the~path-1";

/** The PUSH_CREDENTIALS under which all those, and signatures with these keys, are right. */
export function credentialsOf(keys: readonly string[]): string {
  const signed = keys.map((key, n) => `hmac X-Judge-Signature ${n % 2 ? "SHA512" : "SHA256"} ${key}`);
  return [...signed, `basic ${BASIC}`, `header X-Judge-Token ${TOKEN}`, `path ${PATH_SECRET}`].join("\n");
}

const algorithmOf = (keys: readonly string[], key: string) => (keys.indexOf(key) % 2 ? "sha512" : "sha256");

/** A signature in one of the forms that were seen. */
export function signature(body: Buffer, key: string, algorithm: string, chance: Chance): string {
  const hmac = createHmac(algorithm, key).update(body);
  const form = chance.pick(["hex", "upper", "base64", "named"]);
  if (form === "base64") return hmac.digest("base64");
  const hex = hmac.digest("hex");
  return form === "upper" ? hex.toUpperCase() : form === "named" ? `${algorithm.toUpperCase()}=${hex}` : hex;
}

interface Proof {
  readonly headers: Record<string, string>;
  readonly path: string;
}

/** One of the right ways. */
export function rightProof(body: Buffer, keys: readonly string[], chance: Chance): Proof {
  const key = chance.pick(keys);
  return chance.pick<() => Proof>([
    () => ({ headers: { [SIGNATURE]: signature(body, key, algorithmOf(keys, key), chance) }, path: "" }),
    () => ({ headers: { authorization: `Basic ${btoa(BASIC)}` }, path: "" }),
    () => ({ headers: { "x-judge-token": TOKEN }, path: "" }),
    () => ({ headers: {}, path: `/${encodeURIComponent(PATH_SECRET)}` }),
  ])();
}

/** One of the wrong ways; `gone` are keys that no longer hold. */
export function wrongProof(
  body: Buffer,
  keys: readonly string[],
  gone: readonly string[],
  chance: Chance,
): Proof {
  const [key = ""] = keys;
  const right = createHmac("sha256", key).update(body).digest("hex");
  const spoilt = (right[0] === "0" ? "1" : "0") + right.slice(1);
  const other = createHmac("sha256", key).update(body.subarray(1)).digest("hex");
  const signed = (value: string) => () => ({ headers: { [SIGNATURE]: value }, path: "" });
  const old = (one: string) => signed(createHmac("sha256", one).update(body).digest("hex"));
  return chance.pick<() => Proof>([
    ...[
      signed(spoilt),
      signed(other),
      signed(right.slice(0, 62)),
      signed(""),
      signed("SHA256="),
      ...gone.map(old),
    ],
    () => ({ headers: {}, path: "" }),
    () => ({ headers: { authorization: `Basic ${btoa("judge:pass:words")}` }, path: "" }),
    () => ({ headers: { authorization: "Basic" }, path: "" }),
    () => ({ headers: { "x-judge-token": `${TOKEN}s` }, path: "" }),
    () => ({ headers: { "x-judge-token": "" }, path: "" }),
    () => ({ headers: {}, path: "/path" }),
  ])();
}

/** Sends bodies over a few kept connections. */
export class Pusher {
  readonly #agent = new Agent({ connections: 32, headersTimeout: 30_000 });
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** The status of the answer; 0 when there was none. */
  async push({ kind, body, contentType }: Push, { headers, path }: Proof): Promise<number> {
    try {
      const answer = await request(`${this.#url}/push/${kind}${path}`, {
        ...{ method: "POST", dispatcher: this.#agent, body },
        headers: { "content-type": contentType, ...headers },
      });
      await answer.body.dump();
      return answer.statusCode;
    } catch {
      return 0;
    }
  }

  /** Begins a push, and breaks the connection in the middle of it. */
  async breakOff({ kind, body, contentType }: Push, { headers, path }: Proof): Promise<void> {
    async function* half() {
      yield body.subarray(0, body.length >> 1);
      throw new Error("broken off");
    }
    const length = { "content-length": String(body.length) };
    await request(`${this.#url}/push/${kind}${path}`, {
      ...{ method: "POST", dispatcher: this.#agent, body: Readable.from(half()) },
      headers: { "content-type": contentType, ...length, ...headers },
    }).catch(() => undefined);
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}
