import * as v from "valibot";
import { parseMoment } from "../runtime/time.ts";
import { STATUS_GROUPS } from "../store/record.ts";
import { parseCursor } from "./cursor.ts";
import type { Filter } from "./filter.ts";

/** What a client asked for. */
export interface LogsRequest {
  readonly filter: Filter;
  readonly limit: number;
  readonly useCursor: boolean;
  /** The order key to go on after. */
  readonly after?: string;
}

/** Everything that is wrong with a query, by parameter. */
export type Violations = Readonly<Record<string, readonly string[]>>;

export type ParsedRequest = { readonly request: LogsRequest } | { readonly violations: Violations };

const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));
const ids = v.pipe(
  v.array(v.string()),
  v.transform((values) =>
    values
      .flatMap((value) => value.split(","))
      .map((id) => id.trim())
      .filter((id) => id !== ""),
  ),
  v.minLength(1, "must not be empty"),
  v.maxLength(1_000, "must be at most 1000 ids"),
);
const DATE_FORM = "must be a date such as 2015-02-22T17:42:05.390+01:00 (offset required, + written as %2B)";
const date = v.pipe(
  v.string(),
  v.transform((value) => parseMoment(repairOffset(value))?.epochMs ?? Number.NaN),
  v.number(DATE_FORM),
);
const digits = (form: RegExp, message: string) => v.pipe(v.string(), v.regex(form, message));

/** The parameters of `/omni/1/logs`, as the seeds' omni logs document and OpenAPI 3.210.0 have them, and the cursor of the newer logs. */
export const omniLogsParameters = v.object({
  from: v.optional(text),
  to: v.optional(text),
  bulkId: v.optional(ids),
  messageId: v.optional(ids),
  generalStatus: v.optional(v.picklist(STATUS_GROUPS, `must be one of ${STATUS_GROUPS.join(", ")}`)),
  sentSince: v.optional(date),
  sentUntil: v.optional(date),
  limit: v.optional(
    v.pipe(
      digits(/^\d{1,9}$/, "must be a whole number from 1 to 1000"),
      v.transform(Number),
      v.minValue(1, "must be a whole number from 1 to 1000"),
      v.maxValue(1_000, "must be a whole number from 1 to 1000"),
    ),
    "50",
  ),
  mcc: v.optional(digits(/^\d{3}$/, "must be three digits")),
  mnc: v.optional(digits(/^\d{1,3}$/, "must be one to three digits")),
  channel: v.optional(v.pipe(text, v.maxLength(64, "must be at most 64 characters"))),
  useCursor: v.optional(
    v.pipe(
      v.picklist(["true", "false"], "must be true or false"),
      v.transform((value) => value === "true"),
    ),
    "false",
  ),
  cursor: v.optional(text),
});

const NAMES = Object.keys(omniLogsParameters.entries);
const BY_LOWER_CASE = new Map(NAMES.map((name) => [name.toLowerCase(), name]));
/** May be given several times. */
const LISTS = new Set(["bulkId", "messageId"]);

/** Reads a query string. Names may be in any case: `bulkid` and `bulkId` both stand in the seeds. */
export function parseLogsRequest(queryString: string): ParsedRequest {
  const { given, violations } = gather(new URLSearchParams(queryString));
  const result = v.safeParse(omniLogsParameters, given);
  for (const issue of result.issues ?? []) {
    const name = String(issue.path?.[0]?.key);
    violations[name] ??= [issue.message];
  }
  if (!result.success || Object.keys(violations).length > 0) return { violations };
  return interpret(result.output);
}

/** The values by parameter; and what is wrong with the names themselves. */
function gather(parameters: URLSearchParams) {
  const given: Record<string, string | string[]> = {};
  const violations: Record<string, string[]> = {};
  for (const [spelled, value] of parameters) {
    const name = BY_LOWER_CASE.get(spelled.toLowerCase());
    if (name === undefined) {
      violations[spelled.slice(0, 64)] = [`is not a parameter; there are ${NAMES.join(", ")}`];
    } else if (LISTS.has(name)) {
      const list = given[name] ?? [];
      given[name] = [...list, value];
    } else if (name in given) {
      violations[name] = ["must be given once"];
    } else given[name] = value;
  }
  return { given, violations };
}

function interpret(values: v.InferOutput<typeof omniLogsParameters>): ParsedRequest {
  const { bulkId, messageId, sentSince, sentUntil, limit, useCursor, cursor, ...same } = values;
  if (sentSince !== undefined && sentUntil !== undefined && sentSince > sentUntil) {
    return { violations: { sentSince: ["must not be after sentUntil"] } };
  }
  if (same.mnc !== undefined && same.mcc === undefined)
    return { violations: { mnc: ["needs mcc beside it"] } };
  const filter = withoutUndefined({
    ...same,
    bulkIds: bulkId,
    messageIds: messageId,
    sentSinceMs: sentSince,
    sentUntilMs: sentUntil,
  }) as Filter;
  if (cursor === undefined) return { request: { filter, limit, useCursor } };
  const after = parseCursor(cursor, filter);
  if (after === undefined)
    return {
      violations: {
        cursor: ["is not a cursor of this query: give nextCursor as it came, and the same filters"],
      },
    };
  return { request: { filter, limit, useCursor: true, after } };
}

function withoutUndefined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** A `+` that was not encoded arrives as a space; the seeds' PHP example encodes it twice. */
function repairOffset(value: string): string {
  return value.replace(/(?: |%2b)(?=\d{2}:?\d{2}$)/i, "+");
}
