import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { type Database, putNext } from "../runtime/dynamodb.ts";
import { parseStored } from "../runtime/stored.ts";

/**
 * What has been settled: the runs that readers consult, and what waits to be deleted. One small item, put on the condition
 * that nobody else has: that put is the one step that makes a settling count.
 *
 *     pk archive   sk catalog   n  counts the puts     runs, trash: JSON     v  1
 */
export const CATALOG_KEY = { pk: "archive", sk: "catalog" } as const;

const run = v.object({
  id: v.string(),
  /** The range of `sentAt` that its blocks span, in milliseconds since 1970, both ends included. */
  sinceMs: v.number(),
  untilMs: v.number(),
  /** The numbers of its buckets of terms, blocks, and records. */
  buckets: v.number(),
  blocks: v.number(),
  records: v.number(),
  /** How many times runs were merged to make it. */
  level: v.number(),
  /** How many of its messages are also in another run, at the same moment or (moved) at another. */
  again: v.number(),
  moved: v.number(),
  /**
   * For how many messages the second set may be outdated, because the run contains more about them elsewhere: those
   * that the runs it was merged from had in common. Unknown for runs that an earlier version wrote: perhaps all that
   * are `again`.
   */
  stale: v.optional(v.number()),
  /** Does it have a second set of blocks, with what is not DELIVERED? */
  hasExceptions: v.boolean(),
  /** The number of records in the second set by group; unknown for runs that an earlier version wrote. */
  exceptions: v.optional(v.array(v.tuple([v.string(), v.number()]))),
  /** Are its blocks numbered from the newest to the oldest? */
  isSorted: v.optional(v.boolean()),
  /** When all of it has expired, in seconds since 1970. */
  expiresAt: v.number(),
});
export type SettledRun = v.InferOutput<typeof run>;

const catalog = v.object({
  n: v.number(),
  v: v.literal(1),
  runs: v.pipe(
    v.string(),
    v.transform((text): unknown => JSON.parse(text)),
    v.array(run),
  ),
  trash: v.pipe(
    v.string(),
    v.transform((text): unknown => JSON.parse(text)),
    v.array(v.object({ name: v.string(), atMs: v.number(), replacedBy: v.optional(v.string()) })),
  ),
});

/** An entry of the trash; `replacedBy`: the run that lists the fresh pages it contains, which need not be read. */
export interface Replaced {
  readonly name: string;
  readonly atMs: number;
  readonly replacedBy?: string | undefined;
}

export interface Catalog {
  /** The number of puts so far; 0 if there is no catalog yet. */
  readonly n: number;
  readonly runs: readonly SettledRun[];
  /** What runs have replaced (trash.ts), and since when. */
  readonly trash: readonly Replaced[];
}

export function parseCatalog(item: Readonly<Record<string, unknown>> | undefined): Catalog {
  return item === undefined ? { n: 0, runs: [], trash: [] } : parseStored(catalog, item);
}

export async function loadCatalog(db: Database): Promise<Catalog> {
  const { Item } = await db.client.send(
    new GetCommand({ TableName: db.table, Key: CATALOG_KEY, ConsistentRead: true }),
  );
  return parseCatalog(Item);
}

/** Puts the next catalog; false if somebody else has put another in the meantime. */
export function commitCatalog(db: Database, { n, runs, trash }: Catalog): Promise<boolean> {
  const item = { ...CATALOG_KEY, v: 1, runs: JSON.stringify(runs), trash: JSON.stringify(trash) };
  return putNext(db, item, n);
}
