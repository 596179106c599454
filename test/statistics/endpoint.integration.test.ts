import { parse as parseCsv } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tableOf } from "../../functions/commands/stats-table.ts";
import { Clients, type StoredClient } from "../../lib/api/clients.ts";
import { newSecret } from "../../lib/api/credentials.ts";
import { parseJson, printJson } from "../../lib/message/json.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { openDatabase } from "../../lib/runtime/dynamodb.ts";
import { described } from "../api/described.ts";
import { runCommand } from "../functions/commands/run.ts";
import { type Service, startService } from "../functions/service.ts";
import { aRecord, PENDING } from "../message/records.ts";

const PATH = "/omnilog/1/statistics";
const HOUR_MS = 3_600_000;
const AT_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;

let service: Service;
const keys = new Map<string, string>();

beforeAll(async () => {
  service = await startService();
  const sentAt = formatMoment(AT_MS);
  const doneAt = formatMoment(AT_MS + 4_000);
  const price = (digits: string, currency: string) =>
    ({ price: { pricePerMessage: parseJson(digits), currency } }) as Partial<MessageRecord>;
  const one = (messageId: string, fields: Partial<MessageRecord>) =>
    aRecord({ messageId, sentAt, ...fields });
  await service.store([
    one("1", { from: "Shop", mccmnc: "22801", doneAt, messageCount: 3, ...price("0.0100", "EUR") }),
    one("2", { from: "Shop", mccmnc: "22801", doneAt, ...price("0.0208", "EUR") }),
    one("3", { from: "=Bank", mccmnc: "26201", status: PENDING, ...price("1e-3", "USD") }),
    one("4", { channel: "EMAIL", doneAt: formatMoment(AT_MS + 90_000), ...price("0", "UNKNOWN") }),
    one("5", { from: "Shop", mccmnc: "26201", status: { groupId: 5, groupName: "REJECTED", id: 6 } }),
  ]);
  await makeClient("bank", { senders: ["=Bank"] });
  await makeClient("mail", { channels: ["EMAIL"] });
});
afterAll(() => service[Symbol.asyncDispose]());

async function makeClient(id: string, rights: Partial<StoredClient>): Promise<void> {
  const { secret, salt, hash } = newSecret();
  await new Clients(openDatabase("omnilog"), Date.now).save({ id, name: id, salt, hash, ...rights });
  keys.set(id, `App ${id}-${secret}`);
}

async function get(query: string, headers: Record<string, string> = {}) {
  const answer = await described(
    await service.ask(`${PATH}?${query}`, { headers: { accept: "application/json", ...headers } }),
  );
  return { ...answer, body: headers.accept === undefined ? JSON.parse(answer.text) : undefined };
}

test("GET and POST answer alike, in Infobip's shape", async () => {
  const query =
    "aggregateBy=HOUR,NETWORK_ID&metrics=TOTAL_SENT_TRAFFIC_COUNT&channelCodes=SMS&metrics=TRAFFIC_DELIVERY_RATE";
  const { body } = await get(query);
  expect(body.columns.map(({ columnName }: { columnName: string }) => columnName)).toEqual([
    ...["CHANNEL_CODE", "HOUR", "NETWORK_ID"],
    ...["TOTAL_SENT_TRAFFIC_COUNT", "TRAFFIC_DELIVERY_RATE", "PENDING_TRAFFIC_COUNT"],
  ]);
  expect(body.rows).toEqual([
    ["SMS", formatMoment(AT_MS), "22801", 2, 1, 0],
    ["SMS", formatMoment(AT_MS), "26201", 2, 0, 1],
  ]);
  expect(body.totalRows).toBe(2);
  expect(body.requestedPeriod.sentSince).toMatch(/:00:00\.000\+0000$/);
  const request = {
    filterBy: { channelCodes: ["SMS"], accountKeys: ["1"], directions: ["OUTBOUND"] },
    aggregateBy: ["HOUR", "NETWORK_ID", "DAY"],
    metrics: ["TOTAL_SENT_TRAFFIC_COUNT", "TRAFFIC_DELIVERY_RATE"],
  };
  for (const sent of [request, { callbackUrl: "https://example.com", request }]) {
    const init = { method: "POST", body: JSON.stringify(sent), headers: { accept: "application/json" } };
    expect(await (await service.ask(PATH, init)).json()).toEqual(body);
  }
});

test("all channels in one: every measure, with times that were merged and a rate of each channel's own formula", async () => {
  const metrics = "TOTAL_SENT_TRAFFIC_COUNT,TRAFFIC_DELIVERY_RATE,DELIVERY_TIME_P50,DELIVERY_TIME_P99";
  const { body } = await get(`aggregateBy=ALL_CHANNELS&metrics=${metrics}`);
  expect(body.columns.map(({ columnName }: { columnName: string }) => columnName)).toEqual([
    ...["TOTAL_SENT_TRAFFIC_COUNT", "TRAFFIC_DELIVERY_RATE", "PENDING_TRAFFIC_COUNT"],
    ...["DELIVERY_TIME_P50", "DELIVERY_TIME_P99"],
  ]);
  // Four of SMS, of which one was rejected, and one of e-mail.
  expect(body.rows).toEqual([[5, 3 / 4, 1, expect.closeTo(4_000, -3), expect.closeTo(90_000, -4)]]);
  const hours = await get("aggregateBy=ALL_CHANNELS,HOUR&metrics=TOTAL_SENT_TRAFFIC_COUNT");
  expect(hours.body.rows).toEqual([[formatMoment(AT_MS), 5]]);
  const prices = await get("aggregateBy=ALL_CHANNELS&metrics=PRICE_TOTAL");
  expect(prices.body.rows.map(([currency]: string[]) => currency)).toEqual(["N/A", "EUR", "UNKNOWN", "USD"]);
});

test("money is told to the last digit, by currency; what has no price has none", async () => {
  const { text } = await get("metrics=PRICE_TOTAL,PRICE_PARTS_TOTAL");
  const { rows } = parseJson(text) as { rows: unknown[] };
  expect(rows.map(printJson)).toEqual([
    '["EMAIL","UNKNOWN",0,0]',
    '["SMS","N/A","N/A","N/A"]',
    '["SMS","EUR",0.0308,0.0508]',
    '["SMS","USD",0.001,0.001]',
  ]);
});

test("times are told by Infobip's buckets and by percentiles; what was not delivered has none", async () => {
  const { body } = await get(
    "aggregateBy=TIME_TO_DELIVER&metrics=TOTAL_SENT_TRAFFIC_COUNT,DELIVERY_TIME_P50,MESSAGE_PARTS_COUNT",
  );
  expect(body.rows).toEqual([
    ["EMAIL", "MINUTES_1", 1, expect.closeTo(90_000, -4), "N/A"],
    ["SMS", "N/A", 2, "N/A", "N/A"],
    ["SMS", "SECONDS_4", 2, expect.closeTo(4_000, -3), "N/A"],
  ]);
  const minutes = await get(`aggregateBy=MINUTE&sentSince=${encodeURIComponent(formatMoment(AT_MS))}`);
  expect(minutes.body.rows.map((row: unknown[]) => row.slice(0, 3))).toEqual([
    ["EMAIL", formatMoment(AT_MS), 1],
    ["SMS", formatMoment(AT_MS), 4],
  ]);
});

test("in CSV nothing is a formula, and each line of NDJSON is a row", async () => {
  const csv = await get("aggregateBy=SENDER&channelCodes=SMS&metrics=TOTAL_SENT_TRAFFIC_COUNT", {
    accept: "text/csv",
  });
  expect(parseCsv(csv.text)).toEqual([
    ["CHANNEL_CODE", "SENDER", "TOTAL_SENT_TRAFFIC_COUNT"],
    ["SMS", "'=Bank", "1"],
    ["SMS", "Shop", "3"],
  ]);
  const lines = await get("aggregateBy=COUNTRY_NAME&channelCodes=SMS&metrics=TOTAL_SENT_TRAFFIC_COUNT", {
    accept: "application/x-ndjson",
  });
  expect(
    lines.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { CHANNEL_CODE: "SMS", COUNTRY_NAME: "Germany", TOTAL_SENT_TRAFFIC_COUNT: 2 },
    { CHANNEL_CODE: "SMS", COUNTRY_NAME: "Switzerland", TOTAL_SENT_TRAFFIC_COUNT: 2 },
  ]);
});

test("a client's rights hold, whatever it asks for", async () => {
  const sent = async (id: string, query = "") => {
    const { body } = await get(`metrics=TOTAL_SENT_TRAFFIC_COUNT&${query}`, {
      authorization: keys.get(id) ?? "",
    });
    return body.rows;
  };
  expect(await sent("bank")).toEqual([["SMS", 1]]);
  expect(await sent("bank", "senders=Shop")).toEqual([]);
  expect(await sent("mail")).toEqual([["EMAIL", 1]]);
  expect(await sent("mail", "channelCodes=SMS,EMAIL")).toEqual([["EMAIL", 1]]);
  // A channel is found in any case of letters, as everywhere.
  expect(await sent("mail", "channelCodes=email&statusGroups=Delivered,pending")).toEqual([["EMAIL", 1]]);
});

test("what stands in the query string of a POST is refused, and not passed by", async () => {
  const response = await service.ask(`${PATH}?channelCodes=SMS`, { method: "POST", body: "{}" });
  expect(response.status).toBe(400);
});

test("what of Infobip's is not counted is refused by a sentence that says so, and what there is", async () => {
  const { body } = await get("aggregateBy=CAMPAIGN_REFERENCE&metrics=SEEN_OPENED_TRAFFIC_COUNT");
  const { aggregateBy, metrics } = body.requestError.serviceException.validationErrors;
  for (const [told] of [aggregateBy, metrics])
    expect(told).toMatch(/^must be some of .*; Infobip's others are not/);
  expect(aggregateBy[0]).toContain("NETWORK_ID, COUNTRY_CODE");
});

test.each([
  ["aggregateBy=WHAT", "aggregateBy"],
  ["aggregateBy=ALL_CHANNELS,CHANNEL_CODE", "aggregateBy"],
  ["metrics=", "metrics"],
  ["sentSince=yesterday", "sentSince"],
  ["sentSince=2026-01-02T00:00:00Z&sentUntil=2026-01-01T00:00:00Z", "sentSince"],
  ["sentSince=2020-01-01T00:00:00Z", "sentSince"],
  ["aggregateBy=MINUTE&sentSince=2026-01-01T00:00:00Z&sentUntil=2026-01-02T00:00:00Z", "sentSince"],
  ["senders=", "senders"],
  ["limit=3", "limit"],
])("%s is refused, by the name of %s", async (query, name) => {
  const { status, body } = await get(query);
  expect(status).toBe(400);
  expect(Object.keys(body.requestError.serviceException.validationErrors)).toEqual([name]);
});

test("a period that ends with the last year is told with four digits", async () => {
  const { status, body } = await get(
    "sentSince=9999-12-31T00:00:00Z&sentUntil=9999-12-31T23:59:59.999-12:00&aggregateBy=HOUR",
  );
  expect(status).toBe(200);
  expect(body.requestedPeriod).toEqual({
    sentSince: "9999-12-31T00:00:00.000+0000",
    sentUntil: "9999-12-31T23:59:59.999+0000",
  });
});

test.each([
  ["", "body"],
  ["[]", "body"],
  ['{"filterBy":3}', "filterBy"],
  ['{"filterBy":{"what":["x"]}}', "what"],
  ['{"filterBy":{"metrics":["PRICE_TOTAL"]}}', "metrics"],
  ['{"filterBy":{"senders":[]}}', "senders"],
  ['{"what":1}', "what"],
  ['{"metrics":"all"}', "metrics"],
  ['{"request":{},"filterBy":{"senders":["Shop"]}}', "filterBy"],
])("the body %s is refused, by the name of %s", async (body, name) => {
  const response = await service.ask(PATH, { method: "POST", body });
  expect(response.status).toBe(400);
  const { validationErrors } = (await response.json()).requestError.serviceException;
  expect(Object.keys(validationErrors)).toEqual([name]);
});

test("in a body null is as good as nothing", async () => {
  const rows = async (body: object) => {
    const response = await service.ask(PATH, { method: "POST", body: JSON.stringify(body) });
    return (await response.json()).rows;
  };
  const nothing = { filterBy: { senders: null, sentSince: null }, aggregateBy: null, metrics: null };
  expect(await rows(nothing)).toEqual(await rows({}));
  expect(await rows({ filterBy: null })).toEqual(await rows({}));
});

test("npm run stats asks by short names, and says in a line what is wrong", async () => {
  const run = (...args: string[]) => runCommand("stats", args, { OMNILOG_URL: service.url });
  const [table, csv, wrong, ago] = await Promise.all([
    run("--by", "channel,country", "--since", "6h", "--metrics", "sent,rate", "--channel", "SMS"),
    run("--by", "sender", "--output", "csv", "--metrics", "sent", "--sender", "Shop"),
    run("--by", "nothing"),
    run("--since", "5x"),
  ]);
  expect(table.out.split("\n").slice(2)).toEqual([
    expect.stringMatching(/^SMS +Germany +2 +0\.0 % +1 {2}█+$/),
    expect.stringMatching(/^SMS +Switzerland +2 +100\.0 % +0 {2}█+$/),
    "",
  ]);
  expect(parseCsv(csv.out).slice(1)).toEqual([["SMS", "Shop", "3"]]);
  expect([wrong.code, wrong.err]).toEqual([
    1,
    expect.stringMatching(/^--by: there is no nothing; there are channel/),
  ]);
  expect([ago.code, ago.err]).toEqual([
    1,
    expect.stringMatching(/^--since must be .*, or how long ago: 90m/),
  ]);
});

test("the command's table has a bar for each row, filled as far as messages were delivered", async () => {
  const { text } = await get(
    "metrics=TOTAL_SENT_TRAFFIC_COUNT,DELIVERED_TRAFFIC_COUNT,TRAFFIC_DELIVERY_RATE",
  );
  const [, header, email, sms] = tableOf(text);
  expect(header).toMatch(/^channel +sent +delivered +delivery rate +pending$/);
  expect(email).toMatch(/^EMAIL +1 +1 +100\.0 % +0 {2}█{6}$/);
  expect(sms).toMatch(/^SMS +4 +2 +66\.7 % +1 {2}█{12}░{12}$/);
});
