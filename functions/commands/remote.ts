import * as v from "valibot";
import { parseJson } from "../../lib/message/json.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";

/** An endpoint of this archive, as its clients see it. */
export interface Connection {
  /** The URL of its `/omni/1/logs`. */
  readonly url: URL;
  /** The whole Authorization header. */
  readonly authorization: string;
}

/** The fields of a record that the command line uses. */
const record = v.looseObject({
  messageId: v.string(),
  channel: v.string(),
  sentAt: v.optional(v.string()),
  status: v.optional(v.looseObject({ groupName: v.optional(v.string()), name: v.optional(v.string()) })),
});
export type LogRecord = v.InferOutput<typeof record>;

export interface ApiAnswer {
  /** The unchanged body. */
  readonly body: string;
  readonly nextCursor?: string | undefined;
}

const ACCEPT = { json: "application/json", csv: "text/csv", ndjson: "application/x-ndjson" };
export type Form = keyof typeof ACCEPT;

/** The endpoint gives up after 29 s. A connection that is silent for twice as long is dead. */
const TIMEOUT_MS = 60_000;
const LOGS_PATH = "/omni/1/logs";
const INCIDENTS_PATH = "/omnilog/1/incidents";
const STATISTICS_PATH = "/omnilog/1/statistics";

/** The answer may be different a little later: too many requests, a fault of the server, or no connection. */
export class TemporaryError extends ConfigurationError {
  /** 429: the endpoint is up, but limits requests. */
  readonly isTooMany: boolean;
  /** The wait that the endpoint asked for (Retry-After), in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, isTooMany = false, retryAfterMs?: number) {
    super(message);
    this.isTooMany = isTooMany;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The logs endpoint at a URL, which may be that of the endpoint or of the service. Throws ConfigurationError. */
export function logsUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password)
    throw new ConfigurationError(
      "OMNILOG_URL must be a URL such as https://example.com, without credentials",
    );
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = path.endsWith(LOGS_PATH) ? path : path + LOGS_PATH;
  url.search = "";
  url.hash = "";
  return url;
}

/** The incidents of the same service. */
export function incidentsUrl(logs: URL): URL {
  const url = new URL(logs);
  url.pathname = url.pathname.slice(0, -LOGS_PATH.length) + INCIDENTS_PATH;
  return url;
}

/** The statistics of the same service. */
export function statisticsUrl(logs: URL): URL {
  const url = new URL(logs);
  url.pathname = url.pathname.slice(0, -LOGS_PATH.length) + STATISTICS_PATH;
  return url;
}

/** The endpoint and credentials from the environment; by default those of `npm start`, as in Infobip's documents. */
export function readConnection(environment: NodeJS.ProcessEnv): Connection {
  const pair = environment.OMNILOG_CREDENTIALS ?? "Aladdin:open sesame";
  return {
    url: logsUrl(environment.OMNILOG_URL ?? "http://localhost:3000"),
    authorization: environment.OMNILOG_AUTHORIZATION ?? `Basic ${Buffer.from(pair).toString("base64")}`,
  };
}

/**
 * Asks `/omni/1/logs` (or another path of the service) once; returns the complete answer. Throws ConfigurationError
 * with the endpoint's own words if it refuses, and TemporaryError if another attempt may succeed.
 */
export async function askLogs(
  query: URLSearchParams,
  { url, authorization }: Connection,
  form: Form,
  timeoutMs = TIMEOUT_MS,
): Promise<ApiAnswer> {
  const target = new URL(url);
  target.search = query.toString();
  const headers = { authorization, accept: ACCEPT[form] };
  try {
    const response = await fetch(target, { headers, signal: AbortSignal.timeout(timeoutMs) });
    return readAnswer(response, await response.text(), form);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const isLate = error instanceof Error && error.name === "TimeoutError";
    throw new TemporaryError(
      isLate
        ? `no answer from ${target.origin} within ${timeoutMs / 1000} s`
        : `nobody answers at ${target.origin}, or the answer broke off: see OMNILOG_URL`,
    );
  }
}

function readAnswer(response: Response, body: string, form: Form): ApiAnswer {
  const { status, statusText, headers } = response;
  if (!response.ok) {
    const message = `${status} ${statusText}: ${body}`;
    const seconds = Number(headers.get("retry-after") ?? Number.NaN);
    if (status === 429 || status >= 500)
      throw new TemporaryError(message, status === 429, seconds >= 0 ? seconds * 1000 : undefined);
    throw new ConfigurationError(message);
  }
  if (!headers.get("content-type")?.startsWith(ACCEPT[form]))
    throw new ConfigurationError("the answer is not one of Omnilog's: see OMNILOG_URL");
  return { body, nextCursor: headers.get("omnilog-next-cursor") ?? undefined };
}

/** A record of an answer in lines: its unchanged text, and its parsed form, in which numbers keep their digits. */
export interface Line {
  readonly text: string;
  readonly record: LogRecord;
}

/** The records of an answer in lines. Throws ConfigurationError if a line is not a record. */
export function linesOf({ body }: ApiAnswer): Line[] {
  return body
    .split("\n")
    .filter((text) => text !== "")
    .map((text) => ({ text, record: parseLine(text) }));
}

function parseLine(text: string): LogRecord {
  try {
    return v.parse(record, parseJson(text));
  } catch {
    throw new ConfigurationError("the answer is not one of Omnilog's: see OMNILOG_URL");
  }
}
