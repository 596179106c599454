import { gzipSync } from "node:zlib";
import { type ErrorStyle, printError } from "./errors.ts";
import { CONTENT_TYPES, type Format, MEDIA_TYPES } from "./formats.ts";
import type { Violations } from "./parameters.ts";

/** The one place that chooses a status of ours, and the shape of every error. */
export interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded?: boolean;
}

const COMMON_HEADERS = {
  "cache-control": "no-store",
  "strict-transport-security": "max-age=63072000; includeSubDomains",
  "x-content-type-options": "nosniff",
};

export function ok(format: Format, body: string, headers: Readonly<Record<string, string>> = {}): Response {
  const vary = "accept, accept-encoding, authorization";
  return { statusCode: 200, headers: { ...headersOf(CONTENT_TYPES[format]), vary, ...headers }, body };
}

/** A page of ours that is not an answer to a query: the API's description, and the page that shows it. */
export function page(contentType: string, body: string): Response {
  const policy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'";
  return { statusCode: 200, headers: { ...headersOf(contentType), "content-security-policy": policy }, body };
}

/** 400, with what is wrong by parameter. */
export function badRequest(style: ErrorStyle, violations: Violations): Response {
  return failure(style, 400, "BAD_REQUEST", "Request is invalid.", {}, violations);
}

export function unauthorized(style: ErrorStyle): Response {
  const challenge = { "www-authenticate": 'Basic realm="omnilog", charset="UTF-8"' };
  return failure(style, 401, "UNAUTHORIZED", "Invalid login details", challenge);
}

export function notFound(style: ErrorStyle): Response {
  return failure(style, 404, "NOT_FOUND", "Not found");
}

export function methodNotAllowed(style: ErrorStyle): Response {
  return failure(style, 405, "METHOD_NOT_ALLOWED", "Method not allowed", { allow: "GET" });
}

export function notAcceptable(shape: ErrorStyle["shape"]): Response {
  const text = `Accept must allow one of ${MEDIA_TYPES.join(", ")}`;
  return failure({ format: "json", shape }, 406, "NOT_ACCEPTABLE", text);
}

export function tooLong(style: ErrorStyle): Response {
  return failure(style, 414, "URI_TOO_LONG", "The query is too long");
}

export function headersTooLarge(style: ErrorStyle): Response {
  return failure(style, 431, "REQUEST_HEADER_FIELDS_TOO_LARGE", "The headers are too large");
}

/** 429, with the whole seconds after which another request has a chance. */
export function tooManyRequests(style: ErrorStyle, waitMs: number): Response {
  const headers = { "retry-after": String(Math.ceil(waitMs / 1000)) };
  return failure(style, 429, "TOO_MANY_REQUESTS", "Too many requests", headers);
}

/** 500, with a fixed text: what went wrong is in the log. */
export function serverError(style: ErrorStyle): Response {
  return failure(style, 500, "GENERAL_ERROR", "Something went wrong. Please contact support.");
}

/**
 * The same response with the request's id and, where the client takes it and it is worth it, compressed. A body that
 * would not pass otherwise (it is one huge record) is compressed in any case: nearly every client undoes that.
 */
export function finish(response: Response, requestId: string, isGzipAccepted: boolean): Response {
  const headers = { ...response.headers, "x-request-id": requestId };
  const isCompressed = isGzipAccepted ? response.body.length >= 1_000 : !isPassable(response.body);
  if (!isCompressed) return { ...response, headers };
  return {
    ...response,
    headers: { ...headers, "content-encoding": "gzip" },
    body: gzipSync(response.body).toString("base64"),
    isBase64Encoded: true,
  };
}

/** Lambda gives back 6 MB at most, headers included, and base64 makes 4 bytes of 3. */
const MOST_PAYLOAD_BYTES = 5_900_000;
const MOST_BODY_BYTES = 4_400_000;

/** May a body go through Lambda and API Gateway: as it is, which is inside a JSON string, and compressed, however badly? */
export function isPassable(body: string): boolean {
  // One character takes 6 bytes at most.
  if (body.length * 6 <= MOST_BODY_BYTES) return true;
  return (
    Buffer.byteLength(body) <= MOST_BODY_BYTES &&
    Buffer.byteLength(JSON.stringify(body)) <= MOST_PAYLOAD_BYTES
  );
}

function failure(
  { format, shape }: ErrorStyle,
  statusCode: number,
  code: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
  violations: Violations = {},
): Response {
  const contentType = CONTENT_TYPES[format === "xml" ? "xml" : "json"];
  const body = printError({ format, shape }, { statusCode, code, text, violations });
  return { statusCode, headers: { ...headersOf(contentType), ...headers }, body };
}

function headersOf(contentType: string): Record<string, string> {
  return { "content-type": contentType, ...COMMON_HEADERS };
}
