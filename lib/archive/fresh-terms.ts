import { BitReader, BitWriter } from "./bits.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";

/**
 * Which blocks of one page hold which terms, as small as it can be, since every search reads those of all unsettled
 * pages: the first bits of each fingerprint, rising, as differences, each followed by the blocks that hold it. Two terms that
 * begin alike cost a read, never a result. Stored as three numbers (bytes.ts: how many terms, how many blocks, Rice's k), then by
 * bits: of each term the difference in Rice's code; then 0 and the number of the block that alone holds it, or 1 and a bit for each block.
 */
export class FreshTerms {
  readonly #shift: number;
  readonly #masks: ReadonlyMap<number, number>;
  readonly #blocks: number;

  private constructor(bits: number, masks: ReadonlyMap<number, number>, blocks: number) {
    this.#shift = 32 - bits;
    this.#masks = masks;
    this.#blocks = blocks;
  }

  /** The terms of each block, in the order of the blocks, of which there are at most MOST_BLOCKS. */
  static of(blocks: readonly Iterable<number>[], bits: number): FreshTerms {
    const masks = new Map<number, number>();
    for (const [n, terms] of blocks.entries()) {
      const own = new Set([...terms].map((term) => term >>> (32 - bits)));
      for (const short of own) masks.set(short, (masks.get(short) ?? 0) + 2 ** n);
    }
    return new FreshTerms(bits, masks, blocks.length);
  }

  static decoded(bytes: Uint8Array, bits: number): FreshTerms {
    const head = new ByteReader(bytes);
    const [count, blocks, k] = [head.number(), head.number(), head.number()];
    const input = new BitReader(bytes.subarray(head.at));
    const numberBits = bitsOf(blocks);
    const masks = new Map<number, number>();
    for (let n = 0, short = 0; n < count; n++) {
      short += input.rice(k);
      masks.set(short, input.bit() === 0 ? 2 ** input.bits(numberBits) : input.bits(blocks));
    }
    return new FreshTerms(bits, masks, blocks);
  }

  /**
   * The format until version 2: bytes throughout; blocks as 2n for the n-th alone, otherwise as twice the sum of 2^n
   * plus one.
   */
  static decodedBytes(bytes: Uint8Array, bits: number): FreshTerms {
    const input = new ByteReader(bytes);
    const masks = new Map<number, number>();
    for (let short = 0; !input.isAtEnd; ) {
      short += input.number();
      const held = input.number();
      masks.set(short, held % 2 === 1 ? (held - 1) / 2 : 2 ** (held / 2));
    }
    return new FreshTerms(bits, masks, MOST_BLOCKS);
  }

  encoded(): Uint8Array<ArrayBuffer> {
    const sorted = this.#sorted();
    const each = (sorted.at(-1)?.[0] ?? 0) / Math.max(1, sorted.length);
    const k = Math.max(0, Math.floor(Math.log2(Math.max(1, each) * 0.7)));
    const numberBits = bitsOf(this.#blocks);
    const out = new BitWriter();
    let last = 0;
    for (const [short, mask] of sorted) {
      const highest = Math.round(Math.log2(mask));
      out.rice(short - last, k);
      last = short;
      if (2 ** highest === mask) out.bit(0).bits(highest, numberBits);
      else {
        out.bit(1);
        for (let n = this.#blocks - 1; n >= 0; n--) out.bit(Math.floor(mask / 2 ** n) % 2);
      }
    }
    const head = new ByteWriter().number(sorted.length).number(this.#blocks).number(k);
    return head.raw(out.take()).take();
  }

  has(term: number): boolean {
    return this.#masks.has(term >>> this.#shift);
  }

  /** The numbers of the blocks that contain a term, and perhaps some that do not. */
  blocksOf(term: number): number[] {
    return numbersIn(this.#masks.get(term >>> this.#shift) ?? 0);
  }

  /** Which of the terms, in order, begin like one of these: one bit each, lowest bit of a byte first. */
  marks(terms: Iterable<number>): Uint8Array<ArrayBuffer> {
    const wanted = new Set([...terms].map((term) => term >>> this.#shift));
    const marks = new Uint8Array(Math.ceil(this.#masks.size / 8));
    for (const [n, [short]] of this.#sorted().entries())
      if (wanted.has(short)) marks[n >> 3] = (marks[n >> 3] ?? 0) | (1 << (n & 7));
    return marks;
  }

  /**
   * The beginnings of the terms that `marks` selected, as numbers of so many bits, and the blocks that contain each.
   */
  marked(marks: Uint8Array): (readonly [begin: number, blocks: number[]])[] {
    return this.#sorted()
      .filter((_, n) => ((marks[n >> 3] ?? 0) >> (n & 7)) % 2 === 1)
      .map(([short, mask]) => [short, numbersIn(mask)]);
  }

  /** The beginnings of all terms, and the blocks that contain each. */
  all(): (readonly [begin: number, blocks: number[]])[] {
    return this.#sorted().map(([short, mask]) => [short, numbersIn(mask)]);
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

/** The number of bits that an index among so many needs. */
function bitsOf(count: number): number {
  return Math.ceil(Math.log2(Math.max(1, count)));
}

/** The number of bits that are exact in a JavaScript number. */
export const MOST_BLOCKS = 50;
