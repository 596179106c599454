import { type Block, blockPartition, blockPrefix, CLASSES } from "../block.ts";
import type { Version } from "../codec.ts";
import { parseBlocks } from "../day-format.ts";
import { DAY_MS, dayOf, dayStart } from "../keys.ts";
import { Messages } from "../lookup.ts";
import type { Stretch } from "./plan.ts";
import type { Reader } from "./reader.ts";

/** The content of the blocks of a range. */
export interface ContentOfStretch {
  /** Everything in the blocks that overlap the range, merged; some of it was sent before or after. */
  readonly versions: readonly Version[];
  /** The blocks, as `pk sk`. */
  readonly names: ReadonlySet<string>;
  /** When the first of them may be deleted, in milliseconds since 1970; Infinity if there are none. */
  readonly goneFromMs: number;
}

/**
 * The blocks of a range within one UTC day, for whoever reads it part by part from the newest to the oldest: each block is
 * read once, so that many small parts cost as few requests as a single one.
 */
export class StretchBlocks {
  readonly #reader: Reader;
  readonly #whole: Stretch;
  #classes: BlocksOfClass[] = [];
  #reachedMs = -Infinity;

  constructor(reader: Reader, whole: Stretch) {
    this.#reader = reader;
    this.#whole = whole;
  }

  /** Reads every block that may contain a message of a part of the range. */
  async read(part: Stretch): Promise<ContentOfStretch> {
    // Also if the parts come in another order: then everything is read anew.
    if (part.untilMs >= this.#reachedMs)
      this.#classes = CLASSES.map((one) => new BlocksOfClass(this.#reader, one, this.#whole));
    this.#reachedMs = part.sinceMs;
    const messages = new Messages();
    const names = new Set<string>();
    let goneFromMs = Infinity;
    const onBlock = ({ key, goneFrom, versions }: Block) => {
      names.add(`${key.pk} ${key.sk}`);
      goneFromMs = Math.min(goneFromMs, goneFrom * 1_000);
      for (const version of versions) messages.add(version);
    };
    await Promise.all(this.#classes.map((one) => one.read(part, onBlock)));
    return { versions: messages.values(), names, goneFromMs };
  }
}

/** Those of one class. */
class BlocksOfClass {
  readonly #reader: Reader;
  readonly #class: (typeof CLASSES)[number];
  readonly #pk: string;
  readonly #until: string;
  /** Where to read on; undefined at the end. */
  #from: string | undefined;
  /** What was read and is also, or only, of older parts. */
  #ahead: Block[] = [];

  constructor(reader: Reader, one: (typeof CLASSES)[number], { sinceMs, untilMs }: Stretch) {
    this.#reader = reader;
    this.#class = one;
    this.#pk = blockPartition(dayOf(sinceMs));
    const lastMs = dayStart(dayOf(sinceMs)) + DAY_MS - 1;
    this.#from = blockPrefix(one.name, Math.min(untilMs + one.spanMs, lastMs));
    this.#until = this.#keyBefore(sinceMs);
  }

  async read({ sinceMs, untilMs }: Stretch, onBlock: (block: Block) => void): Promise<void> {
    const until = this.#keyBefore(sinceMs);
    let blocks = this.#ahead;
    this.#ahead = [];
    for (;;) {
      for (const block of blocks) {
        if (block.newestMs >= sinceMs && block.oldestMs <= untilMs) onBlock(block);
        if (block.oldestMs < sinceMs) this.#ahead.push(block);
      }
      if (this.#from === undefined || this.#from > until) return;
      const { items, last } = await this.#reader.query(this.#pk, this.#from, this.#until);
      blocks = parseBlocks(items);
      this.#from = last === undefined ? undefined : `${last}\u0000`;
    }
  }

  /** The end of the keys of the blocks whose newest message was sent at this moment or later. */
  #keyBefore(sinceMs: number): string {
    return `${blockPrefix(this.#class.name, sinceMs)}~`;
  }
}
