import { describe, expect, test } from "vitest";
import { readPage } from "../lib/infobip/page.ts";
import { LOGS_PATH, SOURCES, type Source } from "../lib/infobip/sources.ts";
import { printJson } from "../lib/message/json.ts";
import { examples } from "./fixtures/read.ts";

const SOURCE_OF: Readonly<Record<string, Source>> = { ...SOURCES, "omni-logs": { path: LOGS_PATH } };

function readExample(name: string) {
  const example = examples(".json.txt").find((candidate) => candidate.name === name);
  if (!example) throw new Error(`no example ${name}`);
  return readPage(Buffer.from(example.text), SOURCE_OF[example.folder] as Source);
}

describe("every JSON example is read record by record, trailing commas and all", () => {
  test.each(examples(".json.txt"))("$name", ({ folder, text }) => {
    const { records, rejects, count } = readPage(Buffer.from(text), SOURCE_OF[folder] as Source);
    expect(rejects).toEqual([]);
    expect(records).toHaveLength(count);
    expect(count).toBe(text.match(/"messageId"/g)?.length);
    // Every value of the example is in its record, spelled the same: ids, dates with their offsets, prices.
    const printed = records.map(printJson).join();
    for (const [, value] of text.matchAll(/": ?("[^"]*"|[\d.]+|true|false)/g))
      expect(printed).toContain(value);
  });
});

test.each([
  ["sms/definition-response", ["SMS"]],
  ["push/getting-detailed-reports-for-bulk-message-sending", ["PUSH", "PUSH"]],
  ["email/get-initial-two-delivery-reports", ["EMAIL", "EMAIL"]],
  ["omni-logs/getting-logs-with-multiple-bulk-ids", ["SMS", "VOICE"]],
  ["omni-logs/getting-logs-with-date-range-and-general-status", ["VIBER"]],
])("%s: the channel is that of the record, or of its endpoint", (name, channels) => {
  expect(readExample(name).records.map(({ channel }) => channel)).toEqual(channels);
});

test("an SMS report: smsCount becomes messageCount, mccMnc becomes mccmnc", () => {
  expect(readExample("sms/definition-response").records).toEqual([
    {
      bulkId: "8c20f086-d82b-48cc-b2b3-3ca5f7aca9fb",
      messageId: "ff4804ef-6ab6-4abd-984d-ab3b1387e852",
      to: "385981178",
      sentAt: "2015-02-12T09:58:20.323+0100",
      doneAt: "2015-02-12T09:58:20.337+0100",
      messageCount: 1,
      mccmnc: "21901",
      price: { pricePerMessage: 0.01, currency: "EUR" },
      status: {
        id: 5,
        groupId: 3,
        groupName: "DELIVERED",
        name: "DELIVERED_TO_HANDSET",
        description: "Message delivered to handset",
      },
      error: {
        groupId: 0,
        groupName: "OK",
        id: 0,
        name: "NO_ERROR",
        description: "No Error",
        permanent: false,
      },
      channel: "SMS",
      callbackData: "DLR callback data",
    },
  ]);
});

test("an e-mail report has no bulkId and no network, and an offset of its own", () => {
  const [record] = readExample("email/get-reports-by-message-id").records;
  expect(record).toMatchObject({
    to: "recipient@infobip.com",
    sentAt: "2016-08-31T13:25:18.477+0000",
    doneAt: "2016-08-31T13:25:50.893+0000",
    messageCount: 1,
    price: { pricePerMessage: 0, currency: "UNKNOWN" },
  });
  expect(record).not.toHaveProperty("bulkId");
  expect(record).not.toHaveProperty("mccmnc");
});

test("a log has sender and text", () => {
  expect(readExample("omni-logs/getting-logs-with-from-to-and-limit").records).toMatchObject([
    {
      from: "DemoViberApp",
      text: "Test Viber message.",
      mccmnc: "22801",
      price: { pricePerMessage: 0.0104 },
    },
  ]);
});
