import { getAll, putAll } from "../runtime/batch.ts";
import type { Clock } from "../runtime/clock.ts";
import { type Database, queryAll } from "../runtime/dynamodb.ts";
import { BrokenItemError } from "../runtime/errors.ts";
import { sha256 } from "../runtime/hash.ts";
import { parseBlock } from "./block.ts";
import type { BlockRef } from "./block-ref.ts";
import { type Catalog, commitCatalog, type SettledRun } from "./catalog.ts";
import type { Version } from "./codec.ts";
import { Exceptions } from "./exceptions.ts";
import type { Item } from "./keys.ts";
import type { Moved } from "./moments.ts";
import { PostingsBuilder } from "./postings.ts";
import {
  bucketItem,
  bucketKeyAt,
  parseBucket,
  parseChunk,
  parseSet,
  type RunHead,
  runPartition,
  staleKey,
  tailItems,
  termBucketOf,
} from "./run.ts";
import { writeTrash } from "./trash.ts";

export interface SettleServices {
  readonly db: Database;
  readonly clock: Clock;
  /** How much time this run has left. */
  readonly remainingMs: () => number;
  /** What nobody needs any more of what was replaced, by the catalog's names; undefined: everything. */
  readonly mayForget?: ReadonlySet<string>;
  /** Called with messages whose reports disagree about when they were sent, before only one moment is left. */
  readonly noteMoved?: (moved: readonly Moved[]) => Promise<void>;
}

/**
 * This many runs of a level become one of the next: fewer runs to ask, in exchange for writing the terms of each report
 * once more.
 */
const FAN_IN = 5;
/** Beyond this size, merging two runs saves too few reads for what it costs. */
const MOST_RECORDS = 1_500_000;
/** The number of buckets that are merged at a time. */
const SLICE = 100;
const STEP_MS = 90_000;

export interface Merged {
  readonly catalog: Catalog;
  /** By the id of each new run, in the order in which they were made: the runs that it was merged from. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

/** Merges runs of one level into one of the next as long as there are enough; returns the resulting catalog. */
export async function mergeRuns(catalog: Catalog, services: SettleServices): Promise<Merged> {
  const { db, clock, remainingMs } = services;
  let current = catalog;
  const groups = new Map<string, readonly string[]>();
  for (;;) {
    const group = chooseRuns(current.runs);
    if (group.length === 0 || remainingMs() < STEP_MS) return { catalog: current, groups };
    const run = await writeMerged(group, db, clock);
    const names = await writeTrash(db, run.id, { keys: [], runs: group.map(({ id }) => id) }, clock);
    const merged = new Set(group);
    const next = {
      n: current.n,
      runs: [...current.runs.filter((one) => !merged.has(one)), run],
      trash: [...current.trash, ...names.map((name) => ({ name, atMs: clock.now() }))],
    };
    if (!(await commitCatalog(db, next))) return { catalog: current, groups };
    groups.set(
      run.id,
      group.map(({ id: merged }) => merged),
    );
    current = { ...next, n: next.n + 1 };
  }
}

/** The oldest runs of the lowest level that has enough of them. */
export function chooseRuns(runs: readonly SettledRun[]): SettledRun[] {
  const levels = Map.groupBy(runs, ({ level }) => level);
  for (const [, all] of [...levels].sort(([a], [b]) => a - b)) {
    const group = all.slice(0, FAN_IN);
    const records = group.reduce((sum, run) => sum + run.records, 0);
    if (group.length === FAN_IN && records <= MOST_RECORDS) return group;
  }
  return [];
}

async function writeMerged(group: readonly SettledRun[], db: Database, clock: Clock): Promise<SettledRun> {
  const id = sha256(group.map((run) => run.id).join()).slice(0, 12);
  const { head, places } = await readHead(group, db);
  const buckets = group.reduce((sum, run) => sum + run.buckets, 0);
  const { run, items } = tailItems(id, head, buckets);
  await putAll(db, items, clock);
  for (let first = 0; first < buckets; first += SLICE) {
    const slice = { first, end: Math.min(first + SLICE, buckets), buckets };
    await putAll(db, await mergedBuckets(run, group, places, slice, db, clock), clock);
  }
  return run;
}

/** The buckets `first` to `end` of the merged run, from the buckets of the others for the same fingerprints. */
async function mergedBuckets(
  { id, expiresAt }: SettledRun,
  group: readonly SettledRun[],
  places: readonly (readonly number[])[],
  { first, end, buckets }: { first: number; end: number; buckets: number },
  db: Database,
  clock: Clock,
): Promise<Item[]> {
  const postings = new PostingsBuilder();
  for (const [n, run] of group.entries()) {
    const from = Math.max(0, Math.floor((first / buckets) * run.buckets) - 1);
    const until = Math.min(run.buckets - 1, Math.ceil((end / buckets) * run.buckets));
    const keys = Array.from({ length: until - from + 1 }, (_, at) => bucketKeyAt(run.id, from + at));
    // Some may have been written a moment ago: an eventually consistent read might miss their terms, which would then
    // be lost for good.
    const items = await getAll(db, keys, clock, { consistent: true });
    for (const [fingerprint, blocks] of items.flatMap(parseBucket)) {
      const bucket = termBucketOf(fingerprint, buckets);
      if (bucket < first || bucket >= end) continue;
      for (const block of blocks) postings.add(fingerprint, placeOf(block, places[n]));
    }
  }
  const byBucket = Map.groupBy(postings.take(), ([fingerprint]) => termBucketOf(fingerprint, buckets));
  return [...byBucket].map(([n, entries]) => bucketItem(id, n, entries, expiresAt));
}

function placeOf(block: number, places: readonly number[] = []): number {
  const place = places[block];
  if (place === undefined) throw new BrokenItemError("a run names a block that it does not have");
  return place;
}

/** The blocks of all runs from the newest to the oldest, and the new numbers of each run's own ones. */
function inOrder(byRun: readonly (readonly BlockRef[])[]): { refs: BlockRef[]; places: number[][] } {
  const all = byRun.flatMap((own, run) => own.map((ref, n) => ({ ref, run, n })));
  all.sort((a, b) => b.ref.newestMs - a.ref.newestMs);
  const places = byRun.map(({ length }) => new Array<number>(length));
  for (const [place, { run, n }] of all.entries()) (places[run] ?? [])[n] = place;
  return { refs: all.map(({ ref }) => ref), places };
}

/** Everything in the runs except the terms, which is small. `places`: the new number of each block of each run. */
async function readHead(
  group: readonly SettledRun[],
  db: Database,
): Promise<{ head: RunHead; places: number[][] }> {
  const byRun: BlockRef[][] = [];
  const [again, moved] = [new Set<number>(), new Set<number>()];
  const exceptions = new Exceptions();
  for (const { id, blocks, stale } of group) {
    const own: BlockRef[] = [];
    const [undelivered, outdated]: [Version[], number[]] = [[], []];
    const items = queryAll(db, {
      KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :until",
      // Everything except k… and again: moved, old, s… and t….
      ExpressionAttributeValues: { ":pk": runPartition(id), ":from": "l", ":until": "u" },
      ConsistentRead: true,
    });
    for await (const item of items) {
      const sk = String(item.sk);
      if (sk.startsWith("t")) own.push(...parseChunk(item));
      else if (sk.startsWith("s")) undelivered.push(...parseBlock(item).versions);
      else if (sk === "moved") for (const one of parseSet(item)) moved.add(one);
      else if (sk === staleKey(id).sk) outdated.push(...parseSet(item));
    }
    const ownAgain = (await getSets(id, db)).flatMap(parseSet);
    for (const one of ownAgain) again.add(one);
    exceptions.addRun(undelivered, new Set(ownAgain), new Set(stale === undefined ? ownAgain : outdated));
    if (own.length !== blocks)
      throw new BrokenItemError("a run does not have the blocks that the catalog says");
    byRun.push(own);
  }
  const { refs, places } = inOrder(byRun);
  const head = {
    refs,
    again,
    moved,
    stale: exceptions.stale(),
    exceptions: exceptions.all(),
    records: group.reduce((sum, { records }) => sum + records, 0),
    level: Math.max(...group.map(({ level }) => level)) + 1,
    expiresAt: Math.max(...group.map(({ expiresAt }) => expiresAt)),
  };
  return { head, places };
}

async function getSets(id: string, db: Database): Promise<Item[]> {
  return Array.fromAsync(
    queryAll(db, {
      KeyConditionExpression: "pk = :pk AND sk = :sk",
      ExpressionAttributeValues: { ":pk": runPartition(id), ":sk": "again" },
      ConsistentRead: true,
    }),
  );
}
