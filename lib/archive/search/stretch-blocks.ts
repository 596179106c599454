import { blockPartition, blockPrefix, CLASSES } from "../block.ts";
import type { Version } from "../codec.ts";
import { parseBlocks } from "../day-format.ts";
import { DAY_MS, dayOf, dayStart } from "../keys.ts";
import { Messages } from "../lookup.ts";
import type { Stretch } from "./plan.ts";
import type { Reader } from "./reader.ts";

/** The content of the blocks of a range. */
export interface StretchOfBlocks {
  /** Everything in the blocks that overlap the range, merged; some of it was sent before or after. */
  readonly versions: readonly Version[];
  /** The blocks, as `pk sk`. */
  readonly names: ReadonlySet<string>;
  /** When the first of them may be deleted, in milliseconds since 1970; Infinity if there are none. */
  readonly goneFromMs: number;
}

/** Reads every block that may contain a message of a range within one UTC day, and lists the blocks. */
export async function blocksBetween(reader: Reader, { sinceMs, untilMs }: Stretch): Promise<StretchOfBlocks> {
  const lastMs = dayStart(dayOf(sinceMs)) + DAY_MS - 1;
  const pk = blockPartition(dayOf(sinceMs));
  const messages = new Messages();
  const names = new Set<string>();
  let goneFromMs = Infinity;
  const read = async (name: string, spanMs: number) => {
    const until = `${blockPrefix(name, sinceMs)}~`;
    for (let from = blockPrefix(name, Math.min(untilMs + spanMs, lastMs)); ; ) {
      const { items, last } = await reader.query(pk, from, until);
      for (const block of parseBlocks(items)) {
        names.add(`${block.key.pk} ${block.key.sk}`);
        if (block.oldestMs > untilMs) continue;
        goneFromMs = Math.min(goneFromMs, block.goneFrom * 1_000);
        for (const version of block.versions) messages.add(version);
      }
      if (last === undefined) return;
      from = `${last}\u0000`;
    }
  };
  await Promise.all(CLASSES.map(({ name, spanMs }) => read(name, spanMs)));
  return { versions: messages.values(), names, goneFromMs };
}
