import { UNDELIVERED } from "../apart.ts";
import { type BlockRef, keyOfRef } from "../block-ref.ts";
import type { Key, KeyRange } from "../keys.ts";

/** Fewer blocks than this are read one by one. */
const LEAST = 4;
/** Reading a block by its key costs half a unit, while a range costs what its bytes do, and these blocks are small. */
const MOST_FOR_ONE = 4;

/** May it be read as part of a range? Blocks of undelivered messages are adjacent until they are settled. */
export const mayBeDense = ({ sk }: Key): boolean => sk.startsWith(`${UNDELIVERED}#`);

/**
 * Divides the wanted blocks into ranges that contain enough of them to be read completely, and the rest. `fresh` are
 * all blocks that are not settled. Pure.
 */
export function denseRanges(
  wanted: readonly Key[],
  fresh: readonly BlockRef[],
): { ranges: KeyRange[]; others: Key[] } {
  const all = Map.groupBy(fresh.map(keyOfRef).filter(mayBeDense), ({ pk }) => pk);
  const ranges = [...Map.groupBy(wanted.filter(mayBeDense), ({ pk }) => pk)].flatMap(([pk, keys]) => {
    const sorted = keys.map(({ sk }) => sk).sort();
    const range = { pk, from: sorted[0] ?? "", until: sorted.at(-1) ?? "" };
    const within = (all.get(pk) ?? []).filter((key) => isIn(key, range));
    return keys.length >= LEAST && keys.length * MOST_FOR_ONE >= within.length ? [range] : [];
  });
  return { ranges, others: wanted.filter((key) => !ranges.some((range) => isIn(key, range))) };
}

function isIn({ pk, sk }: Key, range: KeyRange): boolean {
  return pk === range.pk && sk >= range.from && sk <= range.until;
}
