import { ByteReader, ByteWriter } from "./bytes.ts";

/**
 * Which blocks of one page hold which terms, as small as it can be, since every search by value reads those of all unsettled
 * pages: the first bits of each fingerprint, rising, as differences, each followed by the blocks that hold it: 2n for the
 * n-th alone, else one more than twice the sum of 2^n. Two terms that begin alike cost a read, never a result.
 */
export class FreshTerms {
  readonly #shift: number;
  readonly #masks: ReadonlyMap<number, number>;

  private constructor(bits: number, masks: ReadonlyMap<number, number>) {
    this.#shift = 32 - bits;
    this.#masks = masks;
  }

  /** The terms of each block, in the order of the blocks: at most MOST_BLOCKS. */
  static of(blocks: readonly Iterable<number>[], bits: number): FreshTerms {
    const masks = new Map<number, number>();
    for (const [n, terms] of blocks.entries()) {
      const own = new Set([...terms].map((term) => term >>> (32 - bits)));
      for (const short of own) masks.set(short, (masks.get(short) ?? 0) + 2 ** n);
    }
    return new FreshTerms(bits, masks);
  }

  static decoded(bytes: Uint8Array, bits: number): FreshTerms {
    const input = new ByteReader(bytes);
    const masks = new Map<number, number>();
    for (let short = 0; !input.isAtEnd; ) {
      short += input.number();
      const held = input.number();
      masks.set(short, held % 2 === 1 ? (held - 1) / 2 : 2 ** (held / 2));
    }
    return new FreshTerms(bits, masks);
  }

  encoded(): Uint8Array<ArrayBuffer> {
    const out = new ByteWriter();
    let last = 0;
    for (const [short, mask] of this.#sorted()) {
      const highest = Math.round(Math.log2(mask));
      out.number(short - last).number(2 ** highest === mask ? 2 * highest : 2 * mask + 1);
      last = short;
    }
    return out.take();
  }

  has(term: number): boolean {
    return this.#masks.has(term >>> this.#shift);
  }

  /** The numbers of the blocks that hold a term, and perhaps some that do not. */
  blocksOf(term: number): number[] {
    return numbersIn(this.#masks.get(term >>> this.#shift) ?? 0);
  }

  /** Which of the terms, in their order, begin like one of these: a bit each, the least of a byte first. */
  marks(terms: Iterable<number>): Uint8Array<ArrayBuffer> {
    const wanted = new Set([...terms].map((term) => term >>> this.#shift));
    const marks = new Uint8Array(Math.ceil(this.#masks.size / 8));
    for (const [n, [short]] of this.#sorted().entries())
      if (wanted.has(short)) marks[n >> 3] = (marks[n >> 3] ?? 0) | (1 << (n & 7));
    return marks;
  }

  /** The beginnings of the terms that `marks` named, as numbers of so many bits, and the blocks that hold each. */
  marked(marks: Uint8Array): (readonly [begin: number, blocks: number[]])[] {
    return this.#sorted()
      .filter((_, n) => ((marks[n >> 3] ?? 0) >> (n & 7)) % 2 === 1)
      .map(([short, mask]) => [short, numbersIn(mask)]);
  }

  #sorted(): [number, number][] {
    return [...this.#masks].sort(([a], [b]) => a - b);
  }
}

function numbersIn(mask: number): number[] {
  const blocks: number[] = [];
  for (let n = 0, left = mask; left > 0; n++, left = Math.floor(left / 2)) if (left % 2 === 1) blocks.push(n);
  return blocks;
}

/** So many bits are exact in a number. */
export const MOST_BLOCKS = 50;
