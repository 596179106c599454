import { gzipSync } from "node:zlib";
import { type ErrorStyle, printError } from "./errors.ts";
import { CONTENT_TYPES, type Format } from "./formats.ts";
import type { Refusal } from "./refusals.ts";
import type { HttpRequest } from "./requests.ts";

/** A response for API Gateway. */
export interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded?: boolean;
  /** Each becomes a Set-Cookie header (payload format 2.0). */
  readonly cookies?: readonly string[];
}

/** A response, with what it cost and found, for the log. */
export interface Reply {
  readonly response: Response;
  /** The name of the client; "" if nobody had to sign in, or nobody did. */
  readonly client: string;
  readonly rows: number;
  readonly readUnits: number;
  readonly isIncomplete: boolean;
  /** Pages of reports that expired before the client had read them. */
  readonly skippedPages?: number;
  /** What went wrong on our side, if anything did. */
  readonly cause?: unknown;
}

/** The reply if nothing was read from the database. */
export function unread(response: Response): Reply {
  return { response, client: "", rows: 0, readUnits: 0, isIncomplete: false };
}

const COMMON_HEADERS = {
  "cache-control": "no-store",
  // If a browser opens an answer directly, it is only text; and other sites cannot embed it.
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "strict-transport-security": "max-age=63072000; includeSubDomains",
  "x-content-type-options": "nosniff",
};

export function ok(format: Format, body: string, headers: Readonly<Record<string, string>> = {}): Response {
  const vary = "accept, accept-encoding, authorization";
  return { statusCode: 200, headers: { ...headersOf(CONTENT_TYPES[format]), vary, ...headers }, body };
}

/** A page of our own which is not the answer to a query, such as the API's description. */
export function page(contentType: string, body: string): Response {
  const policy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'";
  return { statusCode: 200, headers: { ...headersOf(contentType), "content-security-policy": policy }, body };
}

/** 202: stored, and will be carried out. */
export function accepted(body: string): Response {
  return { ...ok("json", body), statusCode: 202 };
}

/** A response without a body. */
export function noContent(headers: Readonly<Record<string, string>>): Response {
  return { statusCode: 204, headers: { ...COMMON_HEADERS, ...headers }, body: "" };
}

/** A permanent redirect; `location` may be relative. */
export function movedTo(location: string): Response {
  return { statusCode: 308, headers: { ...COMMON_HEADERS, location }, body: "" };
}

/** The response with additional or changed headers. */
export function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  return { ...response, headers: { ...response.headers, ...headers } };
}

/** The response with a cookie. */
export function withCookie(response: Response, cookie: string): Response {
  return { ...response, cookies: [cookie] };
}

/** A refusal in the format of the request. CSV and NDJSON have no format for errors, so it is JSON there. */
export async function refused(refusal: Refusal, { format, shape }: ErrorStyle): Promise<Response> {
  const { statusCode, code, message: text, violations, headers } = refusal;
  const contentType = CONTENT_TYPES[format === "xml" ? "xml" : "json"];
  const body = await printError({ format, shape }, { statusCode, code, text, violations });
  return { statusCode, headers: { ...headersOf(contentType), ...headers }, body };
}

/**
 * Adds the request's id and, if the client accepts it and it is worth it, compresses the body. A body that would
 * otherwise not pass (a single huge record) is always compressed, since nearly every client can decompress. The answer
 * to HEAD is that to GET without its body.
 */
export function finish(
  response: Response,
  { id, method }: Pick<HttpRequest, "id" | "method">,
  isGzipAccepted: boolean,
): Response {
  const headers = { ...response.headers, "x-request-id": id };
  if (method === "HEAD") return { ...response, headers, body: "" };
  const isCompressed = isGzipAccepted ? response.body.length >= 1_000 : !isPassable(response.body);
  if (!isCompressed) return { ...response, headers };
  return {
    ...response,
    headers: { ...headers, "content-encoding": "gzip" },
    body: gzipSync(response.body).toString("base64"),
    isBase64Encoded: true,
  };
}

/** Lambda returns at most 6 MB, including headers, and base64 turns 3 bytes into 4. */
const MOST_PAYLOAD_BYTES = 5_900_000;
const MOST_BODY_BYTES = 4_400_000;

/**
 * Does a body pass through Lambda and API Gateway, both as it is (inside a JSON string) and compressed, however badly?
 */
export function isPassable(body: string): boolean {
  // One character takes at most 6 bytes.
  if (body.length * 6 <= MOST_BODY_BYTES) return true;
  const bytes = Buffer.byteLength(body);
  if (bytes > MOST_BODY_BYTES) return false;
  // Only these control characters take more than twice as much, and hardly any body has one.
  if (bytes * 2 + 2 <= MOST_PAYLOAD_BYTES && !CONTROL.test(body)) return true;
  return Buffer.byteLength(JSON.stringify(body)) <= MOST_PAYLOAD_BYTES;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\u0000-\u0007\u000b\u000e-\u001f]/;

function headersOf(contentType: string): Record<string, string> {
  return { "content-type": contentType, ...COMMON_HEADERS };
}
