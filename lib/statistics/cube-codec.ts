import { ByteReader, ByteWriter } from "../archive/bytes.ts";
import { type Cells, cellsOf, columnsOfTuple, eachCell } from "./cells.ts";
import { type Cube, keyOf, TUPLE_FIELDS } from "./cube.ts";
import { bytesText, deflate, inflate, textBytes, unzigzag, zigzag } from "./packing.ts";

/**
 * A cube as bytes: the same cube gives the same bytes, whatever order it was added up in. Deflated; inside, numbers as in
 * archive/bytes.ts:
 *
 *     the length of a JSON list of every text that tuples hold, sorted; the list
 *     how many cells; then column by column, cells by the texts of their tuples:
 *       each part of the tuple, by its place in the list; messages; parts − messages (zigzag)
 *       the length of the prices, a line a cell (`Cells.prices`); the prices
 *       of each cell how many buckets of times; the distance of each bucket to the one before; the count of each
 */
export function encodeCube(cube: Cube): Uint8Array<ArrayBuffer> {
  return deflate(plainBytes(cube));
}

/** The same, not deflated: for whoever deflates several together. */
export function plainBytes(cube: Cube): Uint8Array<ArrayBuffer> {
  const { length, texts, places, messages, parts, prices, starts, buckets, counts } = cellsOf(cube);
  const out = new ByteWriter();
  text(out, JSON.stringify(texts));
  out.number(length);
  for (const field of TUPLE_FIELDS) for (const place of places[field]) out.number(place);
  for (const n of messages) out.number(n);
  for (const [n, all] of parts.entries()) out.number(zigzag(all - (messages[n] ?? 0)));
  text(out, prices.join("\n"));
  for (let n = 0; n < length; n++) out.number((starts[n + 1] ?? 0) - (starts[n] ?? 0));
  for (let n = 0; n < length; n++) {
    const first = starts[n] ?? 0;
    for (let at = first; at < (starts[n + 1] ?? 0); at++)
      out.number((buckets[at] ?? 0) - (at > first ? (buckets[at - 1] ?? 0) : 0));
  }
  for (const count of counts) out.number(count);
  return out.take();
}

function text(out: ByteWriter, value: string): void {
  const bytes = textBytes(value);
  out.number(bytes.length).raw(bytes);
}

/** Reads what `encodeCube` wrote. Throws if it is anything else. */
export function decodeCube(packed: Uint8Array): Cube {
  return cubeFrom(inflate(packed));
}

/** Reads what `plainBytes` made. Throws if it is anything else. */
export function cubeFrom(plain: Uint8Array): Cube {
  return new Map([...eachCell(cellsFrom(plain, ALL))].map((cell) => [keyOf(cell), cell]));
}

/** What is needed of each cell besides its tuple and counts. Everything else stays empty, and costs nothing. */
export interface Needs {
  readonly times: boolean;
  readonly prices: boolean;
}

export const ALL: Needs = { times: true, prices: true };

/** The cells of a stored cube. Throws if it is not one. */
export function decodeCells(packed: Uint8Array, needs: Needs): Cells {
  return cellsFrom(inflate(packed), needs);
}

/** The same of what `plainBytes` made. */
export function cellsFrom(plain: Uint8Array, needs: Needs): Cells {
  const input = new ByteReader(plain);
  const texts = JSON.parse(readText(input)) as string[];
  const length = input.number();
  const places = columnsOfTuple(() => input.numbers(new Uint32Array(length)));
  const messages = input.numbers(new Float64Array(length));
  const parts = input.numbers(new Float64Array(length)).map((more, n) => unzigzag(more) + (messages[n] ?? 0));
  const priceBytes = input.raw(input.number());
  const prices = needs.prices && length > 0 ? bytesText(priceBytes).split("\n") : [];
  return { length, texts, places, messages, parts, prices, ...readTimes(input, needs.times ? length : 0) };
}

function readText(input: ByteReader): string {
  return bytesText(input.raw(input.number()));
}

function readTimes(input: ByteReader, length: number): Pick<Cells, "starts" | "buckets" | "counts"> {
  const sizes = input.numbers(new Uint32Array(length));
  const starts = new Uint32Array(length + 1);
  for (let n = 0; n < length; n++) starts[n + 1] = (starts[n] ?? 0) + (sizes[n] ?? 0);
  const buckets = input.numbers(new Uint16Array(starts[length] ?? 0));
  // Distances within a cell; the first one is the bucket itself.
  for (let n = 0; n < length; n++)
    for (let at = (starts[n] ?? 0) + 1; at < (starts[n + 1] ?? 0); at++)
      buckets[at] = (buckets[at] ?? 0) + (buckets[at - 1] ?? 0);
  return { starts, buckets, counts: input.numbers(new Float64Array(buckets.length)) };
}
