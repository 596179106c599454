import * as v from "valibot";
import type { MessageRecord } from "../message/record.ts";
import { badRequest, MOST_UNKNOWN_NAMED } from "./refusals.ts";
import { REPORT_FILTERS, type ReportFilter, type ReportsEndpoint } from "./report-endpoints.ts";
import type { HttpRequest } from "./requests.ts";

/** A request to a reports endpoint. */
export interface ReportsRequest {
  readonly limit: number;
  /** The condition on reports; undefined if there is none, and reports are taken in order. */
  readonly isWanted?: ((record: MessageRecord) => boolean) | undefined;
  /**
   * What it acknowledges: a token, or "" for nothing; undefined if it does not acknowledge, so that what it gets counts
   * as taken.
   */
  readonly acknowledged?: string;
}

/** The header with which a client acknowledges, and in which it gets the token to acknowledge next. */
export const ACK_HEADER = "omnilog-ack";
export const POSITION_HEADER = "omnilog-position";
/** How many pages expired before the client had read them, if any. */
export const SKIPPED_HEADER = "omnilog-skipped-pages";

const LIMIT = "must be a whole number from 1 to 1000";
export const limitSchema = v.optional(
  v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, LIMIT),
    v.transform(Number),
    v.minValue(1, LIMIT),
    v.maxValue(1_000, LIMIT),
  ),
  "50",
);
const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));
/** Empty, or a token. */
export const ACK_FORM = /^(?:|1-(?:b\d{1,15}|n[0-9a-f]{16}))$/;
const token = v.optional(
  v.pipe(
    v.string(),
    v.regex(ACK_FORM, `must be empty, or ${POSITION_HEADER} of an answer`),
    v.transform((value) => value.slice(2)),
  ),
);

/** The parameters of a reports endpoint: each takes a single value, as at Infobip. */
export function parametersOf({ filters }: ReportsEndpoint) {
  const schemas = Object.fromEntries(filters.map((name) => [name, v.optional(text)]));
  return v.object({ limit: limitSchema, ...schemas });
}

/** Parses a request. Throws a Refusal that names each invalid parameter. */
export function parseReportsRequest(
  endpoint: ReportsEndpoint,
  { queryString, headers }: Pick<HttpRequest, "queryString" | "headers">,
): ReportsRequest {
  const { limit, ...filters } = parseQuery(queryString, parametersOf(endpoint));
  const ack = v.safeParse(token, headers[ACK_HEADER]?.trim());
  if (!ack.success) throw badRequest({ [ACK_HEADER]: ack.issues.map(({ message }) => message) });
  const wanted = Object.entries(filters).flatMap(([name, value]): [ReportFilter, string][] =>
    typeof value === "string" && isFilter(name) ? [[name, value]] : [],
  );
  return {
    limit: Number(limit),
    ...(wanted.length > 0
      ? { isWanted: (record) => wanted.every(([name, value]) => REPORT_FILTERS[name](record) === value) }
      : {}),
    ...(ack.output === undefined ? {} : { acknowledged: ack.output }),
  };
}

function isFilter(name: string): name is ReportFilter {
  return Object.hasOwn(REPORT_FILTERS, name);
}

/**
 * Parses a query string in which each parameter has a single value and its name may be in any case. Throws a Refusal.
 */
export function parseQuery<T extends v.ObjectEntries>(
  queryString: string,
  schema: v.ObjectSchema<T, undefined>,
): v.InferOutput<v.ObjectSchema<T, undefined>> {
  const names = Object.keys(schema.entries);
  const given = new Map<string, string>();
  const violations: Record<string, string[]> = {};
  for (const [spelled, value] of new URLSearchParams(queryString)) {
    const name = names.find((known) => known.toLowerCase() === spelled.toLowerCase());
    if (name !== undefined && given.has(name)) violations[name] = ["must be given once"];
    else if (name !== undefined) given.set(name, value);
    else if (Object.keys(violations).length < MOST_UNKNOWN_NAMED)
      violations[spelled.slice(0, 64)] = [`is not a parameter; there are ${names.join(", ")}`];
  }
  const result = v.safeParse(schema, Object.fromEntries(given));
  for (const issue of result.issues ?? []) {
    const name = String(issue.path?.[0]?.key);
    violations[name] ??= [issue.message];
  }
  if (!result.success || Object.keys(violations).length > 0) throw badRequest(violations);
  return result.output;
}
