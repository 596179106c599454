import { parse as parseCsv } from "csv-parse/sync";
import { XMLParser } from "fast-xml-parser";
import { describe, expect, test } from "vitest";
import { Cursors } from "../../lib/api/cursor.ts";
import { LOGS_ENDPOINTS } from "../../lib/api/endpoints.ts";
import { acceptsGzip, type Format, negotiateFormat } from "../../lib/api/formats.ts";
import { OMNI_PARAMETERS, parseLogsRequest } from "../../lib/api/parameters.ts";
import { type Printed, printLogs } from "../../lib/api/print.ts";
import { finish, isPassable, ok } from "../../lib/api/responses.ts";
import type { FoundRecord } from "../../lib/archive/codec.ts";
import { compareOrder } from "../../lib/archive/keys.ts";
import { rowOf } from "../archive/rows.ts";
import { Random } from "../archive/search/random.ts";
import { aRecord } from "../message/records.ts";
import { bodyOf } from "./described.ts";

/** What Lambda gives back at most, its own JSON around the body included. */
const SIX_MB = 6 * 1024 * 1024;
const FORMATS: Format[] = ["json", "ndjson", "csv", "xml"];
const [OMNI] = LOGS_ENDPOINTS;
const random = new Random(1);
const cursors = new Cursors(["a key for tests, of 32 characters"]);
const REQUEST = { id: "id", method: "GET" };

const TEXTS: Record<string, () => string> = {
  "plain text": () => "Your code is 123456. ".repeat(480),
  "what XML writes longest": () => '&"<\r'.repeat(2_500),
  "control characters": () => "\u0001\u0002\n".repeat(3_300),
  "what nothing compresses": () =>
    String.fromCodePoint(...Array.from({ length: 5_000 }, () => 0x10000 + random.below(0x9ffff))),
};

function itemsOf(makeText: () => string, count: number): FoundRecord[] {
  return Array.from({ length: count }, (_, n) =>
    rowOf(aRecord({ messageId: `m${n}`, text: makeText() })),
  ).sort((a, b) => compareOrder(a.order, b.order));
}

/** One page as the service gives it: as many records as are left, to be cut by what may be sent. */
function page(items: readonly FoundRecord[], format: Format, cursor: string | undefined): Promise<Printed> {
  const query = `limit=1000${cursor ? `&cursor=${cursor}` : ""}`;
  const parsed = parseLogsRequest(query, OMNI_PARAMETERS, undefined, (sealed) => cursors.open(sealed, "all"));
  if (!OMNI || !("request" in parsed)) throw new Error("not a cursor of ours");
  const { after } = parsed.request;
  const left = items.filter((item) => after === undefined || compareOrder(item.order, after) > 0);
  const found = { items: left, isIncomplete: false, spentUnits: 0 };
  return printLogs(format, OMNI, found, parsed.request, (at) => cursors.seal(at, "all"));
}

function idsOf(format: Format, body: string): string[] {
  if (format === "csv")
    return (parseCsv(body, { columns: true }) as { messageId: string }[]).map((row) => row.messageId);
  if (format === "ndjson")
    return body
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line).messageId);
  if (format === "json")
    return JSON.parse(body).results.map((record: { messageId: string }) => record.messageId);
  const { results } = new XMLParser({ isArray: (name) => name === "result" }).parse(body).smsLogsResponse;
  return results.result.map((record: { messageId: string }) => record.messageId);
}

describe.each(Object.entries(TEXTS))("records of 10 kB: %s", (kind, makeText) => {
  const count = kind === "plain text" ? 1_000 : 200;
  const items = itemsOf(makeText, count);
  test.each(FORMATS)(
    "%s: each page fits, says that it was cut, and the cursor goes through all of them",
    async (format) => {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const { body, headers, isIncomplete } = await page(items, format, cursor);
        for (const isGzipAccepted of cursor ? [false] : [true, false]) {
          const response = finish(ok(format, body, headers), REQUEST, isGzipAccepted);
          expect(Buffer.byteLength(JSON.stringify(response))).toBeLessThan(SIX_MB);
          expect(bodyOf(response) === body).toBe(true);
          expect(response.headers["content-encoding"]).toBe(isGzipAccepted ? "gzip" : undefined);
        }
        ids.push(...idsOf(format, body));
        cursor = headers["omnilog-next-cursor"];
        expect(isIncomplete).toBe(cursor !== undefined);
        expect(headers["omnilog-incomplete"]).toBe(cursor && "true");
        if (format === "json") expect(JSON.parse(body).cursor?.nextCursor).toBe(cursor);
      } while (cursor !== undefined);
      expect(ids).toHaveLength(count);
      expect(new Set(ids).size).toBe(count);
    },
  );
});

test.each(FORMATS)("%s: one record that is too large to go as it is goes compressed", async (format) => {
  const items = itemsOf(() => "&".repeat(3_000_000), 2);
  const { body, rows, headers } = await page(items, format, undefined);
  expect(rows).toBe(1);
  expect(headers["omnilog-next-cursor"]).toBeDefined();
  const response = finish(ok(format, body), REQUEST, false);
  expect(Buffer.byteLength(JSON.stringify(response))).toBeLessThan(SIX_MB);
  expect(bodyOf(response) === body).toBe(true);
});

test.each([
  ["application/json", "json"],
  ["", "json"],
  ["*/*", "json"],
  ["application/json, text/plain, */*", "json"],
  ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "xml"],
  ["text/csv, application/json;q=0.5", "csv"],
  ["application/x-ndjson", "ndjson"],
  ["application/json;q=0", undefined],
  ["image/png", undefined],
  [`${"a/b,".repeat(600)}application/json`, undefined],
])("Accept: %s", (accept, format) => {
  expect(negotiateFormat(accept)).toBe(format);
});

test("compresses for those who take it", () => {
  expect(["gzip, deflate, br", "*", "GZIP;q=0.5"].map(acceptsGzip)).toEqual([true, true, true]);
  expect([undefined, "", "br", "gzip;q=0", "identity, gzip;q=0.1"].map(acceptsGzip)).toEqual(
    Array(5).fill(false),
  );
});

test.each([
  { name: "quotes", character: '"', bytes: 2 },
  { name: "line breaks", character: "\n", bytes: 2 },
  { name: "a control character that JSON spells out", character: "\u000b", bytes: 6 },
  { name: "letters", character: "a", bytes: 1 },
])(
  "as many $name pass as fit into Lambda's answer, inside a string and as they are",
  ({ character, bytes }) => {
    const most = Math.min(5_899_998 / bytes, 4_400_000);
    expect(isPassable(character.repeat(most))).toBe(true);
    expect(isPassable(character.repeat(most + 1))).toBe(false);
  },
);
