import type { Version } from "./codec.ts";

interface Kept {
  readonly packed: Uint8Array;
  readonly keepSeconds: number;
  readonly versions: readonly Version[];
}

/**
 * A cache of the blocks that a process has read last, in parsed form: a client that follows a cursor, or asks for the
 * newest again and again, needs the same blocks, and inflating and parsing them is most of a query's work. Blocks never
 * change, except that their records may be kept for longer; still, the bytes are compared, so that a name alone is
 * never trusted.
 */
export class RecentBlocks {
  readonly #mostRecords: number;
  readonly #byName = new Map<string, Kept>();
  #records = 0;

  constructor(mostRecords: number) {
    this.#mostRecords = mostRecords;
  }

  /** The versions in a block; `read` is called if they are not in the cache. */
  versions(
    name: string,
    packed: Uint8Array,
    keepSeconds: number,
    read: () => readonly Version[],
  ): readonly Version[] {
    const known = this.#byName.get(name);
    const isSame = known?.keepSeconds === keepSeconds && Buffer.compare(known.packed, packed) === 0;
    if (known) this.#forget(name, known);
    const kept = known && isSame ? known : { packed, keepSeconds, versions: read() };
    this.#byName.set(name, kept);
    this.#records += kept.versions.length;
    for (const [oldest, { versions }] of this.#byName) {
      if (this.#records <= this.#mostRecords) break;
      this.#forget(oldest, { versions });
    }
    return kept.versions;
  }

  #forget(name: string, { versions }: Pick<Kept, "versions">): void {
    this.#byName.delete(name);
    this.#records -= versions.length;
  }
}
