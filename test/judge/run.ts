import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import dynalite from "dynalite";
import type { Message, Truth } from "./messages.ts";
import { expected, keyOf } from "./oracle.ts";

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** The product under judgement, started as `npm start` does, with a database outside of it. */
export class Product {
  readonly #environment: Record<string, string>;
  readonly #port: number;
  #child: ChildProcess | undefined;

  private constructor(port: number, environment: Record<string, string>) {
    this.#port = port;
    this.#environment = environment;
  }

  static async prepare(environment: Record<string, string>): Promise<Product & AsyncDisposable> {
    const database = dynalite({ createTableMs: 0 });
    const endpoint = `http://127.0.0.1:${await listen(database)}`;
    const probe = createServer();
    const port = await listen(probe);
    await new Promise((resolve) => probe.close(resolve));
    const variables = { PORT: String(port), AWS_ENDPOINT_URL_DYNAMODB: endpoint, ...environment };
    const product = new Product(port, variables);
    // The database ends with this process: closed under a request that was left behind, dynalite throws.
    database.unref();
    const close = () => product.kill("SIGTERM");
    return Object.assign(product, { [Symbol.asyncDispose]: close });
  }

  start(): void {
    const script = new URL("../../infra/local/start.ts", import.meta.url).pathname;
    const env = { PATH: process.env.PATH, ...this.#environment };
    const stdio = process.env.JUDGE_VERBOSE ? "inherit" : "ignore";
    const child = spawn(process.execPath, [script], { env, stdio });
    process.once("exit", () => child.kill("SIGKILL"));
    this.#child = child;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill(signal);
    await exit;
  }

  /** The records of an answer, prices as the digits they came in. */
  async query(queryString: string): Promise<Truth[]> {
    const authorization = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
    const answer = await fetch(`http://127.0.0.1:${this.#port}/omni/1/logs?${queryString}`, {
      headers: { authorization },
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${queryString}: ${answer.status} ${text}`);
    const digits = (key: string, value: unknown, context?: { source: string }) =>
      key === "pricePerMessage" ? context?.source : value;
    return JSON.parse(text, digits as Parameters<typeof JSON.parse>[1]).results;
  }

  /** Every way in which what is served differs from the truth; waits so long for there to be none. */
  async differences(messages: readonly Message[], patienceMs: number): Promise<string[]> {
    for (const endMs = Date.now() + patienceMs; ; await sleep(2000)) {
      const found = await this.#compare(messages).catch((error: Error) => [error.message]);
      if (found.length === 0 || Date.now() > endMs) return found;
    }
  }

  async #compare(messages: readonly Message[]): Promise<string[]> {
    const moments = [...new Set(messages.map(({ sentAtMs }) => sentAtMs))].sort((a, b) => a - b);
    const served: Truth[] = [];
    for (let n = 0; n < moments.length; n += 500) {
      const until = moments[n + 500];
      const part = [
        `sentSince=${at(moments[n] as number)}`,
        ...(until ? [`sentUntil=${at(until - 1)}`] : []),
        "limit=1000",
      ];
      served.push(...(await this.query(part.join("&"))));
    }
    const byKey = new Map(served.map((record) => [keyOf(record), record]));
    const wrong = expected(messages, { limit: ["1000000"] }).filter(
      (truth) => !isDeepStrictEqual(byKey.get(keyOf(truth)), truth),
    );
    const told = wrong.map(
      (truth) => `${JSON.stringify(truth)}\n  but ${JSON.stringify(byKey.get(keyOf(truth)))}`,
    );
    return served.length > messages.length ? [`${served.length} records served`, ...told] : told;
  }
}

const at = (ms: number) => new Date(ms).toISOString();
