import * as v from "valibot";
import { isJsonObject } from "../message/json.ts";
import type { Column } from "../statistics/columns.ts";
import {
  ALL_CHANNELS_NAME,
  CHANNEL,
  CURRENCY,
  DIMENSIONS,
  TIME_TO_DELIVER_NAME,
  TIME_UNITS,
} from "../statistics/dimensions.ts";
import type { CubeQuestion } from "../statistics/gather.ts";
import { METRICS, type Metric, PENDING } from "../statistics/metrics.ts";
import { dateSchema } from "./feed-request.ts";
import type { Violations } from "./parameters.ts";
import { badRequest, refuseAnyParameter } from "./refusals.ts";
import type { HttpRequest } from "./requests.ts";

/** A request to the statistics. */
export interface StatisticsRequest {
  readonly period: Omit<CubeQuestion, "looksAt">;
  /** The values to filter by, by the name of their list: `channelCodes`. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
  readonly columns: readonly Column[];
  readonly metrics: readonly Metric[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;
const MOST_DAYS = 400;
/** The years with four digits; a range beyond them is cut off. */
const [FIRST_MS, END_MS] = [Date.parse("0000-01-01T00:00:00Z"), Date.UTC(10_000, 0)];
const MOST_MINUTE_HOURS = 6;
const MOST_VALUES = 1_000;
const DEFAULT_METRICS =
  "TOTAL_SENT_TRAFFIC_COUNT,DELIVERED_TRAFFIC_COUNT,FAILED_TRAFFIC_COUNT,PENDING_TRAFFIC_COUNT,TRAFFIC_DELIVERY_RATE";

/** The names that `aggregateBy` and `metrics` accept, and the lists of `filterBy`. */
export const AGGREGATES = [
  ...TIME_UNITS.map(({ name }) => name),
  ...DIMENSIONS.map(({ name }) => name),
  TIME_TO_DELIVER_NAME,
  ALL_CHANNELS_NAME,
];
export const METRIC_NAMES = METRICS.map(({ name }) => name);
export const FILTERS = DIMENSIONS.flatMap(({ filter }) => filter ?? []);
/** Infobip's own filters that change nothing here, where there is one account and only outbound traffic. */
const DIRECTIONS = "directions";
const IGNORED = ["accountKeys", "includeSubaccounts", DIRECTIONS];

const LIST = "must be a list of texts that are not empty";
const one = v.union(
  [v.pipe(v.string(), v.minLength(1, LIST)), v.pipe(v.number(), v.transform(String))],
  LIST,
);
const values = v.pipe(
  v.array(one, LIST),
  v.minLength(1, "must have a value, or not be given"),
  v.maxLength(MOST_VALUES, `must be at most ${MOST_VALUES} values`),
);
const filterEntries = Object.fromEntries(FILTERS.map((name) => [name, v.optional(values)]));
const schema = v.object({
  sentSince: v.optional(dateSchema),
  sentUntil: v.optional(dateSchema),
  aggregateBy: v.optional(
    v.pipe(
      namesOf(AGGREGATES),
      v.check(
        (names) => !(names.includes(ALL_CHANNELS_NAME) && names.includes(CHANNEL.name)),
        `must have ${ALL_CHANNELS_NAME} or ${CHANNEL.name}, not both`,
      ),
    ),
    [],
  ),
  metrics: v.optional(
    v.pipe(namesOf(METRIC_NAMES), v.minLength(1, "must have a name, or not be given")),
    DEFAULT_METRICS.split(","),
  ),
  ...(filterEntries as Record<string, v.OptionalSchema<typeof values, undefined>>),
});

/** Infobip's own names that cubes do not hold, because not all reports have them. */
const NOT_COUNTED = [
  "CAMPAIGN_REFERENCE",
  "APPLICATION_ID",
  "ENTITY_ID",
  "SEEN_",
  "OPENED_",
  "CLICK",
  "BOUNCE",
];

function namesOf(names: readonly string[]) {
  const text = ({ received }: v.BaseIssue<unknown>) => {
    const isKnown = NOT_COUNTED.some((name) => received.includes(name));
    return `must be some of ${names.join(", ")}${isKnown ? "; Infobip's others are not counted here" : ""}`;
  };
  return v.array(v.picklist(names, text), text);
}

/**
 * Parses a request: the query string of a GET, or the JSON body of a POST. Throws a Refusal that names what is wrong.
 */
export function parseStatisticsRequest(
  { method, queryString, body }: Pick<HttpRequest, "method" | "queryString" | "body">,
  nowMs: number,
): StatisticsRequest {
  if (method === "POST") refuseAnyParameter(queryString, "stands in the body of a POST, or is not known");
  const given = method === "POST" ? givenInBody(body) : givenInQuery(queryString);
  const parsed = v.safeParse(schema, given);
  if (!parsed.success) throw badRequest(told(parsed.issues));
  const { sentSince, sentUntil, aggregateBy, metrics, ...others } = parsed.output;
  const filters: Readonly<Record<string, unknown>> = others;
  const asked = withNeeded(metrics);
  return {
    period: {
      ...periodOf({ sentSince, sentUntil }, aggregateBy, nowMs),
      needs: {
        times: aggregateBy.includes(TIME_TO_DELIVER_NAME) || asked.some(({ isTime }) => isTime),
        prices: asked.some(({ isPrice }) => isPrice),
      },
    },
    filters: Object.fromEntries(
      FILTERS.flatMap((name): [string, readonly string[]][] => {
        const list = filters[name];
        return Array.isArray(list) ? [[name, list.flatMap((value) => spellings(name, String(value)))]] : [];
      }),
    ),
    columns: columnsOf(
      aggregateBy,
      asked.some(({ isPrice }) => isPrice),
    ),
    metrics: asked,
  };
}

/**
 * As it is given and, where Infobip's own values are in upper case, in that: as everywhere, case does not matter in names
 * of channels. What a report spells differently is counted as it spells it.
 */
function spellings(filter: string, value: string): string[] {
  const dimension = DIMENSIONS.find((one) => one.filter === filter);
  return dimension?.isUpperCase ? [...new Set([value, value.toUpperCase()])] : [value];
}

function told(issues: readonly v.BaseIssue<unknown>[]): Violations {
  const violations = new Map<string, string[]>();
  for (const { path, message } of issues) {
    const name = String(path?.[0]?.key ?? "body");
    if (!violations.has(name)) violations.set(name, [message]);
  }
  return Object.fromEntries(violations);
}

const LISTS = ["aggregateBy", "metrics", ...FILTERS];
const NAMES = ["sentSince", "sentUntil", ...LISTS];

/** Lists may be comma separated or repeated; case does not matter in names. */
function givenInQuery(queryString: string): Record<string, unknown> {
  const given: Record<string, string | string[]> = {};
  for (const [spelled, value] of new URLSearchParams(queryString)) {
    const name = nameOf(spelled.replace(/\[\]$/, ""));
    if (name === DIRECTIONS) refuseInbound(value.split(","));
    if (IGNORED.includes(name)) continue;
    if (LISTS.includes(name))
      given[name] = [...(given[name] ?? []), ...value.split(",").map((one) => one.trim())];
    else if (name in given) throw badRequest({ [name]: ["must be given once"] });
    else given[name] = value;
  }
  return given;
}

function nameOf(spelled: string): string {
  const name = [...NAMES, ...IGNORED].find((known) => known.toLowerCase() === spelled.toLowerCase());
  if (name !== undefined) return name;
  throw badRequest({ [spelled.slice(0, 64)]: [`is not a parameter; there are ${NAMES.join(", ")}`] });
}

/**
 * As at Infobip: filterBy, aggregateBy, metrics, with or without an enclosing `request`; its callbackUrl is not needed.
 */
function givenInBody(text: string): Record<string, unknown> {
  const { callbackUrl: _, ...outer } = parseObject(text);
  const { request, ...beside } = outer;
  const isWrapped = isJsonObject(request);
  // What stands beside `request` would be passed by.
  if (isWrapped) refuseUnknown(Object.keys(beside), [], "beside request there is callbackUrl alone");
  const { filterBy, ...lists } = isWrapped ? request : outer;
  if (!isJsonObject(filterBy ?? {})) throw badRequest({ filterBy: ["must be an object"] });
  const known = "is not known; there are filterBy, aggregateBy, metrics";
  refuseUnknown(Object.keys(lists), ["aggregateBy", "metrics"], known);
  const { directions } = (filterBy ?? {}) as { directions?: unknown };
  if (Array.isArray(directions) && directions.length > 0) refuseInbound(directions);
  const filters = without(filterBy ?? {}, IGNORED);
  const inFilter = ["sentSince", "sentUntil", ...FILTERS];
  refuseUnknown(Object.keys(filters), inFilter, `is not a filter; there are ${inFilter.join(", ")}`);
  return { ...filters, ...without(lists, []) };
}

/** Refuses a question about inbound traffic alone, of which there are no reports. */
function refuseInbound(directions: readonly unknown[]): void {
  if (directions.some((one) => String(one).trim().toUpperCase() === "OUTBOUND")) return;
  throw badRequest({ directions: ["must have OUTBOUND: nothing is known here of inbound traffic"] });
}

function refuseUnknown(names: readonly string[], known: readonly string[], text: string): void {
  const name = names.find((one) => !known.includes(one));
  if (name !== undefined) throw badRequest({ [name.slice(0, 64)]: [text] });
}

/** What is null is not given. */
function without(values: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => value !== null && !names.includes(name)),
  );
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // Told below.
  }
  throw badRequest({ body: ["must be a JSON object with filterBy, aggregateBy and metrics"] });
}

/** The period, extended to whole hours, or to minutes if these are asked for. */
function periodOf(
  { sentSince, sentUntil }: { sentSince: number | undefined; sentUntil: number | undefined },
  aggregateBy: readonly string[],
  nowMs: number,
): Omit<CubeQuestion, "needs" | "looksAt"> {
  const isMinute = aggregateBy.includes("MINUTE");
  const stepMs = isMinute ? MINUTE_MS : HOUR_MS;
  const usualMs = isMinute ? HOUR_MS : DAY_MS;
  const [toMs, fromMs] = [sentUntil ?? nowMs, sentSince];
  const untilMs = Math.min(END_MS, Math.ceil(toMs / stepMs) * stepMs);
  const sinceMs = Math.max(FIRST_MS, Math.floor((fromMs ?? untilMs - usualMs) / stepMs) * stepMs);
  if (sinceMs >= untilMs || (fromMs ?? sinceMs) >= toMs)
    throw badRequest({ sentSince: ["must be before sentUntil"] });
  // What widening adds does not count, or nobody could ask for exactly the longest period up to now.
  const wholeMs = (Math.floor(toMs / stepMs) - Math.ceil((fromMs ?? sinceMs) / stepMs)) * stepMs;
  if (wholeMs > MOST_DAYS * DAY_MS)
    throw badRequest({ sentSince: [`must be at most ${MOST_DAYS} days before sentUntil`] });
  if (isMinute && wholeMs > MOST_MINUTE_HOURS * HOUR_MS)
    throw badRequest({
      sentSince: [`must be at most ${MOST_MINUTE_HOURS} hours before sentUntil with MINUTE`],
    });
  const grain = isMinute ? "minute" : aggregateBy.includes("HOUR") ? "hour" : "day";
  return { sinceMs, untilMs, grain };
}

/** A rate is always shown with the number of pending messages. */
function withNeeded(names: readonly string[]): Metric[] {
  const metrics = [...new Set(names)].flatMap((name) => METRICS.find((metric) => metric.name === name) ?? []);
  const first = metrics.findIndex(({ isRate }) => isRate);
  if (first < 0 || metrics.includes(PENDING)) return metrics;
  return [...metrics.slice(0, first + 1), PENDING, ...metrics.slice(first + 1)];
}

/**
 * By channel unless the sum of all is asked for, as at Infobip, since the rates of e-mail have another formula; prices
 * by currency; and of several units of time only the finest.
 */
function columnsOf(aggregateBy: readonly string[], isPriced: boolean): Column[] {
  const units = TIME_UNITS.filter(({ name }) => aggregateBy.includes(name));
  const isByChannel = [CHANNEL.name, ALL_CHANNELS_NAME].some((name) => aggregateBy.includes(name));
  const names = [
    ...(isByChannel ? [] : [CHANNEL.name]),
    ...new Set(aggregateBy),
    ...(isPriced && !aggregateBy.includes(CURRENCY.name) ? [CURRENCY.name] : []),
  ];
  return names.flatMap((name): Column[] => {
    const unit = TIME_UNITS.find((one) => one.name === name);
    if (unit) return unit === units[0] ? [{ kind: "time", unit }] : [];
    if (name === TIME_TO_DELIVER_NAME) return [{ kind: "timeToDeliver" }];
    const dimension = DIMENSIONS.find((one) => one.name === name);
    return dimension ? [{ kind: "dimension", dimension }] : [];
  });
}
