import { Cursors } from "../../lib/api/cursor.ts";
import { LOGS_ENDPOINTS } from "../../lib/api/endpoints.ts";
import { type LogsRequest, parseLogsRequest } from "../../lib/api/parameters.ts";
import { printLogs } from "../../lib/api/print.ts";
import { search } from "../../lib/archive/search/search.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";

/** The product's own budget. */
const LIMITS = { units: 4_000, timeoutMs: 600_000 };

const cursors = new Cursors(["a key of the bench, of 32 characters"]);
const seal = (after: string) => cursors.seal(after, "bench");

/** Reads the parameters of a question. Throws if they are none. */
export function ask(query: Readonly<Record<string, string>>): LogsRequest {
  const parsed = parseLogsRequest(String(new URLSearchParams(query)));
  if ("violations" in parsed) throw new Error(`the bench asks wrongly: ${JSON.stringify(parsed.violations)}`);
  return parsed.request;
}

/** Answers a question as the Lambda does, from the database to the body. */
export async function answer(
  db: Database,
  request: LogsRequest,
  nowMs: number,
  format: "json" | "xml" = "json",
) {
  const [endpoint] = LOGS_ENDPOINTS;
  if (!endpoint) throw new Error("there is no endpoint");
  const found = await search(db, request, LIMITS, () => nowMs);
  const { body, rows } = await printLogs(format, endpoint, found, request, seal);
  return { body, rows, units: found.spentUnits };
}
