import { OwnError } from "../message/errors.ts";
import { isBusy } from "../runtime/dynamodb.ts";
import { MEDIA_TYPES } from "./formats.ts";
import { isOfPage } from "./own-page.ts";
import type { Violations } from "./parameters.ts";
import type { HttpRequest } from "./requests.ts";

/** What a refusal may contain besides its status, code and text. */
interface Details {
  readonly headers?: Readonly<Record<string, string>>;
  readonly violations?: Violations;
  /** For our log, not for the client. */
  readonly cause?: unknown;
}

/**
 * Thrown by anything below the router to refuse a request. Only this file chooses the status of a refusal; those of
 * other answers are in responses.ts.
 */
export class Refusal extends OwnError {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly violations: Violations;

  constructor(statusCode: number, code: string, text: string, details: Details = {}) {
    super("Refusal", code, text);
    this.statusCode = statusCode;
    this.headers = details.headers ?? {};
    this.violations = details.violations ?? {};
    this.cause = details.cause;
  }
}

/** 400, with what is wrong by parameter. */
export function badRequest(violations: Violations): Refusal {
  return new Refusal(400, "BAD_REQUEST", "Request is invalid.", { violations });
}

/** 401; `cause` is set if nobody could have been admitted through a fault of ours. */
export function unauthorized(asked: HttpRequest["headers"], cause?: unknown): Refusal {
  // On a page's request a browser would answer a Basic challenge with its own password dialog.
  const challenge = isOfPage(asked) ? 'Cookie realm="omnilog"' : 'Basic realm="omnilog", charset="UTF-8"';
  const headers = { "www-authenticate": challenge };
  return new Refusal(401, "UNAUTHORIZED", "Invalid login details", { headers, cause });
}

/** 403: refused whoever is asking, or because of who is. */
export function forbidden(text: string): Refusal {
  return new Refusal(403, "FORBIDDEN", text);
}

export function notFound(): Refusal {
  return new Refusal(404, "NOT_FOUND", "Not found");
}

export function methodNotAllowed(allow: string): Refusal {
  return new Refusal(405, "METHOD_NOT_ALLOWED", "Method not allowed", { headers: { allow } });
}

export function notAcceptable(mediaTypes: readonly string[] = MEDIA_TYPES): Refusal {
  return new Refusal(406, "NOT_ACCEPTABLE", `Accept must allow one of ${mediaTypes.join(", ")}`);
}

export function bodyTooLarge(): Refusal {
  return new Refusal(413, "PAYLOAD_TOO_LARGE", "The body is too large");
}

/** 415 */
export function notJson(): Refusal {
  return new Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json");
}

export function queryTooLong(): Refusal {
  return new Refusal(414, "URI_TOO_LONG", "The query is too long");
}

export function headersTooLarge(): Refusal {
  return new Refusal(431, "REQUEST_HEADER_FIELDS_TOO_LARGE", "The headers are too large");
}

/** 429, with the whole seconds until the next request can succeed. */
export function tooManyRequests(waitMs: number): Refusal {
  const headers = { "retry-after": String(Math.max(1, Math.ceil(waitMs / 1000))) };
  return new Refusal(429, "TOO_MANY_REQUESTS", "Too many requests", { headers });
}

/** 500, with a fixed text: what went wrong is in the log. */
function generalError(cause: unknown): Refusal {
  const text = "Something went wrong. Please contact support.";
  return new Refusal(500, "GENERAL_ERROR", text, { cause });
}

/** Throttling ends within seconds, when the table has adapted. */
const UNAVAILABLE_SECONDS = 5;

/** 503: the database is too busy, or too slow, to answer now. */
export function unavailable(cause: unknown): Refusal {
  const headers = { "retry-after": String(UNAVAILABLE_SECONDS) };
  const text = "The archive cannot answer now. Please try again.";
  return new Refusal(503, "SERVICE_UNAVAILABLE", text, { headers, cause });
}

/** What a client is told about anything that was thrown. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return isBusy(error) ? unavailable(error) : generalError(error);
}

/**
 * The answer lists the valid names for each unknown one, so a query of many unknown names must not get a huge answer.
 */
export const MOST_UNKNOWN_NAMED = 10;

/** For routes without parameters. Throws a Refusal that names those that are given. */
export function refuseAnyParameter(queryString: string, why = "is not a parameter; there are none"): void {
  const names = [...new URLSearchParams(queryString).keys()].slice(0, MOST_UNKNOWN_NAMED);
  if (names.length > 0) throw badRequest(Object.fromEntries(names.map((name) => [name.slice(0, 64), [why]])));
}
