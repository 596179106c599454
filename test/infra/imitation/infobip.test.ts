import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, test } from "vitest";
import { REPORT_ENDPOINTS } from "../../../infra/local/imitation/message.ts";
import { World } from "../../../infra/local/imitation/world.ts";
import { ask, drain, list, NOON, startAtNoon } from "./client.ts";

const HOUR = 3600_000;

function busyWorld(seed = 1, count = 400): World {
  const world = new World({ seed, startAt: NOON });
  world.send(count, { from: NOON - 30 * HOUR, until: NOON });
  return world;
}

describe("reports", () => {
  test("are handed out once only, at most `limit` at a time, 50 by default", async () => {
    await using infobip = await startAtNoon({ world: busyWorld() });
    const waiting = infobip.world.waiting("sms", NOON);
    expect(waiting).toBeGreaterThan(60);
    expect(await list(infobip, "/sms/1/reports")).toHaveLength(50);
    expect(await list(infobip, "/sms/1/reports?limit=3")).toHaveLength(3);
    expect(await drain(infobip, "sms")).toHaveLength(waiting - 53);
    expect(await list(infobip, "/sms/1/reports")).toEqual([]);
  });

  test("a later event yields a new report", async () => {
    const world = new World({ seed: 1, startAt: NOON });
    const groups = [
      { groupId: 3, groupName: "DELIVERED", id: 2, name: "DELIVERED_TO_OPERATOR", description: "" },
      { groupId: 3, groupName: "DELIVERED", id: 5, name: "DELIVERED_TO_HANDSET", description: "" },
    ];
    const events = groups.map((status, place) => ({ at: NOON + place * 1000, status }));
    world.add({ messageId: "one", sentAt: NOON - 1000, events });
    await using infobip = await startAtNoon({ world });
    expect((await list(infobip, "/sms/1/reports")).map(({ status }) => status.id)).toEqual([2]);
    infobip.clock.now += 1000;
    expect((await list(infobip, "/sms/1/reports")).map(({ status }) => status.id)).toEqual([5]);
  });

  test("filters take only what matches and leave the rest", async () => {
    const world = new World({ seed: 1, startAt: NOON });
    const sentAt = NOON - HOUR;
    world.add({ messageId: "a", sentAt, bulkId: "bulk", channel: "VIBER" });
    world.add({ messageId: "b", sentAt, bulkId: "bulk", channel: "VOICE" });
    world.add({ messageId: "c", sentAt, channel: "VOICE" });
    await using infobip = await startAtNoon({ world });
    const ids = async (query: string) =>
      (await list(infobip, `/omni/1/reports?${query}`)).map((report) => report.messageId);
    expect(await ids("bulkId=bulk&channel=VOICE")).toEqual(["b"]);
    expect(await ids("messageId=b")).toEqual([]);
    expect(await ids("messageId=c")).toEqual(["c"]);
    expect(await ids("")).toEqual(["a"]);
  });

  test("each endpoint has its own fields", async () => {
    const world = new World({ seed: 1, startAt: NOON });
    const price = { pricePerMessage: "0.000000123456789012", currency: "EUR" };
    for (const channel of ["SMS", "PUSH", "EMAIL", "TELEPATHY"]) {
      world.add({
        messageId: channel,
        channel,
        sentAt: NOON - HOUR,
        mccmnc: "22801",
        mccMncIsInteger: true,
        price,
      });
    }
    await using infobip = await startAtNoon({ world });
    const fields: Record<string, string[]> = {};
    for (const endpoint of REPORT_ENDPOINTS) {
      const text = await (await ask(infobip, `/${endpoint}/1/reports`)).text();
      expect(text).toContain('"pricePerMessage":0.000000123456789012');
      fields[endpoint] = Object.keys(JSON.parse(text).results[0]);
    }
    const common = ["messageId", "to", "sentAt", "doneAt", "price", "status", "error"];
    expect(new Set(fields.sms)).toEqual(new Set([...common, "smsCount", "mccMnc"]));
    expect(new Set(fields.push)).toEqual(new Set([...common, "messageCount"]));
    expect(new Set(fields.email)).toEqual(new Set([...common, "messageCount", "channel"]));
    expect(new Set(fields.omni)).toEqual(new Set([...common, "messageCount", "channel", "mccMnc"]));
  });
});

describe("logs", () => {
  const sinceNoon = encodeURIComponent("2026-03-01T08:00:00.000+01:00");
  const filters: [string, (log: Awaited<ReturnType<typeof list>>[number]) => boolean][] = [
    ["channel=SMS", (log) => log.channel === "SMS"],
    [
      "from=InfoSMS&generalStatus=DELIVERED",
      (log) => log.from === "InfoSMS" && log.status.groupName === "DELIVERED",
    ],
    ["mcc=228&mnc=01", (log) => log.mccmnc === "22801"],
    ["mcc=310", (log) => String(log.mccmnc).startsWith("310")],
    [`sentSince=${sinceNoon}`, (log) => instantOf(log.sentAt) >= Date.UTC(2026, 2, 1, 7)],
    [`sentUntil=${sinceNoon}`, (log) => instantOf(log.sentAt) <= Date.UTC(2026, 2, 1, 7)],
  ];

  test.each(filters)("?%s is a plain filter", async (query, passes) => {
    await using infobip = await startAtNoon({ world: busyWorld() });
    const all = await list(infobip, "/omni/1/logs?limit=1000");
    const expected = all.filter(passes);
    expect(expected.length).toBeGreaterThan(0);
    expect(await list(infobip, `/omni/1/logs?limit=1000&${query}`)).toEqual(expected);
  });

  test("bulkId and messageId take several values, by comma or repeated", async () => {
    await using infobip = await startAtNoon({ world: busyWorld() });
    const all = await list(infobip, "/omni/1/logs?limit=1000");
    const [one, other] = [...new Set(all.map(({ bulkId }) => bulkId).filter(Boolean))];
    const expected = all.filter(({ bulkId }) => bulkId === one || bulkId === other);
    for (const query of [
      `bulkId=${one},${other}`,
      `bulkId=${one}&bulkId=${other}`,
      `bulkid=${one}%2C${other}`,
    ]) {
      expect(await list(infobip, `/omni/1/logs?limit=1000&${query}`)).toEqual(expected);
    }
    expect(await list(infobip, `/omni/1/logs?messageId=${all[3]?.messageId}`)).toContainEqual(all[3]);
  });

  test("can be read again, newest first, 50 by default, for 48 hours", async () => {
    const world = busyWorld();
    world.add({ messageId: "old", sentAt: NOON - 48 * HOUR - 1 });
    world.add({ messageId: "just", sentAt: NOON - 48 * HOUR });
    await using infobip = await startAtNoon({ world });
    const logs = await list(infobip, "/omni/1/logs?limit=1000");
    const times = logs.map(({ sentAt }) => instantOf(sentAt));
    expect(times).toEqual(times.toSorted((one, other) => other - one));
    expect(logs.at(-1)?.messageId).toBe("just");
    expect(await list(infobip, "/omni/1/logs")).toEqual(logs.slice(0, 50));
    expect(logs.some((log) => log.status.groupName === "PENDING")).toBe(true);
    expect(logs.some((log) => "error" in log || "callbackData" in log)).toBe(false);
  });

  test("answer 429 past the limit of a sliding minute", async () => {
    await using infobip = await startAtNoon({ logsPerMinute: 2 });
    const statusOf = async () => (await ask(infobip, "/omni/1/logs")).status;
    expect(await statusOf()).toBe(200);
    infobip.clock.now += 30_000;
    expect([await statusOf(), await statusOf()]).toEqual([200, 429]);
    infobip.clock.now += 30_000;
    expect([await statusOf(), await statusOf()]).toEqual([200, 429]);
  });
});

describe("refusals", () => {
  test.each([
    ["/omni/1/logs", { authorization: "App other" }, 401, "UNAUTHORIZED"],
    ["/sms/2/reports", {}, 404, "NOT_FOUND"],
    ["/sms/1/reports?limit=0", {}, 400, "BAD_REQUEST"],
    ["/omni/1/logs?limit=1001", {}, 400, "BAD_REQUEST"],
    ["/omni/1/logs?sentSince=2026-03-01T08:00:00.000+01:00", {}, 400, "BAD_REQUEST"],
  ])("%s %o: %i", async (path, headers, status, messageId) => {
    await using infobip = await startAtNoon();
    const response = await ask(infobip, path, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ requestError: { serviceException: { messageId } } });
    const xml = await ask(infobip, path, { ...headers, accept: "application/xml" });
    expect(new XMLParser().parse(await xml.text())).toMatchObject({
      ApiException: { requestError: { serviceException: { messageId } } },
    });
  });

  test("only GET is allowed", async () => {
    await using infobip = await startAtNoon();
    const response = await fetch(`${infobip.url}/sms/1/reports`, {
      method: "POST",
      headers: { authorization: "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" },
    });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET"]);
  });
});

test.each([
  ["/sms/1/reports", "reportResponse"],
  ["/push/1/reports", "pushReportsResponse"],
  ["/email/1/reports", "ReportsResponse"],
  ["/omni/1/reports", "omniReportsResponse"],
  ["/omni/1/logs", "omniLogsResponse"],
])("%s is well-formed XML with the root %s and the texts as sent", async (path, root) => {
  await using json = await startAtNoon({ world: busyWorld() });
  await using xml = await startAtNoon({ world: busyWorld() });
  const text = await (await ask(xml, path, { accept: "application/xml" })).text();
  expect(XMLValidator.validate(text)).toBe(true);
  const parsed = new XMLParser({ parseTagValue: false, trimValues: false }).parse(text);
  const expected = await list(json, path);
  const results: Record<string, unknown>[] = parsed[root].results.result;
  expect(results.map(({ messageId }) => messageId)).toEqual(expected.map(({ messageId }) => messageId));
  // The parser leaves numeric references such as that of a carriage return alone.
  const texts = results.map(({ text }) => (text as string | undefined)?.replaceAll("&#13;", "\r"));
  expect(texts).toEqual(expected.map(({ text }) => text));
});

function instantOf(text: string): number {
  return Date.parse(text.replace(/(\d{2}):?(\d{2})$/, "$1:$2"));
}
