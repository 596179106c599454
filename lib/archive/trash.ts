import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { deleteAll } from "../runtime/batch.ts";
import type { Clock } from "../runtime/clock.ts";
import { type Database, queryAll } from "../runtime/dynamodb.ts";
import { parseStored } from "../runtime/stored.ts";
import type { Catalog } from "./catalog.ts";
import type { Key } from "./keys.ts";
import { runPartition } from "./run.ts";

/**
 * What a run has replaced is written down before the run counts, and deleted a grace period after: longer than any query
 * or step of a cursor lasts, so that whoever began to read the old finds all of it. In between both are there.
 *
 *     pk trash   sk <run>   keys  JSON: items to delete     runs  JSON: runs to delete     v  1   e
 */
export interface Trash {
  readonly keys: readonly Key[];
  readonly runs: readonly string[];
}

export const GRACE_MS = 10 * 60_000;
/**
 * Emptying leaves the list to DynamoDB, which deletes what has expired for nothing. If settling stands still for longer than
 * this, the pages in it wait once more, and settling them again changes nothing; all that is in it has its own expiry.
 */
const KEEP_SECONDS = 7 * 86_400;
export const TRASH_PARTITION = "trash";

const keys = v.array(v.object({ pk: v.string(), sk: v.string() }));
const stored = v.object({
  keys: v.pipe(
    v.string(),
    v.transform((text): unknown => JSON.parse(text)),
    keys,
  ),
  runs: v.pipe(
    v.string(),
    v.transform((text): unknown => JSON.parse(text)),
    v.array(v.string()),
  ),
  v: v.literal(1),
});

/** The most keys in one item, which may have 400 kB. */
const MOST_KEYS = 3_000;

/** Records what `name` replaces; returns the names to put into the catalog. */
export async function writeTrash(db: Database, name: string, trash: Trash, clock: Clock): Promise<string[]> {
  const parts = Math.max(1, Math.ceil(trash.keys.length / MOST_KEYS));
  const names = Array.from({ length: parts }, (_, n) => `${name}#${n}`);
  for (const [n, sk] of names.entries()) {
    const part = trash.keys.slice(n * MOST_KEYS, (n + 1) * MOST_KEYS);
    await db.client.send(
      new PutCommand({
        TableName: db.table,
        Item: {
          pk: TRASH_PARTITION,
          sk,
          keys: JSON.stringify(part),
          runs: JSON.stringify(n === 0 ? trash.runs : []),
          v: 1,
          e: Math.ceil(clock.now() / 1000) + KEEP_SECONDS,
        },
      }),
    );
  }
  return names;
}

async function readTrash(db: Database, name: string): Promise<Trash> {
  const Key = { pk: TRASH_PARTITION, sk: name };
  const { Item } = await db.client.send(new GetCommand({ TableName: db.table, Key, ConsistentRead: true }));
  return Item ? parseStored(stored, Item) : { keys: [], runs: [] };
}

/**
 * Deletes what was replaced long enough ago; if others still have to look at what was replaced, only what is in
 * `mayForget`. Returns the names that the catalog may forget.
 */
export async function emptyTrash(
  db: Database,
  { trash }: Catalog,
  clock: Clock,
  mayForget?: ReadonlySet<string>,
): Promise<string[]> {
  const isFree = (name: string) => mayForget === undefined || mayForget.has(name);
  const due = trash.filter(({ name, atMs }) => atMs + GRACE_MS <= clock.now() && isFree(name));
  for (const { name } of due) {
    const { keys, runs } = await readTrash(db, name);
    await deleteAll(db, keys, clock);
    for (const id of runs) await deleteAll(db, await keysOfRun(db, id), clock);
  }
  return due.map(({ name }) => name);
}

async function keysOfRun(db: Database, id: string): Promise<Key[]> {
  const items = await Array.fromAsync(
    queryAll(db, {
      KeyConditionExpression: "pk = :pk",
      ProjectionExpression: "pk, sk",
      ExpressionAttributeValues: { ":pk": runPartition(id) },
      ConsistentRead: true,
    }),
  );
  return items.map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) }));
}
