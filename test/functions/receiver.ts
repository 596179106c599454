import { createHmac } from "node:crypto";
import { handler as query } from "../../functions/query.ts";
import { type ReceiveContext, handler as receive } from "../../functions/receive.ts";
import { makeTable, startEmbeddedDatabase } from "../../infra/local/database.ts";
import { routed, serveHandler } from "../../infra/local/http.ts";
import { type Database, openDatabase } from "../../lib/runtime/dynamodb.ts";
import { checked } from "../api/described.ts";
import { expectNothingDenied, restricted } from "./rights.ts";
import { basic, CREDENTIALS, CURSOR_KEY } from "./service.ts";

export const HMAC_KEY = "a key that nobody knows";
export const PATH_SECRET = "a-secret-for-the-path";

/** Who may push in the tests: one of each way. */
const PUSHERS = [
  "basic infobip:push me",
  "header x-omnilog-push 0123456789",
  `hmac X-Signature SHA256 ${HMAC_KEY}`,
  "hmac x-signature MD5 an older key",
  `path ${PATH_SECRET}`,
].join("\n");

export interface Receiver {
  readonly url: string;
  readonly db: Database;
  /** Pushes a body, with the Basic pair unless told otherwise. */
  push(path: string, body: string | Uint8Array, headers?: Record<string, string>): Promise<Response>;
  /** What a query answers as JSON. */
  ask(target: string): Promise<{ status: number; body: never }>;
  /** The scheduled run. */
  merge(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * The receiver and the query over HTTP, with an embedded database and the rights of their Lambdas: one for a test file,
 * since they read their environment once. Disposing of it throws if anything was denied.
 */
export async function startReceiver(environment: Readonly<Record<string, string>> = {}): Promise<Receiver> {
  const database = await startEmbeddedDatabase();
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    LOG_FORMAT: "json",
    QUERY_CREDENTIALS: CREDENTIALS,
    CURSOR_KEY,
    PUSH_CREDENTIALS: PUSHERS,
    RETENTION_HOURS: "876000",
    QUERY_RATE_PER_MINUTE: "1000000",
    QUERY_RATE_BURST: "1000000",
    ...environment,
  });
  await makeTable("omnilog");
  const receiving = restricted("receive", receive);
  const handlers = { "POST /push": receiving, "/": checked(restricted("query", query)) };
  const server = await serveHandler(routed(handlers), 0);
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : address}`;
  const db = openDatabase("omnilog");
  return {
    url,
    db,
    push: (path, body, headers = { authorization: basic("infobip:push me") }) =>
      fetch(url + path, { method: "POST", body: Buffer.from(body as string), headers }),
    ask: async (target) => {
      const response = await fetch(url + target, { headers: { authorization: basic(CREDENTIALS) } });
      return { status: response.status, body: (await response.json()) as never };
    },
    merge: async () => {
      const context: ReceiveContext = { getRemainingTimeInMillis: () => 60_000 };
      await receiving({ job: "merge" }, context);
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      db.client.destroy();
      await database.close();
      expectNothingDenied();
    },
  };
}

/** A body's signature, as Infobip makes it. */
export function sign(algorithm: string, key: string, body: string | Uint8Array): Buffer {
  return createHmac(algorithm, key).update(body).digest();
}
