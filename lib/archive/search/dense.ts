import { UNDELIVERED } from "../apart.ts";
import { type BlockRef, keyOfRef } from "../block-ref.ts";
import type { Key } from "../keys.ts";

/** Sort keys of one partition, both ends included. */
export interface KeyRange {
  readonly pk: string;
  readonly from: string;
  readonly until: string;
}

/** Fewer blocks than this are got one by one. */
const LEAST = 4;
/** Each that is got costs half a unit; a range costs what its bytes are, and these blocks are small. */
const MOST_FOR_ONE = 4;

/** May a range hold it? Blocks of what is not delivered lie together until they are settled. */
export const mayBeDense = ({ sk }: Key): boolean => sk.startsWith(`${UNDELIVERED}#`);

/**
 * What is wanted, as ranges that hold enough of it to be read whole, and the others. `fresh` are all blocks that are not
 * settled. Pure.
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
