import * as v from "valibot";
import { statusGroupOf } from "../message/status.ts";
import { type NewBlock, packBlocks, SETTLED } from "./block.ts";
import { type BlockRef, decodeRefs, encodeRefs, refOf } from "./block-ref.ts";
import type { SettledRun } from "./catalog.ts";
import type { Kept } from "./codec.ts";
import type { Item, Key } from "./keys.ts";
import { orderPrefix } from "./keys.ts";
import { decodePostings, encodePostings, encodeSet, PostingsBuilder } from "./postings.ts";
import { termsOf } from "./terms.ts";

/**
 * A run: the index of blocks that were settled together, or of several runs merged. Its items are never changed.
 *
 *     pk run#<id>   k<bucket, 5 digits>   p  the terms of its share of all fingerprints (postings.ts)
 *                   t<chunk, 5 digits>    t  256 of its blocks (block-ref.ts), by their numbers
 *                   fresh                 p  the fresh pages that it has replaced: their sort keys as bytes
 *                   again                 p  messages that also stand in another run (postings.ts, without blocks)
 *                   moved                 p  the same, at another moment
 *                   old                   p  messages of which the second set may be outdated (`stale` in the catalog)
 *                   s<group>#<newest>#…   a block (block.ts) of the second set: what is not DELIVERED, by group
 *
 * All carry e, when all of it has expired.
 */
export const CHUNK = 256;
/** On average; fingerprints are distributed evenly. */
const BUCKET_BYTES = 3_600;

/** Everything in a run except its terms. */
export interface RunHead {
  readonly refs: readonly BlockRef[];
  readonly again: ReadonlySet<number>;
  readonly moved: ReadonlySet<number>;
  readonly stale: ReadonlySet<number>;
  readonly exceptions: readonly Kept[];
  readonly records: number;
  readonly level: number;
  readonly expiresAt: number;
}

export interface RunContent extends RunHead {
  /** In ascending order of fingerprints. */
  readonly entries: readonly BucketEntry[];
}

type BucketEntry = readonly [fingerprint: number, blocks: readonly number[]];

export const runPartition = (id: string): string => `run#${id}`;
const digits = (n: number) => String(n).padStart(5, "0");
export const bucketKeyAt = (id: string, n: number): Key => ({ pk: runPartition(id), sk: `k${digits(n)}` });
export const bucketKey = ({ id, buckets }: Pick<SettledRun, "id" | "buckets">, fingerprint: number): Key =>
  bucketKeyAt(id, termBucketOf(fingerprint, buckets));
export const chunkKey = (id: string, block: number): Key => ({
  pk: runPartition(id),
  sk: `t${digits(Math.floor(block / CHUNK))}`,
});
export const againKey = (id: string): Key => ({ pk: runPartition(id), sk: "again" });
export const replacedKey = (id: string): Key => ({ pk: runPartition(id), sk: "fresh" });
export const movedKey = (id: string): Key => ({ pk: runPartition(id), sk: "moved" });
export const staleKey = (id: string): Key => ({ pk: runPartition(id), sk: "old" });
export const exceptionPrefix = (group: string): string => `s${encodeURIComponent(group.toWellFormed())}#`;

/** The bucket of a fingerprint. Fingerprints are distributed evenly. */
export function termBucketOf(fingerprint: number, buckets: number): number {
  return Math.floor((fingerprint / 2 ** 32) * buckets);
}

/** The index of a run, from its blocks: every term of every record. */
export function contentOf(
  blocks: readonly NewBlock[],
  { again, moved }: { again: ReadonlySet<number>; moved: ReadonlySet<number> },
): RunContent {
  const terms = new PostingsBuilder();
  const all = blocks.flatMap(({ known }) => known);
  for (const [n, { known }] of blocks.entries()) {
    const seen = new Set<number>();
    for (const { record } of known)
      for (const of of Object.values(termsOf(record))) for (const term of of) seen.add(term);
    for (const term of seen) terms.add(term, n);
  }
  return {
    refs: blocks.map(refOf),
    entries: terms.take(),
    again,
    moved,
    // What has just been settled contains everything that was known before.
    stale: new Set(),
    exceptions: all.filter(({ record }) => statusGroupOf(record.status) !== "DELIVERED"),
    records: all.length,
    level: 0,
    expiresAt: blocks.reduce((latest, { item }) => Math.max(latest, item.e), 0),
  };
}

/** The items of a run, and its entry in the catalog. */
export function runItems(id: string, content: RunContent): { run: SettledRun; items: Item[] } {
  const { entries, expiresAt } = content;
  const buckets = Math.max(1, Math.round(encodePostings(entries).length / BUCKET_BYTES));
  const byBucket = Map.groupBy(entries, ([fingerprint]) => termBucketOf(fingerprint, buckets));
  const { run, items } = tailItems(id, content, buckets);
  return { run, items: [...items, ...[...byBucket].map(([n, part]) => bucketItem(id, n, part, expiresAt))] };
}

export function bucketItem(id: string, n: number, entries: readonly BucketEntry[], expiresAt: number): Item {
  return { ...bucketKeyAt(id, n), p: encodePostings(entries), e: expiresAt };
}

/** The items of a run except its buckets. */
export function tailItems(id: string, head: RunHead, buckets: number): { run: SettledRun; items: Item[] } {
  const { refs, again, moved, stale, exceptions, expiresAt: e } = head;
  const items: Item[] = [];
  for (let at = 0; at < refs.length; at += CHUNK) {
    items.push({ ...chunkKey(id, at), t: encodeRefs(refs.slice(at, at + CHUNK)), e });
  }
  if (again.size > 0) items.push({ ...againKey(id), p: encodeSet(again), e });
  if (moved.size > 0) items.push({ ...movedKey(id), p: encodeSet(moved), e });
  if (stale.size > 0) items.push({ ...staleKey(id), p: encodeSet(stale), e });
  items.push(...exceptionItems(runPartition(id), exceptions));
  const run: SettledRun = {
    id,
    sinceMs: refs.reduce((least, { oldestMs }) => Math.min(least, oldestMs), refs[0]?.oldestMs ?? 0),
    untilMs: refs.reduce((most, { newestMs }) => Math.max(most, newestMs), refs[0]?.newestMs ?? 0),
    buckets,
    blocks: refs.length,
    records: head.records,
    level: head.level,
    again: again.size,
    moved: moved.size,
    stale: stale.size,
    hasExceptions: exceptions.length > 0,
    exceptions: countsOf(exceptions),
    isSorted: refs.every(({ newestMs }, n) => newestMs <= (refs[n - 1]?.newestMs ?? Infinity)),
    expiresAt: e,
  };
  return { run, items };
}

function countsOf(exceptions: readonly Kept[]): [group: string, count: number][] {
  const byGroup = Map.groupBy(exceptions, ({ record }) => statusGroupOf(record.status));
  return [...byGroup].map(([group, all]) => [group, all.length]);
}

function exceptionItems(pk: string, exceptions: readonly Kept[]): Item[] {
  const byGroup = Map.groupBy(exceptions, ({ record }) => statusGroupOf(record.status));
  return [...byGroup].flatMap(([group, all]) =>
    packBlocks(all, SETTLED).blocks.map(({ item, newestMs }) => ({
      ...item,
      pk,
      sk: `${exceptionPrefix(group)}${orderPrefix(newestMs)}#${item.sk.slice(-12)}`,
    })),
  );
}

const postingsItem = v.object({ p: v.instance(Uint8Array) });
const refsItem = v.object({ sk: v.string(), t: v.instance(Uint8Array) });

export function parseBucket(item: unknown): [fingerprint: number, blocks: number[]][] {
  return decodePostings(v.parse(postingsItem, item).p);
}

const PAGE_DIGITS = 16;

/** The item that lists the fresh pages that a run has replaced, by their sort keys. */
export function replacedItem(id: string, pages: Iterable<string>, expiresAt: number): Item {
  return { ...replacedKey(id), p: new Uint8Array(Buffer.from([...pages].join(""), "hex")), e: expiresAt };
}

export function parseReplaced(item: unknown): string[] {
  const text = Buffer.from(v.parse(postingsItem, item).p).toString("hex");
  return Array.from({ length: text.length / PAGE_DIGITS }, (_, n) =>
    text.slice(n * PAGE_DIGITS, (n + 1) * PAGE_DIGITS),
  );
}

export function parseSet(item: unknown): number[] {
  return parseBucket(item).map(([fingerprint]) => fingerprint);
}

export function parseChunk(item: unknown): BlockRef[] {
  return decodeRefs(v.parse(refsItem, item).t);
}
