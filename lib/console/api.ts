import { isJsonObject, type JsonObject, parseJson } from "../message/json.ts";

/** Why there is no answer, in words for the reader. `status` is 0 if the endpoint could not be reached. */
export class Fault extends Error {
  readonly status: number;
  readonly violations: Readonly<Record<string, readonly string[]>>;

  constructor(status: number, text: string, violations: Fault["violations"] = {}) {
    super(text);
    this.status = status;
    this.violations = violations;
  }
}

/** Called when the session is over, whichever request notices it first. */
type Listener = () => void;
let onSignedOut: Listener = () => {};
export function whenSignedOut(listener: Listener): void {
  onSignedOut = listener;
}

export interface Asking {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly accept?: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

const WORDS: Readonly<Record<number, string>> = {
  0: "Omnilog cannot be reached. Check the connection, then try again.",
  401: "This session is over. Sign in again.",
  403: "This client may not see that.",
  404: "There is nothing here.",
  429: "Too many questions at once. Wait a few seconds, then try again.",
};

/** Sends a request to this origin. Throws a Fault for any error response, and an AbortError if it was cancelled. */
export async function ask(
  path: string,
  query: Readonly<Record<string, string | undefined>> = {},
  { method = "GET", accept = "application/json", body, signal }: Asking = {},
): Promise<Response> {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const target = given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
  const response = await fetch(target, {
    method,
    headers: { accept, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    body: body === undefined ? null : JSON.stringify(body),
    credentials: "same-origin",
    cache: "no-store",
    signal: signal ?? null,
  }).catch((error: Error) => {
    if (error.name === "AbortError") throw error;
    throw new Fault(0, WORDS[0] ?? "");
  });
  if (response.ok) return response;
  if (response.status === 401 && path !== SESSION) onSignedOut();
  throw faultOf(response.status, await response.text().catch(() => ""));
}

export const SESSION = "/omnilog/1/session";

/** The same for JSON answers. Numbers keep all their digits if the browser supports that. */
export async function askJson(...asked: Parameters<typeof ask>): Promise<JsonObject> {
  const text = await (await ask(...asked)).text();
  const isExact = "rawJSON" in JSON;
  const json: unknown = isExact ? parseJson(text) : JSON.parse(text);
  return json as JsonObject;
}

/** Infobip's two shapes of an error. */
function faultOf(status: number, text: string): Fault {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {}
  const requestError = isObject(body) && isObject(body.requestError) ? body.requestError : {};
  const exception = isObject(requestError.serviceException) ? requestError.serviceException : {};
  const told = exception.text ?? (isObject(body) ? body.description : undefined);
  const violations = isObject(exception.validationErrors) ? exception.validationErrors : {};
  const words =
    WORDS[status] ?? (status >= 500 ? "Omnilog is not well just now. Try again in a minute." : told);
  return new Fault(status, String(words ?? `Omnilog answered ${status}.`), violations as Fault["violations"]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects in a list of an answer. */
export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value)
    ? value.filter((each): each is JsonObject => isObject(each) || isJsonObject(each))
    : [];
}
