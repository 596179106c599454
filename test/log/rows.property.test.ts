import fc from "fast-check";
import { expect, test } from "vitest";
import { nextAfter } from "../../lib/api/report-collect.ts";
import { bitsOf, collectRows, hasRow, type Rows, rowsFrom, rowsOf, union } from "../../lib/log/rows.ts";

const pair = fc.record({ place: fc.integer({ min: 1, max: 6 }), row: fc.integer({ min: 0, max: 40 }) });
const pairs = fc.array(pair, { maxLength: 40 });
const listed = (rows: Rows) =>
  [...rows].flatMap(([place, bits]) => rowsOf(bits).map((row) => `${place}.${row}`)).sort();
const named = (list: readonly { place: number; row: number }[]) =>
  [...new Set(list.map(({ place, row }) => `${place}.${row}`))].sort();

test("bits hold exactly the rows that they were made of, in as few bytes as there can be", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 999 })), (rows) => {
      const bits = bitsOf(rows);
      expect(rowsOf(bits)).toEqual([...rows].sort((a, b) => a - b));
      expect(bits.length).toBe(rows.length === 0 ? 0 : (Math.max(...rows) >> 3) + 1);
    }),
  );
});

test("a union holds what either holds, and a cut what stands at a position or behind it", () => {
  fc.assert(
    fc.property(pairs, pairs, pair, (a, b, from) => {
      const both = union(collectRows(a), collectRows(b));
      expect(listed(both)).toEqual(named([...a, ...b]));
      const isBehind = ({ place, row }: typeof from) =>
        place > from.place || (place === from.place && row >= from.row);
      expect(listed(rowsFrom(both, from))).toEqual(named([...a, ...b].filter(isBehind)));
    }),
  );
});

test("after any part of what was found is given, nothing before the next position is left, and it is not given itself", () => {
  const looked = fc
    .array(fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { maxLength: 10 }), { minLength: 1, maxLength: 5 })
    .map((list) => list.map((rows, n) => ({ place: n + 1, rows: rows.sort((a, b) => a - b) })));
  fc.assert(
    fc.property(looked, fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (found, isGiven) => {
      const all = found.flatMap(({ place, rows }) => rows.map((row) => ({ place, row })));
      const given = all.filter((_, n) => isGiven[n]);
      const next = nextAfter({ place: 1, row: 0 }, found, given);
      const rows = collectRows(given);
      const isBefore = ({ place, row }: typeof next) =>
        place < next.place || (place === next.place && row < next.row);
      for (const one of all) if (isBefore(one)) expect(hasRow(rows, one.place, one.row)).toBe(true);
      expect(hasRow(rows, next.place, next.row)).toBe(false);
    }),
  );
});
