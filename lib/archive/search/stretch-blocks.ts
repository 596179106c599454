import { blockPartition, blockPrefix, CLASSES } from "../block.ts";
import type { Version } from "../codec.ts";
import { parseBlocks } from "../day-format.ts";
import { DAY_MS, dayOf, dayStart } from "../keys.ts";
import { Messages } from "../lookup.ts";
import type { Stretch } from "./plan.ts";
import type { Reader } from "./reader.ts";

/** What the blocks of a stretch hold. */
export interface StretchOfBlocks {
  /** Everything in blocks that reach into the stretch, merged; some of it was sent before or after. */
  readonly versions: readonly Version[];
  /** The blocks, by `pk sk`. */
  readonly names: ReadonlySet<string>;
  /** When the first of them may be deleted, milliseconds since 1970; Infinity where there are none. */
  readonly goneFromMs: number;
}

/** Reads every block that may hold a message of a stretch within one UTC day, and names the blocks that it has seen. */
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
