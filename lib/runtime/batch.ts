import { BatchGetCommand, BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import { backoffMs, type Clock } from "./clock.ts";
import { DATABASE_CONCURRENCY, type Database } from "./dynamodb.ts";
import { BusyError } from "./errors.ts";
import type { Item, Key } from "./stored.ts";

const MOST_WRITES = 25;
const MOST_READS = 100;
const MOST_ATTEMPTS = 12;

/** Puts all these items, replacing any that exist. Throws BusyError if DynamoDB keeps leaving some unprocessed. */
export async function putAll(db: Database, items: readonly Item[], clock: Clock): Promise<void> {
  await writeAll(
    db,
    items.map((Item) => ({ PutRequest: { Item } })),
    clock,
  );
}

/** Deletes all these items, whether they exist or not. */
export async function deleteAll(db: Database, keys: readonly Key[], clock: Clock): Promise<void> {
  await writeAll(
    db,
    keys.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })),
    clock,
  );
}

type Write = { PutRequest: { Item: Item } } | { DeleteRequest: { Key: Item } };

async function writeAll(db: Database, writes: readonly Write[], clock: Clock): Promise<void> {
  const write = async (chunk: readonly Write[]) => {
    let left = [...chunk] as unknown[] as Write[];
    for (let attempt = 0; left.length > 0; attempt++) {
      if (attempt >= MOST_ATTEMPTS) throw new BusyError("DynamoDB keeps leaving writes of a batch aside");
      if (attempt > 0) await clock.sleep(backoffMs(attempt, clock, 20, 1_000));
      const answer = await db.client.send(
        new BatchWriteCommand({ RequestItems: { [db.table]: left as { PutRequest: { Item: Item } }[] } }),
      );
      left = (answer.UnprocessedItems?.[db.table] ?? []) as Write[];
    }
  };
  await pMap(chunksOf(writes, MOST_WRITES), write, { concurrency: DATABASE_CONCURRENCY / 3 });
}

/**
 * Gets the items with these keys that exist, in no particular order. `onUnits` is called with the cost of each answer:
 * at least half a unit per key, since AWS bills missing items, too.
 */
export async function getAll(
  db: Database,
  keys: readonly Key[],
  clock: Clock,
  options: { consistent?: boolean; onUnits?: (units: number) => void } = {},
): Promise<Item[]> {
  const get = async (chunk: readonly Key[]) => {
    const items: Item[] = [];
    let left = chunk.map(({ pk, sk }): Record<string, unknown> => ({ pk, sk }));
    for (let attempt = 0; left.length > 0; attempt++) {
      if (attempt >= MOST_ATTEMPTS) throw new BusyError("DynamoDB keeps leaving keys of a batch aside");
      if (attempt > 0) await clock.sleep(backoffMs(attempt, clock, 20, 1_000));
      const answer = await db.client.send(
        new BatchGetCommand({
          RequestItems: { [db.table]: { Keys: left, ConsistentRead: options.consistent ?? false } },
          ReturnConsumedCapacity: "TOTAL",
        }),
      );
      const found = answer.Responses?.[db.table] ?? [];
      items.push(...found);
      const asked = left.length;
      left = answer.UnprocessedKeys?.[db.table]?.Keys ?? [];
      const units =
        answer.ConsumedCapacity?.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0) ?? 0;
      const missing = asked - left.length - found.length;
      options.onUnits?.(Math.max(units, unitsOf(found.length, missing, options.consistent ?? false)));
    }
    return items;
  };
  const parts = await pMap(chunksOf(keys, MOST_READS), get, { concurrency: 16 });
  return parts.flat();
}

function unitsOf(found: number, missing: number, isConsistent: boolean): number {
  return (found + missing) * (isConsistent ? 1 : 0.5);
}

function chunksOf<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
}
