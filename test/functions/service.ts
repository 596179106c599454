import { handler } from "../../functions/query.ts";
import { makeTable, startEmbeddedDatabase } from "../../infra/local/database.ts";
import { serveHandler } from "../../infra/local/http.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { openDatabase } from "../../lib/runtime/dynamodb.ts";
import { checked } from "../api/described.ts";
import { appendTo } from "../archive/appending.ts";
import { expectNothingDenied, restricted } from "./rights.ts";

export const CREDENTIALS = "Aladdin:open sesame";
export const CURSOR_KEY = "a key for tests, of 32 characters".replaceAll(/[ ,]/g, "-");
const CENTURY_HOURS = 876_000;

export interface Service {
  /** Asks over HTTP with the example's credentials; `headers` replace them. */
  ask(target: string, init?: RequestInit): Promise<Response>;
  /** Puts records into the archive, kept for so many hours after they were sent (by default, a century). */
  store(records: readonly MessageRecord[], retentionHours?: number): Promise<void>;
  readonly url: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Basic authentication's header. */
export function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}

/**
 * The query handler over HTTP, with an embedded database and the rights of its Lambda; each answer is checked against the
 * API's description. The handler reads its environment once for a process, so a test file starts one service only.
 * Without a table every query fails. Disposing of it throws if anything was denied.
 */
export async function startService(
  environment: Readonly<Record<string, string>> = {},
  hasTable = true,
): Promise<Service> {
  const database = await startEmbeddedDatabase();
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    LOG_FORMAT: "text",
    QUERY_CREDENTIALS: CREDENTIALS,
    CURSOR_KEY,
    // Tests of other things fail to sign in as often as they like.
    QUERY_FAILURES_PER_MINUTE: "100000",
    ...environment,
  });
  if (hasTable) await makeTable("omnilog");
  const server = await serveHandler(checked(restricted("query", handler)), 0);
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : address}`;
  const db = openDatabase("omnilog");
  return {
    url,
    ask: (target, init = {}) =>
      fetch(url + target, { ...init, headers: { authorization: basic(CREDENTIALS), ...init.headers } }),
    store: async (records, retentionHours = CENTURY_HOURS) => {
      await appendTo(db, { retentionHours }, records);
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
