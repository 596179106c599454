import * as v from "valibot";

/**
 * Which rows of which pages: a bit for each row, by the place of its page. A page of 1,000 rows takes 125 bytes. What a
 * client has taken out of order, and what it has been handed and not yet acknowledged, is remembered as this.
 */
export type Rows = ReadonlyMap<number, Uint8Array>;

export const NO_ROWS: Rows = new Map();

/** Is this row among them? Rows that the bits do not reach are not. */
export function hasBit(bits: Uint8Array | undefined, row: number): boolean {
  return (((bits?.[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
}

/** The bits of these rows, no longer than they must be: the same rows have the same bits. */
export function bitsOf(rows: Iterable<number>): Uint8Array {
  const list = [...rows];
  const bits = new Uint8Array(list.reduce((most, row) => Math.max(most, (row >> 3) + 1), 0));
  for (const row of list) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
  return bits;
}

/** The rows that bits stand for, in order. */
export function rowsOf(bits: Uint8Array): number[] {
  return Array.from({ length: bits.length * 8 }, (_, row) => row).filter((row) => hasBit(bits, row));
}

export function hasRow(rows: Rows, place: number, row: number): boolean {
  return hasBit(rows.get(place), row);
}

/** All rows of both. */
export function union(a: Rows, b: Rows): Rows {
  const joined = new Map(a);
  for (const [place, bits] of b) {
    const other = joined.get(place);
    joined.set(place, other ? bitsOf([...rowsOf(other), ...rowsOf(bits)]) : bits);
  }
  return joined;
}

/** These rows, given as page and row. */
export function collectRows(pairs: Iterable<{ readonly place: number; readonly row: number }>): Rows {
  const byPlace = Map.groupBy(pairs, ({ place }) => place);
  return new Map([...byPlace].map(([place, list]) => [place, bitsOf(list.map(({ row }) => row))]));
}

/** Only the rows from a position on: all of later pages, and of its own page those that stand at or behind it. */
export function rowsFrom(rows: Rows, from: { readonly place: number; readonly row: number }): Rows {
  const kept = [...rows].flatMap(([place, bits]): [number, Uint8Array][] => {
    if (place < from.place) return [];
    if (place > from.place) return [[place, bits]];
    const rest = bitsOf(rowsOf(bits).filter((row) => row >= from.row));
    return rest.length > 0 ? [[place, rest]] : [];
  });
  return new Map(kept);
}

/** As an attribute: the places in order, each as decimal digits, and the bits. */
export function storedRows(rows: Rows): Record<string, Uint8Array> {
  return Object.fromEntries([...rows].map(([place, bits]) => [String(place), bits]));
}

/** Reads what `storedRows` gave. */
export const rowsSchema = v.pipe(
  v.record(
    v.pipe(v.string(), v.regex(/^\d{1,15}$/)),
    v.custom<Uint8Array>((value) => value instanceof Uint8Array),
  ),
  v.transform(
    (stored): Rows => new Map(Object.entries(stored).map(([place, bits]) => [Number(place), bits])),
  ),
);
