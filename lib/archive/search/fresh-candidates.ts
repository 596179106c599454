import { type BlockRef, nameOfRef } from "../block-ref.ts";
import type { Version } from "../codec.ts";
import { identityOf } from "../keys.ts";
import { Messages, readBlocks } from "../lookup.ts";
import { messageTerm } from "../terms.ts";
import { type Filter, meetsAny } from "./filters.ts";
import { freshRefs, type IndexReader } from "./index-reader.ts";
import type { Odds } from "./odds.ts";
import type { Plan, Stretch } from "./plan.ts";

/**
 * The messages of unsettled pages that may meet a filter, in full. What is told of a message may be spread over several
 * blocks, one of which has its sender and another its status:
 *
 * - if all of them are fresh, each condition is met in one of them: the condition that the fewest blocks meet leads to all;
 * - if others are settled (its moment lies where runs are), each block that meets any condition is read, and what is
 *   settled of those messages looked up.
 */
export async function freshCandidates(
  filter: Filter,
  chosen: Plan,
  { early, late }: FreshRefs,
  index: IndexReader,
): Promise<Version[]> {
  const refs = [...early, ...late];
  if (refs.length === 0) return [];
  // With a single condition every block contains a match, so the rest about these messages will be needed.
  const isCertain = chosen.valueConditions.length + chosen.idConditions.length === 1;
  const [blocks] = await Promise.all([
    readBlocks(refs, index.get),
    isCertain ? index.freshMessages() : undefined,
  ]);
  const { settledUntilMs } = index;
  const messages = new Messages();
  for (const { versions } of blocks)
    for (const version of versions) if (meetsAny(filter, version.record)) messages.add(version);
  const found = messages.values();
  const isLate = new Map(
    blocks.flatMap(({ oldestMs, versions }) =>
      versions.map(({ record }) => [identityOf(record), oldestMs <= settledUntilMs] as const),
    ),
  );
  const settledToo = found.filter(({ record }) => isLate.get(identityOf(record)));
  const [whole, others] = await Promise.all([
    index.messages(settledToo.map(({ record }) => record.messageId)),
    freshOnly(
      found.filter(({ record }) => !isLate.get(identityOf(record))),
      index,
    ),
  ]);
  return [...whole, ...others];
}

/** Blocks that are not settled and lead to messages that may match; `late` ones are of moments of which much is settled. */
interface FreshRefs {
  readonly early: readonly BlockRef[];
  readonly late: readonly BlockRef[];
}

/** The unsettled blocks that a filter's conditions lead to. */
export async function freshRefsOf(
  { idConditions, valueConditions }: Plan,
  index: IndexReader,
): Promise<FreshRefs> {
  const byIds = await Promise.all(
    idConditions.map(async (terms) => freshRefs(await index.freshIds(), terms)),
  );
  const byValues = await Promise.all(
    valueConditions.map(async (one) => ({ ...one, refs: freshRefs(await index.freshValues(), one.terms) })),
  );
  // Everything that tells about a message contains its channel.
  const identities = byValues
    .filter(({ isIdentity }) => isIdentity)
    .map(({ refs }) => new Set(refs.map(nameOfRef)));
  const isPossible = (ref: BlockRef) => identities.every((names) => names.has(nameOfRef(ref)));
  const changing = [...byIds, ...byValues.filter(({ isIdentity }) => !isIdentity).map(({ refs }) => refs)];
  const conditions = changing.length > 0 ? changing : byValues.map(({ refs }) => refs);
  const narrowest = conditions.reduce(
    (best, refs) => (refs.length < best.length ? refs : best),
    conditions[0] ?? [],
  );
  const { settledUntilMs } = index;
  const isLate = ({ oldestMs }: BlockRef) => oldestMs <= settledUntilMs;
  return {
    early: narrowest.filter((ref) => isPossible(ref) && !isLate(ref)),
    late: conditions.flat().filter((ref) => isPossible(ref) && isLate(ref)),
  };
}

/** Merges the other fresh versions of these messages. */
async function freshOnly(versions: readonly Version[], index: IndexReader): Promise<Version[]> {
  if (versions.length === 0) return [];
  const wanted = new Set(versions.map(({ record }) => identityOf(record)));
  const refs = freshRefs(
    await index.freshMessages(),
    versions.map(({ record }) => messageTerm(record.messageId)),
  );
  const messages = new Messages();
  for (const { versions: all } of await readBlocks(refs, index.get)) {
    for (const version of all) if (wanted.has(identityOf(version.record))) messages.add(version);
  }
  return messages.values();
}

/**
 * How many fresh blocks and records there are, how many of the blocks contain what is asked for, and how much of all is
 * in a range.
 */
export async function freshShare(
  chosen: Plan,
  index: IndexReader,
  { sinceMs, untilMs }: Stretch,
): Promise<Odds["fresh"]> {
  const { early, late } = await freshRefsOf(chosen, index);
  const sum = { blocks: 0, records: 0 };
  const ahead = { blocks: 0, records: 0 };
  for (const { refs, count } of await index.freshValues()) {
    const within = refs.filter(({ oldestMs, newestMs }) => oldestMs <= untilMs && newestMs >= sinceMs);
    sum.blocks += refs.length;
    sum.records += count;
    ahead.blocks += within.length;
    ahead.records += (count * within.length) / Math.max(1, refs.length);
  }
  return { ...sum, holding: early.length + late.length, ahead };
}
