import { LOGS_ENDPOINTS } from "../../lib/query/endpoints.ts";
import { type LogsRequest, parseLogsRequest } from "../../lib/query/parameters.ts";
import { printLogs } from "../../lib/query/print.ts";
import { search } from "../../lib/query/search.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";

/** The bench wants to know what an answer costs, however much that is. */
const LIMITS = { units: 1_000_000, timeoutMs: 600_000 };

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
  const { body, rows } = await printLogs(format, endpoint, found, request);
  return { body, rows, units: found.spentUnits };
}
