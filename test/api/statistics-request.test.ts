import { expect, test } from "vitest";
import { parseStatisticsRequest } from "../../lib/api/statistics-request.ts";
import { formatMoment } from "../../lib/message/moment.ts";

const POST = { method: "POST", queryString: "" };
const NOW_MS = Date.parse("2026-11-26T17:42:30.250Z");
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const periodFrom = (agoMs: number, aggregateBy: string) => {
  const query = new URLSearchParams({ aggregateBy, sentSince: formatMoment(NOW_MS - agoMs) });
  return parseStatisticsRequest({ method: "GET", queryString: query.toString(), body: "" }, NOW_MS).period;
};
const refusal = (agoMs: number, aggregateBy: string) => () => periodFrom(agoMs, aggregateBy);

test.for([
  { unit: "MINUTE", longestMs: 6 * HOUR_MS, stepMs: 60_000 },
  { unit: "DAY", longestMs: 400 * DAY_MS, stepMs: HOUR_MS },
])(
  "the longest period by $unit may begin at any moment, and nothing longer is answered",
  ({ unit, longestMs, stepMs }) => {
    // Somebody's own clock said this a moment before the request arrived.
    const { sinceMs, untilMs } = periodFrom(longestMs + 20, unit);
    expect(untilMs - sinceMs).toBe(longestMs + stepMs);
    expect(refusal(longestMs + 2 * stepMs, unit)).toThrow();
  },
);

test("a period that ends before it begins is refused, also within an hour", () => {
  const filterBy = { sentSince: "2026-11-26T10:40:00Z", sentUntil: "2026-11-26T10:20:00Z" };
  expect(() => parseStatisticsRequest({ ...POST, body: JSON.stringify({ filterBy }) }, NOW_MS)).toThrow();
});

test("a table without any measure is nobody's question", () => {
  const ask = (metrics: unknown) =>
    parseStatisticsRequest({ ...POST, body: JSON.stringify({ metrics }) }, NOW_MS);
  expect(() => ask([])).toThrow();
  expect(ask(null).metrics.length).toBeGreaterThan(0);
});

test("of inbound traffic nothing is known, and what was sent is not told as that", () => {
  const ask = (filterBy: object) =>
    parseStatisticsRequest({ ...POST, body: JSON.stringify({ filterBy }) }, NOW_MS);
  const query = (queryString: string) =>
    parseStatisticsRequest({ method: "GET", queryString, body: "" }, NOW_MS);
  expect(() => ask({ directions: ["INBOUND"] })).toThrow();
  expect(() => query("directions=INBOUND")).toThrow();
  for (const directions of [["OUTBOUND"], ["inbound", "outbound"], [], null]) ask({ directions });
  query("directions=INBOUND,OUTBOUND&accountKeys=1&includeSubaccounts=true");
});

test("a value is looked for as it is given, and as Infobip would spell it", () => {
  const filterBy = { channelCodes: ["sms", "Telegram"], currencies: ["EUR"], senders: ["Shop"] };
  const { filters } = parseStatisticsRequest({ ...POST, body: JSON.stringify({ filterBy }) }, NOW_MS);
  expect(filters).toEqual({
    channelCodes: ["sms", "SMS", "Telegram", "TELEGRAM"],
    currencies: ["EUR"],
    senders: ["Shop"],
  });
});
