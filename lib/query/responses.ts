import { gzipSync } from "node:zlib";
import { type Json, printJson } from "../runtime/json.ts";
import { CONTENT_TYPES, type Format, MEDIA_TYPES } from "./formats.ts";
import type { Violations } from "./parameters.ts";
import { printXml } from "./xml.ts";

/** The one place that chooses a status of ours, and the shape of every error. */
export interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded?: boolean;
}

/** How an error is told: in which of Infobip's two shapes, and as XML where that was asked for. */
export interface ErrorStyle {
  readonly format: Format;
  readonly shape: "ApiException" | "ApiError";
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

/** 429, with the whole seconds after which another request has a chance. */
export function tooManyRequests(style: ErrorStyle, waitMs: number): Response {
  const headers = { "retry-after": String(Math.ceil(waitMs / 1000)) };
  return failure(style, 429, "TOO_MANY_REQUESTS", "Too many requests", headers);
}

/** 500, with a fixed text: what went wrong is in the log. */
export function serverError(style: ErrorStyle): Response {
  return failure(style, 500, "GENERAL_ERROR", "Something went wrong. Please contact support.");
}

/** The same response with the request's id and, where the client takes it and it is worth it, compressed. */
export function finish(response: Response, requestId: string, isGzipAccepted: boolean): Response {
  const headers = { ...response.headers, ...(requestId ? { "x-request-id": requestId } : {}) };
  if (!isGzipAccepted || response.body.length < 1_000) return { ...response, headers };
  return {
    ...response,
    headers: { ...headers, "content-encoding": "gzip" },
    body: gzipSync(response.body).toString("base64"),
    isBase64Encoded: true,
  };
}

/** An error as OpenAPI 3.210.0 has it: ApiException for version 1 and omni, ApiError for the newer endpoints. */
function failure(
  { format, shape }: ErrorStyle,
  statusCode: number,
  code: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
  violations: Violations = {},
): Response {
  const error =
    shape === "ApiException" ? exceptionOf(code, text, violations) : errorOf(statusCode, text, violations);
  const isXml = format === "xml";
  const contentType = CONTENT_TYPES[isXml ? "xml" : "json"];
  const body = isXml ? printXml(shape, error) : printJson(error);
  return { statusCode, headers: { ...headersOf(contentType), ...headers }, body };
}

function exceptionOf(messageId: string, text: string, validationErrors: Violations): Json {
  const isPlain = Object.keys(validationErrors).length === 0;
  return {
    requestError: { serviceException: { messageId, text, ...(isPlain ? {} : { validationErrors }) } },
  };
}

function errorOf(statusCode: number, description: string, violations: Violations): Json {
  return {
    errorCode: `E${statusCode}`,
    description,
    action: statusCode < 500 ? "Check the request and try again." : "Contact support.",
    violations: Object.entries(violations).flatMap(([property, messages]) =>
      messages.map((violation) => ({ property, violation })),
    ),
    resources: [],
  };
}

function headersOf(contentType: string): Record<string, string> {
  return { "content-type": contentType, ...COMMON_HEADERS };
}
