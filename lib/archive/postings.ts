import { ByteReader, ByteWriter } from "./bytes.ts";

/**
 * Collects, in any order, which blocks contain which terms. The result is sorted by fingerprint, with the numbers of
 * the blocks in ascending order. They are stored as differences: the more there are, the fewer bytes each takes.
 */
export class PostingsBuilder {
  readonly #blocks = new Map<number, number[]>();

  add(fingerprint: number, block: number): void {
    const list = this.#blocks.get(fingerprint);
    if (!list) this.#blocks.set(fingerprint, [block]);
    else if (list.at(-1) !== block) list.push(block);
  }

  /** Sorted by fingerprint; the blocks of each are sorted and without duplicates. */
  take(): [fingerprint: number, blocks: number[]][] {
    const entries = [...this.#blocks].sort(([a], [b]) => a - b);
    for (const entry of entries) entry[1] = [...new Set(entry[1])].sort((a, b) => a - b);
    return entries;
  }
}

export function encodePostings(
  entries: Iterable<readonly [number, readonly number[]]>,
): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  let last = 0;
  for (const [fingerprint, blocks] of entries) {
    out.number(fingerprint - last).number(blocks.length);
    last = fingerprint;
    let before = 0;
    for (const block of blocks) {
      out.number(block - before);
      before = block;
    }
  }
  return out.take();
}

export function decodePostings(bytes: Uint8Array): [fingerprint: number, blocks: number[]][] {
  const input = new ByteReader(bytes);
  const entries: [number, number[]][] = [];
  let fingerprint = 0;
  while (!input.isAtEnd) {
    fingerprint += input.number();
    let block = 0;
    const blocks = Array.from({ length: input.number() }, () => {
      block += input.number();
      return block;
    });
    entries.push([fingerprint, blocks]);
  }
  return entries;
}

/** Encodes only fingerprints, given in any order. */
export function encodeSet(fingerprints: Iterable<number>): Uint8Array<ArrayBuffer> {
  return encodePostings([...new Set(fingerprints)].sort((a, b) => a - b).map((one) => [one, []] as const));
}
