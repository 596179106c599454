import { expect } from "vitest";
import { formatMoment } from "../../lib/message/moment.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { TIME_TO_DELIVER } from "../../lib/statistics/latency.ts";
import type { Random } from "../archive/search/random.ts";
import { digitsOfUnits, groupOf, momentOf, type Plain, plainly, plainPercentile } from "./plain.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Of the networks of histories.ts; written down again, as nothing here is made of what is tested. */
const COUNTRIES: Readonly<Record<string, readonly [code: string, name: string]>> = {
  "228": ["CH", "Switzerland"],
  "310": ["US", "United States"],
  "262": ["DE", "Germany"],
};
const countryOf = ({ mccmnc = "" }: MessageRecord) => COUNTRIES[mccmnc.slice(0, 3)] ?? ["", ""];

const midnight = (ms: number) => new Date(new Date(ms).toISOString().slice(0, 10)).getTime();
const weekFrom = (day: number) => (ms: number) => {
  let begin = midnight(ms);
  while (new Date(begin).getUTCDay() !== day) begin -= DAY_MS;
  return begin;
};
const date = (ms: number) => new Date(ms);
const UNITS: Readonly<Record<string, (ms: number) => number>> = {
  MINUTE: (ms) => ms - (ms % MINUTE_MS),
  HOUR: (ms) => ms - (ms % HOUR_MS),
  DAY: midnight,
  WEEK: weekFrom(1),
  WEEK_SUNDAY_START: weekFrom(0),
  WEEK_SATURDAY_START: weekFrom(6),
  MONTH: (ms) => Date.UTC(date(ms).getUTCFullYear(), date(ms).getUTCMonth()),
  QUARTER: (ms) => Date.UTC(date(ms).getUTCFullYear(), 3 * Math.floor(date(ms).getUTCMonth() / 3)),
  YEAR: (ms) => Date.UTC(date(ms).getUTCFullYear(), 0),
};

function timeToDeliver(record: MessageRecord): string {
  if (groupOf(record) !== "DELIVERED" || record.doneAt === undefined) return "";
  const took = Math.max(0, momentOf(record.doneAt) - momentOf(record.sentAt));
  return TIME_TO_DELIVER.filter(([, fromMs]) => fromMs <= took).at(-1)?.[0] ?? "";
}

const VALUES: Readonly<Record<string, (record: MessageRecord) => string>> = {
  CHANNEL_CODE: ({ channel }) => channel,
  SENDER: ({ from = "" }) => from,
  NETWORK_ID: ({ mccmnc = "" }) => mccmnc,
  COUNTRY_CODE: (record) => countryOf(record)[0],
  COUNTRY_NAME: (record) => countryOf(record)[1],
  STATUS_GROUP: groupOf,
  STATUS: ({ status }) => status.name ?? String(status.id),
  ERROR_GROUP: ({ error }) => error?.groupName ?? "",
  ERROR_CODE: ({ error }) => error?.name ?? "",
  CURRENCY: ({ price }) => price?.currency ?? "",
  TIME_TO_DELIVER: timeToDeliver,
  ...Object.fromEntries(
    Object.entries(UNITS).map(([name, begin]) => [
      name,
      ({ sentAt }: MessageRecord) => formatMoment(begin(momentOf(sentAt))),
    ]),
  ),
};
const FILTERS: Readonly<Record<string, string>> = {
  ...{
    channelCodes: "CHANNEL_CODE",
    senders: "SENDER",
    networkIds: "NETWORK_ID",
    countryCodes: "COUNTRY_CODE",
  },
  ...{
    statusGroups: "STATUS_GROUP",
    statuses: "STATUS",
    errorGroups: "ERROR_GROUP",
    errorCodes: "ERROR_CODE",
  },
  currencies: "CURRENCY",
};
const COUNTS = [
  ...[
    "TOTAL_SENT_TRAFFIC_COUNT",
    "DELIVERED_TRAFFIC_COUNT",
    "FAILED_TRAFFIC_COUNT",
    "REJECTED_TRAFFIC_COUNT",
  ],
  ...["TOTAL_TRAFFIC_COUNT", "MESSAGE_PARTS_COUNT"],
];
const RATES = ["TRAFFIC_DELIVERY_RATE", "TRAFFIC_DELIVERED_IN_5_SEC_RATE"];
const PERCENTS = [50, 90, 95, 99];
const TIMES = PERCENTS.map((percent) => `DELIVERY_TIME_P${percent}`);
const PRICES = ["PRICE_TOTAL", "PRICE_PARTS_TOTAL"];

/** A question as the endpoint takes it, what a client may see, and which records it is about. */
export interface AnyQuestion {
  readonly query: { filterBy: Record<string, unknown>; aggregateBy: string[]; metrics: string[] };
  readonly who: { senders?: string[] };
  readonly columns: readonly string[];
  readonly isAbout: (record: MessageRecord) => boolean;
}

/** Any question: every dimension, filter, measure and stretch of time, from any millisecond to any other. */
export function anyQuestion(random: Random, records: readonly MessageRecord[], nowMs: number): AnyQuestion {
  const time = random.chance(0.8) ? random.pick(Object.keys(UNITS)) : undefined;
  const dimensions = Object.keys(VALUES).filter(
    (name) => !(name in UNITS) && random.chance(name === "TIME_TO_DELIVER" ? 0.1 : 0.15),
  );
  const isOfAll = !dimensions.includes("CHANNEL_CODE") && random.chance(0.3);
  const metrics = [COUNTS, RATES, TIMES, PRICES].flatMap((names) => (random.chance(0.75) ? names : []));
  const asked = metrics.length > 0 ? metrics : COUNTS;
  const [unit, most] = time === "MINUTE" ? [MINUTE_MS, 6 * HOUR_MS] : [HOUR_MS, 35 * DAY_MS];
  const until = nowMs - random.pick([0, 0, random.below(HOUR_MS), random.below(12 * DAY_MS)]);
  const since = until - 1 - random.below(random.pick([most / 400, most / 10, most - 2 * unit]));
  const [sinceMs, untilMs] = [Math.floor(since / unit) * unit, Math.ceil(until / unit) * unit];
  const filters = Object.entries(FILTERS).flatMap(([filter, name]) => {
    const values = [...new Set(records.map((record) => VALUES[name]?.(record) ?? ""))].filter(Boolean);
    if (values.length === 0 || !random.chance(0.08)) return [];
    return [[filter, [random.pick(values), random.pick(values)]] as const];
  });
  const who = random.chance(0.15) ? { senders: ["Shop", "=Sum"] } : {};
  const has = (names: readonly string[]) => asked.some((name) => names.includes(name));
  return {
    query: {
      filterBy: {
        ...{ sentSince: new Date(since).toISOString(), sentUntil: new Date(until).toISOString() },
        ...Object.fromEntries(filters),
      },
      aggregateBy: [...(time ? [time] : []), ...(isOfAll ? ["ALL_CHANNELS"] : []), ...dimensions],
      metrics: asked,
    },
    who,
    columns: [
      ...(isOfAll || dimensions.includes("CHANNEL_CODE") ? [] : ["CHANNEL_CODE"]),
      ...(time ? [time] : []),
      ...dimensions,
      ...(has(PRICES) && !dimensions.includes("CURRENCY") ? ["CURRENCY"] : []),
    ],
    isAbout: (record) => {
      const at = momentOf(record.sentAt);
      return (
        at >= sinceMs &&
        at < untilMs &&
        (!who.senders || who.senders.includes(record.from ?? "")) &&
        filters.every(([filter, values]) => values.includes(VALUES[FILTERS[filter] ?? ""]?.(record) ?? ""))
      );
    },
  };
}

type Told = ReadonlyMap<string, unknown>;

/** Compares an answer's rows with what a plain computation over the records says, to the last digit. */
export function expectRows(
  rows: readonly Told[],
  { query, columns, isAbout }: AnyQuestion,
  all: readonly MessageRecord[],
): void {
  const keyOf = (value: (name: string) => unknown) =>
    JSON.stringify(columns.map((name) => value(name) || "N/A"));
  const plain = plainly(all.filter(isAbout), (record) => keyOf((name) => VALUES[name]?.(record)));
  const told = rows.map((row) => keyOf((name) => row.get(name)));
  expect(told, JSON.stringify(query)).toEqual([...plain.keys()].sort(byParts));
  for (const [n, row] of rows.entries()) expectRow(row, plain.get(told[n] ?? ""), query);
}

function byParts(a: string, b: string): number {
  const parts = (key: string) => (JSON.parse(key) as string[]).map((part) => (part === "N/A" ? "" : part));
  const [x, y] = [parts(a), parts(b)];
  const at = x.findIndex((part, n) => part !== y[n]);
  return (x[at] ?? "") < (y[at] ?? "") ? -1 : 1;
}

function expectRow(
  row: Told,
  plain: Plain | undefined,
  { aggregateBy, metrics }: AnyQuestion["query"],
): void {
  if (!plain) throw new Error("a row of nothing");
  const isSplit = aggregateBy.includes("TIME_TO_DELIVER");
  const rate = (part: number) => (plain.basis > 0 ? part / plain.basis : "N/A");
  const money = (units: bigint) => (isSplit || !plain.isPriced ? "N/A" : digitsOfUnits(units));
  const parts = isSplit ? "N/A" : plain.parts;
  const expected: Readonly<Record<string, unknown>> = {
    ...{ TOTAL_SENT_TRAFFIC_COUNT: plain.sent, DELIVERED_TRAFFIC_COUNT: plain.delivered },
    ...{ FAILED_TRAFFIC_COUNT: plain.failed + plain.rejected, REJECTED_TRAFFIC_COUNT: plain.rejected },
    ...{ TOTAL_TRAFFIC_COUNT: parts, MESSAGE_PARTS_COUNT: parts, PENDING_TRAFFIC_COUNT: plain.pending },
    ...{ TRAFFIC_DELIVERY_RATE: rate(plain.delivered), TRAFFIC_DELIVERED_IN_5_SEC_RATE: rate(plain.within5) },
    ...{ PRICE_TOTAL: money(plain.price), PRICE_PARTS_TOTAL: money(plain.priceOfParts) },
  };
  const isRate = metrics.some((name) => RATES.includes(name));
  for (const name of [...metrics, ...(isRate ? ["PENDING_TRAFFIC_COUNT"] : [])]) {
    if (!(name in expected)) continue;
    const value = row.get(name);
    const digits = typeof value === "object" && value ? (value as { rawJSON: string }).rawJSON : value;
    const isMoney = PRICES.includes(name);
    expect(isMoney ? String(digits) : digits, `${name} of ${JSON.stringify([...row])}`).toBe(expected[name]);
  }
  for (const percent of PERCENTS) {
    if (!metrics.includes(`DELIVERY_TIME_P${percent}`)) continue;
    const [told, exact] = [row.get(`DELIVERY_TIME_P${percent}`), plainPercentile(plain.times, percent / 100)];
    if (exact === undefined) expect(told).toBe("N/A");
    else expect(Math.abs(Number(told) - exact)).toBeLessThanOrEqual(exact * 0.02);
  }
}
