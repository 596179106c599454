import { expect, test } from "vitest";
import { malformedRecords } from "../../infra/local/imitation/spoil.ts";
import { readPage } from "../../lib/infobip/page.ts";
import { parseReport } from "../../lib/infobip/report.ts";
import { printRecord } from "../../lib/message/record.ts";

const RIGHT =
  '"messageId":"m","sentAt":"2015-02-23T17:41:11.833+0100","status":{"groupId":3,"groupName":"DELIVERED","id":5,"name":"DELIVERED_TO_HANDSET"}';

/** The record of a report of these fields beside the necessary ones, as it is served; or why there is none. */
function read(fields: string, channel = "SMS"): string {
  const result = parseReport(`{${RIGHT}${fields && `,${fields}`}}`, channel);
  return "reason" in result ? result.reason : printRecord(result.record);
}

const flawsOf = (text: string) => {
  const result = parseReport(text, "SMS");
  return "flaws" in result ? result.flaws : result.reason;
};

test.each(["0.0100", "0", "0.0000", "0.000000123456789012", "1.00", "12345678901234567890.1", "1e-7"])(
  "a price keeps its digits: %s",
  (digits) => {
    expect(read(`"price":{"pricePerMessage":${digits},"currency":"EUR"}`)).toContain(
      `"pricePerMessage":${digits},`,
    );
    expect(read(`"price":{"pricePerMessage":"${digits}"}`)).toContain(`"pricePerMessage":${digits}}`);
  },
);

test.each([
  ["2015-02-23T17:41:11.833+0100", "2015-02-23T17:41:11.833+0100"],
  ["2015-02-23T17:41:11.833+01:00", "2015-02-23T17:41:11.833+0100"],
  ["2015-02-23T17:41:11Z", "2015-02-23T17:41:11.000+0000"],
  ["2015-02-23T17:41:11.833456-0300", "2015-02-23T17:41:11.833-0300"],
])("an offset is kept: %s", (given, kept) => {
  expect(read(`"doneAt":"${given}"`)).toContain(`"doneAt":"${kept}"`);
});

test.each([
  ['"smsCount":2', '"messageCount":2'],
  ['"mmsCount":2', '"messageCount":2'],
  ['"mccMnc":"22801"', '"mccmnc":"22801"'],
  ['"mccMnc":22801', '"mccmnc":"22801"'],
  ['"bulkId":17', '"bulkId":"17"'],
  ['"sender":"S","destination":41', '"to":"41","from":"S"'],
  ['"content":{"text":"t"}', '"text":"t"'],
  ['"content":{"type":"IMAGE","text":"t"}', '"content":{"type":"IMAGE"}'],
  ['"platform":{"entityId":"e"}', '"platform":{"entityId":"e"}'],
  ['"platform":{"applicationId":5,"other":6}', '"platform":{"applicationId":"5","other":6}'],
  ['"sender":"other","from":"S"', '"from":"S"'],
  ['"from":"S","sender":"other"', '"from":"S"'],
  ['"entityId":5,"applicationId":6', '"applicationId":"6","entityId":"5"'],
  ['"campaignReferenceId":5,"callbackData":0.50', '"callbackData":"0.50","campaignReferenceId":"5"'],
  ['"price":{"pricePerMessage":1,"currency":978}', '"price":{"pricePerMessage":1,"currency":"978"}'],
  ['"constructor":"c","__proto__":7', '"__proto__":7,"constructor":"c"'],
])("%s is kept as %s", (given, kept) => {
  expect(read(given)).toContain(kept);
});

test.each(['"mccMnc":"null"', '"bulkId":""', '"error":{}', '"text":null'])("%s says nothing", (given) => {
  expect(read(given)).toBe(read(""));
});

test("a report that names its channel is believed, else its endpoint is", () => {
  expect(read('"channel":"VIBER"')).toContain('"channel":"VIBER"');
  expect(read("", "PUSH")).toContain('"channel":"PUSH"');
});

test.each(["12345678901234567890", "17", "9007199254740993"])(
  "a messageId that is a number keeps its digits: %s",
  (digits) => {
    const text = `{${RIGHT.replace('"m"', digits)}}`;
    const body = Buffer.from(`{"results":[${text}]}`);
    const { records, rejects } = readPage(body, { path: "/sms/1/reports", channel: "SMS" });
    expect([records[0]?.messageId, rejects]).toEqual([digits, []]);
  },
);

test("commas before a closing brace, as in Infobip's own examples, do no harm", () => {
  expect(flawsOf(`{${RIGHT},"text":"a ,} \\",]",}`)).toEqual([]);
});

test("a record without what it is known by has a reason instead", () => {
  for (const record of malformedRecords()) {
    const result = parseReport(JSON.stringify(record) ?? "undefined", "SMS");
    expect("reason" in result ? result.reason : printRecord(result.record)).toMatch(/^it(s| is| has)/);
  }
});

test("a field that cannot be read is named, and the rest of the record is kept", () => {
  expect(flawsOf(`{${RIGHT},"doneAt":"yesterday","price":7,"from":{"a":1},"text":"t"}`)).toEqual([
    "doneAt",
    "price",
    "from",
  ]);
  expect(flawsOf(`{${RIGHT},"content":{"text":5},"price":{"pricePerMessage":1e400}}`)).toEqual([
    "content.text",
    "price",
  ]);
});

const MEGABYTE = 1_000_000;
test.each([
  ["a string that does not end", `x"${"a".repeat(MEGABYTE)}`],
  ["a string of escapes", `x"${"\\\\".repeat(MEGABYTE / 2)}`],
  ["quotation marks", '"'.repeat(MEGABYTE)],
  ["commas", `{${",".repeat(MEGABYTE - 2)}}`],
  ["commas and spaces", `[${", ".repeat(MEGABYTE / 2 - 1)}]`],
  ["a comma and nothing but spaces", `[1,${" ".repeat(MEGABYTE - 10)}`],
  ["digits", `[1,${"1".repeat(MEGABYTE - 10)}`],
  ["digits and points", `[${"1.".repeat(MEGABYTE / 2 - 5)}`],
  ["zeros", `{"a":0.${"0".repeat(MEGABYTE - 20)}`],
  ["numbers that JavaScript would print otherwise", `[${"1.0,".repeat(MEGABYTE / 4 - 5)}1]`],
  ["colons", `{"a"${" ".repeat(MEGABYTE / 2)}:${" ".repeat(MEGABYTE / 3)}`],
  ["open lists", "[".repeat(MEGABYTE)],
])("a megabyte of %s is read, or refused, within a second of work", (_, text) => {
  const source = { path: "/sms/1/reports", channel: "SMS" };
  for (const body of [`{"results":[${text}]}`, text]) {
    // Not by the clock on the wall, and the least of three: others may be at work on this machine.
    const times: number[] = [];
    while (times.length < 3 && !times.some((ms) => ms < 1_000)) {
      const before = process.cpuUsage();
      readPage(Buffer.from(body), source);
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / 1_000);
    }
    expect(Math.min(...times)).toBeLessThan(1_000);
  }
});
