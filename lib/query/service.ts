import type { Database } from "../runtime/dynamodb.ts";
import type { Secret } from "../runtime/secret.ts";
import { isAuthorized, parseCredentials } from "./credentials.ts";
import { printOmniLogs } from "./omni-logs.ts";
import { parseLogsRequest } from "./parameters.ts";
import {
  badRequest,
  type Format,
  methodNotAllowed,
  negotiateFormat,
  notAcceptable,
  notFound,
  ok,
  type Response,
  unauthorized,
} from "./responses.ts";
import { type SearchLimits, search } from "./search.ts";

/** A request as far as this service looks at it; header names in lower case. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly queryString: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface QueryServices {
  readonly db: Database;
  readonly credentials: Secret;
  readonly limits: SearchLimits;
  readonly now: () => number;
}

/** What a request cost and found, for the log. */
export interface Answered {
  readonly response: Response;
  readonly rows: number;
  readonly readUnits: number;
  readonly isIncomplete: boolean;
}

const LOGS_PATH = "/omni/1/logs";

/** Answers one request. Throws what DynamoDB or Secrets Manager throw. */
export async function answer(request: HttpRequest, services: QueryServices): Promise<Answered> {
  const format = negotiateFormat(request.headers.accept);
  const refusal = await refuse(request, format ?? "json", services);
  if (refusal) return unread(refusal);
  if (!format) return unread(notAcceptable());
  const parsed = parseLogsRequest(request.queryString);
  if ("violations" in parsed) return unread(badRequest(format, parsed.violations));
  const found = await search(services.db, parsed.request, services.limits, services.now);
  return {
    response: ok(format, printOmniLogs(format, found, parsed.request)),
    rows: found.items.length,
    readUnits: found.spentUnits,
    isIncomplete: found.isIncomplete,
  };
}

async function refuse(
  request: HttpRequest,
  format: Format,
  { credentials }: QueryServices,
): Promise<Response | undefined> {
  if (request.path !== LOGS_PATH) return notFound(format);
  if (request.method !== "GET") return methodNotAllowed(format);
  const header = request.headers.authorization;
  if (isAuthorized(header, parseCredentials(await credentials(false)))) return undefined;
  // The credentials may have been changed since they were read.
  return isAuthorized(header, parseCredentials(await credentials(true))) ? undefined : unauthorized(format);
}

function unread(response: Response): Answered {
  return { response, rows: 0, readUnits: 0, isIncomplete: false };
}
