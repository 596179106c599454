import * as v from "valibot";
import { parseStored } from "../runtime/stored.ts";
import { UNDELIVERED } from "./apart.ts";
import { ALL_DAY, type Block, blockPartition, blockPrefix, parseBlock } from "./block.ts";
import { DAY_MS, DAY_SECONDS, dayStart, type Item } from "./keys.ts";

/**
 * What a day's blocks are, where a version that walks them by the classes that it knows would pass some by and not notice: a day
 * with blocks of what is not delivered has this item from before the first of them on. It stands where whoever walks a day begins
 * to read, among the blocks that may span all of it, and its format is none of theirs: so an earlier version refuses the day. This one
 * reads those later, and learns of what is new to it from the item of the days (days.ts).
 *
 *     pk  d#<yyyy-mm-dd>   sk  c#<the last moment of the day, inverted>#format   v  2   e  a day after the blocks it is for
 */
const FORMAT = "format";
const VERSION = 2;
const stored = v.object({ pk: v.string(), v: v.literal(VERSION) });

/** Parses the blocks in a range of a day. Throws if the day has blocks that this version does not know. */
export function parseBlocks(items: readonly Item[]): Block[] {
  const isFormat = ({ sk }: Item) => String(sk).endsWith(`#${FORMAT}`);
  for (const item of items.filter(isFormat)) parseStored(stored, item);
  return items.filter((item) => !isFormat(item)).map(parseBlock);
}

/** The days that this process has marked, and until when that lasts (seconds since 1970). */
export class DayFormats {
  readonly #written = new Map<string, number>();

  /** The items to put before these blocks are put; nearly always none. */
  missing(
    blocks: readonly { readonly item: { readonly pk: string; readonly sk: string; readonly e: number } }[],
  ): Item[] {
    const until = new Map<string, number>();
    for (const { item } of blocks)
      if (item.sk.startsWith(`${UNDELIVERED}#`))
        until.set(item.pk, Math.max(item.e, until.get(item.pk) ?? 0));
    return [...until]
      .filter(([pk, seconds]) => (this.#written.get(pk) ?? 0) < seconds)
      .map(([pk, seconds]) => itemOf(pk, (Math.ceil(seconds / DAY_SECONDS) + 1) * DAY_SECONDS));
  }

  /** These items have been put. */
  remember(items: readonly Item[]): void {
    for (const { pk, e } of items) this.#written.set(String(pk), Number(e));
  }
}

function itemOf(pk: string, e: number): Item {
  const lastMs = dayStart(pk.slice(blockPartition("").length)) + DAY_MS - 1;
  return { pk, sk: `${blockPrefix(ALL_DAY, lastMs)}#${FORMAT}`, v: VERSION, e };
}
