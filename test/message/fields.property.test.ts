import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { columnsOf, present } from "../../lib/api/present.ts";
import { parseReport } from "../../lib/infobip/report.ts";
import { FIELD_NAMES, FIELD_TABLE, RECORD_FIELDS, STYLES, shownPath } from "../../lib/message/fields.ts";
import { isEmpty, type Json, parseJson, printJson } from "../../lib/message/json.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { aRecord } from "./records.ts";

const number = fc.constantFrom(
  "0",
  "-0",
  "1.50",
  "1e400",
  "1e-7",
  "123456789012345678901",
  "5",
  '"5"',
  '"0.10"',
);
const odd = fc.oneof(fc.json(), number, fc.dictionary(fc.string(), fc.json()).map(printJson));
const partNames = FIELD_NAMES.flatMap((name) => FIELD_TABLE[name].type.parts ?? []);
const object = fc
  .dictionary(fc.constantFrom(...partNames), fc.oneof(odd, number))
  .map((parts) => `{${Object.entries(parts).map(([name, text]) => `"${name}":${text}`)}}`);

describe.each(FIELD_NAMES)("%s: whatever it comes as, what is kept of it is as described", (field) => {
  const { read, schema } = FIELD_TABLE[field].type;

  test("and is read again as the same", () => {
    fc.assert(
      fc.property(fc.oneof(odd, object), (text) => {
        const kept = read(parseJson(text) as Json);
        if (kept === undefined || isEmpty(kept)) return;
        expect(v.is(schema, JSON.parse(printJson(kept)))).toBe(true);
        expect(printJson(read(parseJson(printJson(kept))) ?? null)).toBe(printJson(kept));
      }),
    );
  });
});

/** With something in every field. */
const WHOLE = aRecord({
  ...{ bulkId: "b", from: "Shop", text: "t", doneAt: "2026-03-01T12:00:01.000+0000", messageCount: 2 },
  ...{ mccmnc: "22801", price: { pricePerMessage: 0.01, currency: "EUR" }, callbackData: "c" },
  error: { groupId: 0, groupName: "OK", id: 0, name: "NO_ERROR", permanent: false },
  ...{ entityId: "e", applicationId: "a", campaignReferenceId: "s", device: { model: "X" } },
  ...{ content: { type: "TEXT" }, platform: { region: "EU" } },
} as Partial<MessageRecord>);

test("the record of these tests has every field", () => {
  expect(Object.keys(WHOLE)).toEqual(expect.arrayContaining([...FIELD_NAMES]));
  expect(Object.keys(WHOLE).slice(0, RECORD_FIELDS.length)).toEqual(RECORD_FIELDS);
});

test.each(STYLES)("what an endpoint shows as %s is read as the record that it shows", (style) => {
  const shown = FIELD_NAMES.filter((name) => shownPath(name, style).length > 0);
  const expected = Object.entries(WHOLE).filter(
    ([name]) => name === "device" || shown.includes(name as never),
  );
  const parsed = parseReport(printJson(present(WHOLE, style)), WHOLE.channel);
  // The newer endpoints have two fields in an object that the archive keeps as it comes.
  const { entityId, applicationId, ...others } = Object.fromEntries(expected);
  const isInside = shownPath("entityId", style).length > 1;
  const record = isInside
    ? { ...others, platform: { entityId, applicationId, region: "EU" } }
    : Object.fromEntries(expected);
  expect(parsed).toEqual({ record: { ...record, channel: "SMS" }, flaws: [] });
});

test.each(STYLES)("no two fields have one name in %s, and none has two columns", (style) => {
  const paths = FIELD_NAMES.map((name) => shownPath(name, style).join(".")).filter((path) => path !== "");
  expect(new Set(paths).size).toBe(paths.length);
  const columns = columnsOf(style).map((column) => column.join("."));
  expect(new Set(columns).size).toBe(columns.length);
});
