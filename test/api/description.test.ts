import { describe, expect, test } from "vitest";
import { LOGS_ENDPOINTS } from "../../lib/api/endpoints.ts";
import { parseFeedRequest } from "../../lib/api/feed-request.ts";
import { parseIncidentsRequest } from "../../lib/api/incidents.ts";
import { parseLogsRequest } from "../../lib/api/parameters.ts";
import { quarantineParameters } from "../../lib/api/quarantine.ts";
import { Refusal } from "../../lib/api/refusals.ts";
import { REPORTS_ENDPOINTS } from "../../lib/api/report-endpoints.ts";
import { parseQuery, parseReportsRequest } from "../../lib/api/report-request.ts";
import { parseStatisticsRequest } from "../../lib/api/statistics-request.ts";
import { DOCUMENT, isOfSchema } from "./described.ts";

/** When statistics are asked for: shortly after the dates below. */
const STATISTICS_MS = Date.parse("2026-11-22T12:00:00Z");
/** Of each kind something, at both sides of each limit. */
const VALUES = [
  ...["", " ", ",", "x", "a,b", " a , b", "é", "\u0000", "x".repeat(64), "x".repeat(65), "__proto__"],
  ...["0", "1", "1000", "1001", "-1", "1.5", "1e2", "12", "123", "1234", "999999999999"],
  ...["true", "false", "yes", "TRUE", "null", "DELIVERED", "delivered", "SENT", "sms", "SMS", "sms, push"],
  ...["2026-11-22T08:00:00Z", "2026-11-22T08:00:00.000+01:00", "2026-11-22T08:00:00.123456-03:00"],
  ...["HOUR", "hour", "DAY, CHANNEL_CODE", "PRICE_TOTAL,DELIVERY_TIME_P95"],
  ...["2026-02-30T00:00:00Z", "2026-11-22T25:00:00Z", "2026-11-22", "yesterday", "1-", "1-n", "nothing,sms"],
];

type Take = (queryString: string) => boolean;

/** What each path takes: the parsers that its handler calls. */
const TAKERS = new Map<string, Take>([
  ...LOGS_ENDPOINTS.map(({ path, parameters, channel }): [string, Take] => [
    path,
    (query) => "request" in parseLogsRequest(query, parameters, channel),
  ]),
  ...REPORTS_ENDPOINTS.map((endpoint): [string, Take] => [
    endpoint.path,
    (queryString) => isTaken(() => parseReportsRequest(endpoint, { queryString, headers: {} })),
  ]),
  ["/omnilog/1/quarantine", (query) => isTaken(() => parseQuery(query, quarantineParameters))],
  ["/omnilog/1/feed", (query) => isTaken(() => parseFeedRequest(query))],
  ["/omnilog/1/incidents", (query) => isTaken(() => parseIncidentsRequest(query, STATISTICS_MS))],
  [
    "/omnilog/1/statistics",
    (queryString) =>
      isTaken(() => parseStatisticsRequest({ method: "GET", queryString, body: "" }, STATISTICS_MS)),
  ],
]);

function isTaken(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return false;
  }
}

/** What a query string's text stands for, where the description says a type. */
function meantBy(text: string, { type }: Readonly<Record<string, unknown>>): unknown {
  if (type === "array") return [text];
  if (type === "integer") return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  return type === "boolean" && /^(true|false)$/.test(text) ? text === "true" : text;
}

/** Only the service itself can tell whether one of these is its own. */
const OPAQUE = ["cursor", "after"];

const cases = [...TAKERS.keys()].flatMap((path) =>
  (DOCUMENT.paths[path]?.get.parameters ?? []).flatMap((parameter, at): [string, string, number][] =>
    parameter.in === "query" ? [[path, parameter.name, at]] : [],
  ),
);

describe("what the description allows is taken, and nothing else", () => {
  test.each(cases)("%s %s", (path, name, at) => {
    const schema = DOCUMENT.paths[path]?.get.parameters[at]?.schema ?? {};
    const answers = VALUES.map((text) => {
      const isAllowed = isOfSchema(
        ["paths", path, "get", "parameters", String(at), "schema"],
        meantBy(text, schema),
      );
      const beside = name === "mnc" ? { mcc: "228" } : {};
      const taken = TAKERS.get(path)?.(new URLSearchParams({ ...beside, [name]: text }).toString());
      if (!OPAQUE.includes(name) || !isAllowed) expect([text, taken]).toEqual([text, isAllowed]);
      return isAllowed;
    });
    // There is something that each refuses, and something that each takes.
    expect(new Set(answers).size).toBe(2);
  });
});

test("every path with parameters in its query is among them", () => {
  const all = Object.entries(DOCUMENT.paths).flatMap(([path, { get }]) =>
    get?.parameters.some((parameter) => parameter.in === "query") ? [path] : [],
  );
  expect([...TAKERS.keys()].sort()).toEqual(all.sort());
});

test("a period that ends before it begins is refused, where the database would fail over it", () => {
  const query = "since=2026-11-22T08:00:00Z&until=2026-11-22T07:00:00Z";
  expect(() => parseIncidentsRequest(query, STATISTICS_MS)).toThrow(Refusal);
  expect(() => parseIncidentsRequest("since=2027-01-01T00:00:00Z", STATISTICS_MS)).toThrow(Refusal);
});
