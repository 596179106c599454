import { badRequest, type Refusal } from "./answer.ts";
import type { LogQuery } from "./logs.ts";
import type { ReportEndpoint } from "./message.ts";
import type { ReportQuery } from "./reports.ts";
import { readInstant } from "./time.ts";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1000;

/** Thrown for a parameter that Infobip refuses. */
export class BadParameter extends Error {
  readonly refusal: Refusal;

  constructor(parameter: string, violation: string) {
    super(`${parameter} ${violation}`);
    this.refusal = badRequest(parameter, violation);
  }
}

/** The filters of a reports request; throws BadParameter. Only omni knows `channel`; the others ignore it. */
export function parseReportQuery(params: URLSearchParams, endpoint: ReportEndpoint): ReportQuery {
  return {
    ...single(params, "bulkId"),
    ...single(params, "messageId"),
    ...(endpoint === "omni" && single(params, "channel")),
    limit: parseLimit(params),
  };
}

/** The filters of a logs request; throws BadParameter. */
export function parseLogQuery(params: URLSearchParams): LogQuery {
  return {
    ...single(params, "from"),
    ...single(params, "to"),
    // The document's table spells it bulkid, its examples bulkId.
    bulkIds: [...several(params, "bulkId"), ...several(params, "bulkid")],
    messageIds: several(params, "messageId"),
    ...single(params, "generalStatus"),
    ...instant(params, "sentSince"),
    ...instant(params, "sentUntil"),
    ...single(params, "mcc"),
    ...single(params, "mnc"),
    ...single(params, "channel"),
    limit: parseLimit(params),
  };
}

function single<Name extends string>(params: URLSearchParams, name: Name): { [name in Name]?: string } {
  const value = params.get(name);
  return (value ? { [name]: value } : {}) as { [name in Name]?: string };
}

/** Several values come in one parameter with commas, or in a repeated parameter. */
function several(params: URLSearchParams, name: string): string[] {
  return params
    .getAll(name)
    .flatMap((value) => value.split(","))
    .filter((value) => value !== "");
}

/** A `+` that was not encoded arrives as a space and is refused here, as no documented form has one. */
function instant<Name extends string>(params: URLSearchParams, name: Name): { [name in Name]?: number } {
  const text = params.get(name);
  if (!text) return {};
  const epochMs = readInstant(text);
  if (epochMs === undefined) throw new BadParameter(name, "is not a date");
  return { [name]: epochMs } as { [name in Name]?: number };
}

function parseLimit(params: URLSearchParams): number {
  const text = params.get("limit");
  if (text === null) return DEFAULT_LIMIT;
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LIMIT) throw new BadParameter("limit", `must be from 1 to ${MAX_LIMIT}`);
  return limit;
}
