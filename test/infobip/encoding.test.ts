import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readAnyPage, WHOLE_OR_REST } from "../../lib/infobip/page.ts";
import { sourceNamed } from "../../lib/infobip/sources.ts";
import { keptRejects } from "../../lib/ingest/rejects.ts";
import { landedBody } from "../../lib/receive/body.ts";

const SENT = "2026-11-22T08:00:00.000+0000";
const reportOf = (callbackData: string) => ({
  messageId: "m",
  sentAt: SENT,
  status: { groupId: 3, groupName: "DELIVERED", id: 5, name: "DELIVERED_TO_HANDSET" },
  callbackData,
});
const json = (data: string) => JSON.stringify({ results: [reportOf(data)] });
const xml = (data: string) =>
  `<DeliveryReports><results><result><messageId>m</messageId><sentAt>${SENT}</sentAt><status><groupId>3</groupId><groupName>DELIVERED</groupName><id>5</id><name>DELIVERED_TO_HANDSET</name></status><callbackData>${data}</callbackData></result></results></DeliveryReports>`;

const CASES = [
  ["JSON, pushed", json, "push-sms"],
  ["XML, pushed", xml, "push-sms"],
  ["JSON, pulled", json, "sms"],
] as const;

test.each(CASES)("what can be in Windows-1252 only is read as such: %s", async (_, bodyOf, source) => {
  for (const pack of [(bytes: Buffer) => bytes, gzipSync]) {
    const bytes = pack(Buffer.from(bodyOf("café, 5 \x80, Zürich"), "latin1"));
    const { records, rejects } = await readAnyPage(bytes, sourceNamed(source));
    expect(records[0]).toMatchObject({ callbackData: "café, 5 €, Zürich" });
    expect(rejects).toEqual([]);
  }
});

test.each(CASES)(
  "what is in no encoding is read, and set aside as it came: %s",
  async (_, bodyOf, source) => {
    // A character of UTF-8 beside a byte that is none; and a byte that no text has.
    for (const spoilt of [`${Buffer.from("é").toString("latin1")}\xe9`, "caf\xff"]) {
      const bytes = Buffer.from(bodyOf(spoilt), "latin1");
      const { records, rejects } = await readAnyPage(bytes, sourceNamed(source));
      expect(records).toHaveLength(1);
      expect(rejects).toMatchObject([
        { place: WHOLE_OR_REST, reason: "some of its bytes are not UTF-8", bytes },
      ]);
      expect(keptRejects({ source, id: "1" }, rejects)).toMatchObject([{ bytes }]);
    }
  },
);

test("one that was cut as well is set aside once", async () => {
  const bytes = Buffer.from(json("caf\xff"), "latin1").subarray(0, -4);
  const { rejects } = await readAnyPage(bytes, sourceNamed("sms"));
  expect(rejects).toMatchObject([{ place: WHOLE_OR_REST, bytes }]);
  expect(rejects[0]?.reason).toContain("; it ends in the middle of a record");
});

test.each(["utf-8", "shift_jis"])(
  "a body that is not in %s, which its headers name, lands as it came",
  (charset) => {
    const body = Buffer.from(json("caf\xe9\xff"), "latin1");
    const headers = { "content-type": `application/json; charset=${charset}` };
    expect(landedBody({ headers, body })).toEqual(body);
  },
);

test("half a character of JSON is no text: it is told, and the record kept", async () => {
  const page = (data: string) =>
    readAnyPage(Buffer.from(json("DATA").replace("DATA", data)), sourceNamed("sms"));
  expect((await page("\\ud83d\\ude00")).rejects).toEqual([]);
  const { records, rejects } = await page("a\\ud800b");
  expect(records[0]).toMatchObject({ callbackData: "a\ufffdb" });
  expect(rejects).toMatchObject([{ place: 0, reason: expect.stringContaining("callbackData") }]);
});
