import { parse as parseCsv } from "csv-parse/sync";
import fc from "fast-check";
import { XMLParser } from "fast-xml-parser";
import { describe, expect, test } from "vitest";
import { LOGS_ENDPOINTS } from "../../lib/api/endpoints.ts";
import type { Format } from "../../lib/api/formats.ts";
import { printLogs } from "../../lib/api/print.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { rowOf } from "../archive/rows.ts";
import { aRecord } from "../message/records.ts";

const piece = fc.constantFrom(
  ...[
    '"',
    "'",
    ",",
    ";",
    "\n",
    "\r",
    "\r\n",
    "\t",
    " ",
    "]]>",
    "<",
    "&",
    "&amp;",
    "\u{1f600}",
    "\\",
    "=1+1",
    "+",
    "-",
    "@",
  ],
  ...[
    "\u0000",
    "\u0007",
    "\u001b",
    "\u007f",
    "\u0085",
    "\u2028",
    "\ud800",
    "\udc00",
    "\ufffe",
    "\uffff",
    "\ufeff",
    "\uff1d",
    "a",
  ],
);
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(piece, { minLength: 1 }).map((pieces) => pieces.join("")),
);

const xml = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  ignoreAttributes: false,
});

async function print(format: Format, records: MessageRecord[], path = "/omni/1/logs"): Promise<string> {
  const items = records.map(rowOf);
  const chosen = LOGS_ENDPOINTS.find((candidate) => candidate.path === path);
  if (!chosen) throw new Error("no such endpoint");
  const found = { items, isIncomplete: false, spentUnits: 0 };
  const request = { filter: {}, limit: 50, useCursor: false };
  const { body } = await printLogs(format, chosen, found, request, (after) => after);
  return body;
}

/** A cell as a spreadsheet's user should read it: without the apostrophe that makes a formula harmless. */
function uncelled(cell: string): string {
  return /^'(['\s]*[=+\-@\uff0b\uff0d\uff1d\uff20]|'*[\t\r\n])/.test(cell) ? cell.slice(1) : cell;
}

/** As XML can show it. */
function visible(value: string): string {
  return value
    .toWellFormed()
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .replace(/[^\P{Cc}\t\n\r\u007f-\u009f]/gu, (control) =>
      String.fromCharCode(0x2400 + control.charCodeAt(0)),
    );
}

describe("every character of a text comes back", () => {
  const around = (value: string) => [
    aRecord({ messageId: "a", text: value, callbackData: "x" }),
    aRecord({ messageId: "b", text: "plain", callbackData: value }),
  ];

  test("from JSON and NDJSON", async () => {
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const { results } = JSON.parse(await print("json", around(value)));
        const lines = (await print("ndjson", around(value))).split("\n");
        expect(lines.pop()).toBe("");
        for (const [first, second] of [results, lines.map((line) => JSON.parse(line))]) {
          expect(first.text).toBe(value);
          expect(second.callbackData).toBe(value);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("from CSV, where no cell is a formula", async () => {
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const body = await print("csv", around(value));
        const rows: Record<string, string>[] = parseCsv(body, { columns: true, record_delimiter: "\r\n" });
        expect(rows.map(({ messageId }) => messageId)).toEqual(["a", "b"]);
        expect(uncelled(rows[0]?.text ?? "")).toBe(value.toWellFormed());
        expect(uncelled(rows[1]?.callbackData ?? "")).toBe(value.toWellFormed());
        for (const cell of rows.flatMap(Object.values))
          expect(cell).not.toMatch(/^\s*[=+\-@\uff1d]|^[\t\r\n]/);
        expect(parseCsv(body, { columns: true, trim: true })).toEqual(rows);
      }),
      { numRuns: 400 },
    );
  });

  test("from XML", async () => {
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const { result } = xml.parse(await print("xml", around(value))).smsLogsResponse.results;
        expect(result[0].text).toBe(visible(value));
        expect(result[1].callbackData).toBe(visible(value));
      }),
      { numRuns: 400 },
    );
  });
});

test("a spreadsheet has the same columns whatever is in it; what has no column is in the last", async () => {
  const header = async (records: MessageRecord[]) =>
    (await print("csv", records, "/sms/1/logs")).split("\r\n")[0];
  expect(await header([])).toBe(await header([aRecord()]));
  expect(await header([])).toMatch(
    /^bulkId,messageId,to,from,text,sentAt,doneAt,smsCount,mccMnc,price.pricePerMessage,/,
  );
  const record = aRecord({ price: { pricePerMessage: -0.5, tax: "1" }, deviceModel: "=X" } as never);
  const [row] = parseCsv(await print("csv", [record]), { columns: true }) as Record<string, string>[];
  expect(row).toMatchObject({
    "price.pricePerMessage": "-0.5",
    more: '{"price":{"tax":"1"},"deviceModel":"=X"}',
  });
});

test("no records make a well-formed answer in every form", async () => {
  expect(await print("json", [])).toBe('{"results":[]}');
  expect(await print("ndjson", [])).toBe("");
  expect(parseCsv(await print("csv", []), { columns: true })).toEqual([]);
  expect(xml.parse(await print("xml", [], "/sms/3/logs")).LogResponse).toEqual({ results: "" });
});
