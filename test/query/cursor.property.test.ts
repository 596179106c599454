import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCursor, printCursor } from "../../lib/query/cursor.ts";
import { parseLogsRequest } from "../../lib/query/parameters.ts";

const AFTER = "251610000000000\u0001m \u{1f600}\u0001SMS";
const order = fc.string({ unit: "grapheme", minLength: 1 }).map((text) => text.toWellFormed());

test("a cursor says where to go on, for the filter it was made for", () => {
  fc.assert(
    fc.property(order, (after) => {
      expect(parseCursor(printCursor(after, { to: "1" }), { to: "1" })).toBe(after);
      expect(parseCursor(printCursor(after, { to: "1" }), { to: "2" })).toBeUndefined();
    }),
  );
});

test("a filter's conditions are the same in any order", () => {
  const cursor = printCursor(AFTER, { to: "1", from: "2" });
  expect(parseCursor(cursor, { from: "2", to: "1" })).toBe(AFTER);
});

test("a cursor that was altered anywhere is none", () => {
  const cursor = printCursor(AFTER, {});
  const altered = fc.record({
    at: fc.nat(cursor.length),
    drop: fc.nat(2),
    put: fc.string({ maxLength: 2 }),
  });
  fc.assert(
    fc.property(altered, ({ at, drop, put }) => {
      const other = cursor.slice(0, at) + put + cursor.slice(at + drop);
      fc.pre(other !== cursor);
      expect(parseCursor(other, {})).toBeUndefined();
    }),
    { numRuns: 1_000 },
  );
});

test("a request with a cursor of ours goes on from there; with any other it is refused", () => {
  const cursor = printCursor(AFTER, { from: "Shop" });
  const query = (from: string) => String(new URLSearchParams({ from, cursor }));
  expect(parseLogsRequest(query("Shop"))).toMatchObject({ request: { after: AFTER, useCursor: true } });
  for (const wrong of [query("Bank"), "cursor=abc", "cursor=", "cursor=.", `cursor=${cursor}.x`])
    expect(parseLogsRequest(wrong)).toMatchObject({ violations: { cursor: [expect.any(String)] } });
});
