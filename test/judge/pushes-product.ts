import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Truth } from "./messages.ts";
import { answers, Part } from "./pushes-parts.ts";
import { credentialsOf } from "./pushes-pusher.ts";
import { listen } from "./run.ts";

const AUTHORIZATION = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
const DYNALITE = new URL("../../node_modules/dynalite/cli.js", import.meta.url).pathname;
const START = new URL("../../infra/local/start.ts", import.meta.url).pathname;

/** The product as `npm start` runs it, and its database on disk: two processes, either of which may go down. */
export class PushedProduct {
  readonly url: string;
  readonly product: Part;
  readonly database: Part;
  /** The keys of signatures that hold from the next start on. */
  keys: readonly string[];
  readonly #folder: string;
  readonly #databaseUrl: string;

  private constructor(folder: string, ports: readonly number[], infobipUrl: string, keys: readonly string[]) {
    const [port, databasePort] = ports;
    this.#folder = folder;
    this.#databaseUrl = `http://127.0.0.1:${databasePort}`;
    this.url = `http://127.0.0.1:${port}`;
    this.keys = keys;
    const stdio = process.env.JUDGE_VERBOSE ? "inherit" : "ignore";
    const disk = [
      "--port",
      String(databasePort),
      "--path",
      folder,
      "--createTableMs",
      "0",
      "--host",
      "127.0.0.1",
    ];
    this.database = new Part(() => spawn(process.execPath, [DYNALITE, ...disk], { stdio: "ignore" }));
    this.product = new Part(() => {
      const env = {
        ...{ PATH: process.env.PATH, PORT: String(port), AWS_ENDPOINT_URL_DYNAMODB: this.#databaseUrl },
        ...{
          INFOBIP_BASE_URL: infobipUrl,
          PUSH_CREDENTIALS: credentialsOf(this.keys),
          RETENTION_HOURS: "96",
        },
        ...{ INGEST_INTERVAL_SECONDS: "1", RECONCILE_INTERVAL_SECONDS: "3600" },
      };
      return spawn(process.execPath, [START], { env, stdio });
    });
  }

  static async prepare(infobipUrl: string, keys: readonly string[]): Promise<PushedProduct> {
    const folder = await mkdtemp(join(tmpdir(), "omnilog-judge-"));
    const probes = [createServer(), createServer()];
    const ports = await Promise.all(probes.map(listen));
    await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
    const prepared = new PushedProduct(folder, ports, infobipUrl, keys);
    await prepared.startDatabase();
    return prepared;
  }

  async startDatabase(): Promise<void> {
    this.database.start();
    await answers(this.#databaseUrl);
  }

  async start(): Promise<void> {
    this.product.start();
    await answers(this.url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.product.kill("SIGTERM");
    await this.database.kill();
    await rm(this.#folder, { recursive: true });
  }

  /** Everything that is served, prices as the digits they came in. */
  async *served(sinceMs: number): AsyncGenerator<Truth> {
    for (let cursor = ""; ; ) {
      const since = new Date(sinceMs).toISOString();
      const { results, cursor: next } = await this.get<Page>(
        `/omni/1/logs?limit=1000&sentSince=${since}&useCursor=true${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      yield* results;
      cursor = next?.nextCursor ?? "";
      if (cursor === "") return;
    }
  }

  /**
   * A JSON answer; throws for any status but 200. A 503 may pass: the machine is busy with what the judge pushes. So may a connection
   * that was closed because the judge has thought for longer than it is kept.
   */
  async get<T>(path: string, tries = 20): Promise<T> {
    const headers = { authorization: AUTHORIZATION, accept: "application/json" };
    const answer = await fetch(this.url + path, { headers }).catch((error: unknown) => {
      if (tries === 0) throw error;
      return undefined;
    });
    const text = (await answer?.text()) ?? "";
    if ((answer === undefined || answer.status === 503) && tries > 0) {
      await sleep(500);
      return this.get(path, tries - 1);
    }
    if (answer?.status !== 200)
      throw new Error(`${path.split("?")[0]}: ${answer?.status} ${text.slice(0, 300)}`);
    const digits = (key: string, value: unknown, context?: { source: string }) =>
      key === "pricePerMessage" ? context?.source : value;
    return JSON.parse(text, digits as Parameters<typeof JSON.parse>[1]) as T;
  }
}

interface Page {
  readonly results: Truth[];
  readonly cursor?: { readonly nextCursor?: string };
}
