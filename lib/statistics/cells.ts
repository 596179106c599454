import { type Cell, type Cube, TUPLE_FIELDS, type Tuple } from "./cube.ts";
import { type Decimal, parseDecimal, printDecimal, timesDecimal, ZERO } from "./decimal.ts";
import type { Times } from "./latency.ts";

/**
 * The cells of a cube column by column, as they are stored and summed up. For a question about a day about fifty
 * thousand are read, with half a million counts of times, so none of them becomes an object.
 */
export interface Cells {
  readonly length: number;
  /** Every text in the tuples, sorted; and for each cell the index of each part of its tuple. */
  readonly texts: readonly string[];
  readonly places: Readonly<Record<keyof Tuple, Uint32Array>>;
  readonly messages: Float64Array;
  readonly parts: Float64Array;
  /**
   * By cell: the price of each message, if all messages and all parts cost the same; otherwise the sum, a space, and
   * the sum of parts.
   */
  readonly prices: readonly string[];
  /** The times of cell n are those from starts[n] up to starts[n + 1]: the counts of buckets. */
  readonly starts: Uint32Array;
  readonly buckets: Uint16Array;
  readonly counts: Float64Array;
}

/** A cube by columns, its cells sorted by their keys. */
export function cellsOf(cube: Cube): Cells {
  const cells = [...cube].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);
  const texts = [...new Set(cells.flatMap((cell) => TUPLE_FIELDS.map((field) => cell[field])))].sort();
  const placeOf = new Map(texts.map((text, n) => [text, n]));
  const times = cells.map((cell) => [...cell.times].sort(([a], [b]) => a - b));
  const starts = new Uint32Array(cells.length + 1);
  for (const [n, { length }] of times.entries()) starts[n + 1] = (starts[n] ?? 0) + length;
  return {
    ...{ length: cells.length, texts, starts },
    places: columnsOfTuple((field) => Uint32Array.from(cells, (cell) => placeOf.get(cell[field]) ?? 0)),
    messages: Float64Array.from(cells, ({ messages }) => messages),
    parts: Float64Array.from(cells, ({ parts }) => parts),
    prices: cells.map(priceLine),
    buckets: Uint16Array.from(times.flat(), ([bucket]) => bucket),
    counts: Float64Array.from(times.flat(), ([, count]) => count),
  };
}

/** Calls `column` for each part of tuples, in the order of TUPLE_FIELDS. */
export function columnsOfTuple(column: (field: keyof Tuple) => Uint32Array): Cells["places"] {
  const all = TUPLE_FIELDS.map((field) => [field, column(field)] as const);
  return Object.fromEntries(all) as Record<keyof Tuple, Uint32Array>;
}

/** The cells of a cube one by one. */
export function* eachCell(cells: Cells): Generator<Cell> {
  const read = priceReader();
  for (let n = 0; n < cells.length; n++) {
    const [messages, parts] = [cells.messages[n] ?? 0, cells.parts[n] ?? 0];
    yield {
      ...tupleAt(cells, n),
      messages,
      parts,
      ...read(cells.prices[n], messages, parts),
      times: timesAt(cells, n),
    };
  }
}

/** A part of a cell's tuple. */
export function textOf({ texts, places }: Cells, part: keyof Tuple, n: number): string {
  return texts[places[part][n] ?? 0] ?? "";
}

function tupleAt(cells: Cells, n: number): Tuple {
  const text = (part: keyof Tuple) => textOf(cells, part, n);
  return {
    ...{ channel: text("channel"), sender: text("sender"), network: text("network"), group: text("group") },
    ...{
      status: text("status"),
      errorGroup: text("errorGroup"),
      error: text("error"),
      currency: text("currency"),
    },
  };
}

function timesAt({ starts, buckets, counts }: Cells, n: number): Times {
  const times = new Map<number, number>();
  for (let at = starts[n] ?? 0; at < (starts[n + 1] ?? 0); at++) times.set(buckets[at] ?? 0, counts[at] ?? 0);
  return times;
}

function priceLine({ price, priceOfParts, messages, parts }: Cell): string {
  const each = shareOf(price, messages);
  const isEven = each && printDecimal(timesDecimal(each, parts)) === printDecimal(priceOfParts);
  return isEven ? printDecimal(each) : `${printDecimal(price)} ${printDecimal(priceOfParts)}`;
}

/** The price of each, if all cost the same. */
function shareOf({ units, scale }: Decimal, count: number): Decimal | undefined {
  const divisor = BigInt(count);
  return units % divisor === 0n ? { units: units / divisor, scale } : undefined;
}

/** Most cells have the same price, so each text is parsed only once. */
function priceReader() {
  const known = new Map<string, Decimal>();
  const decimalOf = (digits: string) => {
    const found = known.get(digits) ?? parseDecimal(digits) ?? ZERO;
    known.set(digits, found);
    return found;
  };
  return (line = "0", messages: number, parts: number): Pick<Cell, "price" | "priceOfParts"> => {
    const [one = "", other] = line.split(" ");
    const price = decimalOf(one);
    if (other !== undefined) return { price, priceOfParts: decimalOf(other) };
    return { price: timesDecimal(price, messages), priceOfParts: timesDecimal(price, parts) };
  };
}
