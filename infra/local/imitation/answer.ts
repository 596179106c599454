import type { Format, Report } from "./reports.ts";
import { writeXml, writeXmlList } from "./xml.ts";

/** One entry of a list, with the report that giving it away uses up, if any. */
export interface Entry {
  record: unknown;
  report?: Report;
}

/** A list of reports or logs; `root` names its XML envelope. */
export interface ListAnswer {
  kind: "list";
  root: string;
  entries: Entry[];
}

/** A refusal in the shape of Infobip's older endpoints: `requestError` with a `serviceException`. */
export interface Refusal {
  kind: "refusal";
  status: number;
  messageId: string;
  text: string;
  validationErrors?: Record<string, string[]>;
  headers?: Record<string, string>;
}

export type ImitatedAnswer = ListAnswer | Refusal;

/** What goes over the wire. */
export interface Page {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

export const UNAUTHORIZED = refusal(401, "UNAUTHORIZED", "Invalid login details");
export const NOT_FOUND = refusal(404, "NOT_FOUND", "Not found");
export const TOO_MANY_REQUESTS = refusal(429, "TOO_MANY_REQUESTS", "Too many requests");
export const GENERAL_ERROR = refusal(500, "GENERAL_ERROR", "Something went wrong. Please contact support.");
export const UNAVAILABLE = refusal(503, "SERVICE_UNAVAILABLE", "Service unavailable");
export const NOT_ALLOWED: Refusal = {
  ...refusal(405, "METHOD_NOT_ALLOWED", "Method not allowed"),
  headers: { allow: "GET" },
};

/** A 400 that names the parameter and what is wrong with it. */
export function badRequest(parameter: string, violation: string): Refusal {
  return { ...refusal(400, "BAD_REQUEST", "Bad request"), validationErrors: { [parameter]: [violation] } };
}

/** The answer as bytes in the format asked for. */
export function renderAnswer(answer: ImitatedAnswer, format: Format): Page {
  const isList = answer.kind === "list";
  const text = isList ? renderList(answer, format) : renderRefusal(answer, format);
  return {
    status: isList ? 200 : answer.status,
    headers: { "content-type": `application/${format}`, ...(isList ? {} : answer.headers) },
    body: Buffer.from(text),
  };
}

function renderList({ root, entries }: ListAnswer, format: Format): string {
  const records = entries.map(({ record }) => record);
  return format === "xml" ? writeXmlList(root, records) : JSON.stringify({ results: records });
}

function renderRefusal({ messageId, text, validationErrors }: Refusal, format: Format): string {
  const serviceException = { messageId, text, ...(validationErrors && { validationErrors }) };
  const body = { requestError: { serviceException } };
  return format === "xml" ? writeXml("ApiException", body) : JSON.stringify(body);
}

function refusal(status: number, messageId: string, text: string): Refusal {
  return { kind: "refusal", status, messageId, text };
}
