import { expect, test } from "vitest";
import { parseReport } from "../../lib/ingest/report.ts";
import { printRecord } from "../../lib/store/record.ts";
import { malformedRecords } from "../infobip/spoil.ts";

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
  ['"platform":{"entityId":"e"}', '"platform":{"entityId":"e"}'],
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
});
