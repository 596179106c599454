import Negotiator from "negotiator";
import { type Json, printJson } from "../runtime/json.ts";
import type { Violations } from "./parameters.ts";
import { printXml } from "./xml.ts";

/** The one place that chooses a status of ours, and the shape of every error. */
export interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Format = "json" | "xml";

const MEDIA_TYPES: Readonly<Record<string, Format>> = {
  "application/json": "json",
  "application/xml": "xml",
  "text/xml": "xml",
};
const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  json: "application/json; charset=utf-8",
  xml: "application/xml; charset=utf-8",
};

/** The format that an Accept header asks for; JSON when it asks for nothing; undefined when it takes none of ours. */
export function negotiateFormat(accept: string | undefined): Format | undefined {
  if (!accept?.trim()) return "json";
  const chosen = new Negotiator({ headers: { accept } }).mediaType(Object.keys(MEDIA_TYPES));
  return chosen === undefined ? undefined : MEDIA_TYPES[chosen];
}

export function ok(format: Format, body: string, headers: Readonly<Record<string, string>> = {}): Response {
  return { statusCode: 200, headers: { ...baseHeaders(format), ...headers }, body };
}

/** 400, with what is wrong by parameter. */
export function badRequest(format: Format, violations: Violations): Response {
  return failure(format, 400, "BAD_REQUEST", "Request is invalid.", {}, violations);
}

export function unauthorized(format: Format): Response {
  const challenge = 'Basic realm="omnilog", charset="UTF-8"';
  return failure(format, 401, "UNAUTHORIZED", "Invalid login details", { "www-authenticate": challenge });
}

export function notFound(format: Format): Response {
  return failure(format, 404, "NOT_FOUND", "Not found");
}

export function methodNotAllowed(format: Format): Response {
  return failure(format, 405, "METHOD_NOT_ALLOWED", "Method not allowed", { allow: "GET" });
}

export function notAcceptable(): Response {
  return failure("json", 406, "NOT_ACCEPTABLE", "Accept must allow application/json or application/xml");
}

/** 500, with a fixed text: what went wrong is in the log. */
export function serverError(format: Format): Response {
  return failure(format, 500, "GENERAL_ERROR", "Something went wrong. Please contact support.");
}

/** An error in the shape of Infobip's ApiException (OpenAPI 3.210.0), JSON or XML. */
function failure(
  format: Format,
  statusCode: number,
  messageId: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
  validationErrors?: Violations,
): Response {
  const serviceException = { messageId, text, ...(validationErrors ? { validationErrors } : {}) };
  const error: Json = { requestError: { serviceException } };
  const body = format === "json" ? printJson(error) : printXml("ApiException", error);
  return { statusCode, headers: { ...baseHeaders(format), ...headers }, body };
}

function baseHeaders(format: Format): Record<string, string> {
  return {
    "content-type": CONTENT_TYPES[format],
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  };
}
