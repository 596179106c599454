import * as v from "valibot";

/**
 * A set of rows: for each page, by its place, one bit per row. A page of 1,000 rows takes 125 bytes. This is how the
 * rows are remembered that a client has taken out of order, or has not acknowledged yet.
 */
export type Rows = ReadonlyMap<number, Uint8Array>;

export const NO_ROWS: Rows = new Map();

/** Is this row in the set? Rows beyond the last bit are not. */
export function hasBit(bits: Uint8Array | undefined, row: number): boolean {
  return (((bits?.[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
}

/** The bits for these rows, as short as possible: equal sets have equal bits. */
export function bitsOf(rows: Iterable<number>): Uint8Array {
  const list = [...rows];
  const bits = new Uint8Array(list.reduce((most, row) => Math.max(most, (row >> 3) + 1), 0));
  for (const row of list) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
  return bits;
}

/** The rows of a set, in order. */
export function rowsOf(bits: Uint8Array): number[] {
  return Array.from({ length: bits.length * 8 }, (_, row) => row).filter((row) => hasBit(bits, row));
}

export function hasRow(rows: Rows, place: number, row: number): boolean {
  return hasBit(rows.get(place), row);
}

/** The rows that are in either set. */
export function union(a: Rows, b: Rows): Rows {
  const joined = new Map(a);
  for (const [place, bits] of b) {
    const other = joined.get(place);
    joined.set(place, other ? bitsOf([...rowsOf(other), ...rowsOf(bits)]) : bits);
  }
  return joined;
}

/** The set of these rows, given as page and row. */
export function collectRows(pairs: Iterable<{ readonly place: number; readonly row: number }>): Rows {
  const byPlace = Map.groupBy(pairs, ({ place }) => place);
  return new Map([...byPlace].map(([place, list]) => [place, bitsOf(list.map(({ row }) => row))]));
}

/** The rows from a position on: all of later pages and, of its own page, that row and those after it. */
export function rowsFrom(rows: Rows, from: { readonly place: number; readonly row: number }): Rows {
  const kept = [...rows].flatMap(([place, bits]): [number, Uint8Array][] => {
    if (place < from.place) return [];
    if (place > from.place) return [[place, bits]];
    const rest = bitsOf(rowsOf(bits).filter((row) => row >= from.row));
    return rest.length > 0 ? [[place, rest]] : [];
  });
  return new Map(kept);
}

/** As a stored attribute: the places in order, each as decimal digits, with their bits. */
export function storedRows(rows: Rows): Record<string, Uint8Array> {
  return Object.fromEntries([...rows].map(([place, bits]) => [String(place), bits]));
}

/** Reads what `storedRows` returned. */
export const rowsSchema = v.pipe(
  v.record(
    v.pipe(v.string(), v.regex(/^\d{1,15}$/)),
    v.custom<Uint8Array>((value) => value instanceof Uint8Array),
  ),
  v.transform(
    (stored): Rows => new Map(Object.entries(stored).map(([place, bits]) => [Number(place), bits])),
  ),
);
