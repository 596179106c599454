import { ScanCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import * as v from "valibot";
import { type Database, isConditionFailure } from "../runtime/dynamodb.ts";
import { BusyError } from "../runtime/errors.ts";
import { extendLife } from "../runtime/expiry.ts";
import { EXPIRES_AT } from "../runtime/table.ts";
import type { ArchiveSettings } from "./archive.ts";
import { blockPartition, LINGER_SECONDS } from "./block.ts";
import { commitCatalog, loadCatalog, type SettledRun } from "./catalog.ts";
import { Days } from "./days.ts";
import { runPartition } from "./run.ts";

/** The progress of an extension: the records looked at, and how many of them live longer now. */
export interface Extension {
  readonly records: number;
  readonly extended: number;
}

/** Each write is a call to the SDK, which takes half a millisecond; Lambdas write at the same time. */
const CONCURRENCY = 24;
/** A message is finished within days after it was sent: the index of a run is kept for this much longer. */
const DONE_WITHIN_SECONDS = 7 * 86_400;
const MOST_TRIES = 10;

/**
 * Extends the life of stored records after the retention was raised: to max(sentAt, doneAt) + retention. It works block
 * by block, so that either all of a block is extended or none. Never revives what has expired, and never shortens a
 * life. It reads the table once and writes what changes, and what leads to the blocks (days, catalog, indexes of runs)
 * before the blocks themselves. May be repeated. Throws what DynamoDB throws.
 */
export async function extendRetention(
  db: Database,
  settings: ArchiveSettings,
  { nowMs, onProgress }: { nowMs: number; onProgress?: (soFar: Extension) => void },
): Promise<Extension> {
  const keepSeconds = Math.round(settings.retentionHours * 3600);
  const runs = new Map((await extendCatalog(db, keepSeconds)).map((run) => [runPartition(run.id), run]));
  const days = new Days(db);
  let soFar: Extension = { records: 0, extended: 0 };
  for await (const items of pagesOf(db)) {
    const counts = await pMap(items, (item) => extendItem(item, { db, days, runs, keepSeconds, nowMs }), {
      concurrency: CONCURRENCY,
    });
    const sum = (figure: keyof Extension) => counts.reduce((total, count) => total + count[figure], 0);
    soFar = { records: soFar.records + sum("records"), extended: soFar.extended + sum("extended") };
    onProgress?.(soFar);
  }
  return soFar;
}

/** Extends the runs in the catalog. If settling puts another catalog in the meantime, this starts again. */
async function extendCatalog(db: Database, keepSeconds: number): Promise<readonly SettledRun[]> {
  for (let n = 0; n < MOST_TRIES; n++) {
    const catalog = await loadCatalog(db);
    const runs = catalog.runs.map((run) => ({
      ...run,
      expiresAt: Math.max(run.expiresAt, Math.ceil(run.untilMs / 1000) + keepSeconds + DONE_WITHIN_SECONDS),
    }));
    const isSame = runs.every((run, at) => run.expiresAt === catalog.runs[at]?.expiresAt);
    if (isSame || (await commitCatalog(db, { ...catalog, runs }))) return runs;
  }
  throw new BusyError("settling keeps putting another catalog");
}

const scanned = v.object({
  pk: v.string(),
  sk: v.string(),
  [EXPIRES_AT]: v.number(),
  /** Only blocks have these: how long their records are kept, and how many there are. */
  k: v.optional(v.number()),
  n: v.optional(v.number(), 0),
});
type Scanned = v.InferOutput<typeof scanned>;

/** The blocks, and the items of runs, page by page. */
async function* pagesOf(db: Database): AsyncGenerator<Scanned[]> {
  let after: Record<string, unknown> | undefined;
  do {
    const answer = await db.client.send(
      new ScanCommand({
        TableName: db.table,
        FilterExpression: "begins_with(pk, :days) OR begins_with(pk, :runs)",
        ProjectionExpression: "pk, sk, k, n, #e",
        ExpressionAttributeNames: { "#e": EXPIRES_AT },
        ExpressionAttributeValues: { ":days": blockPartition(""), ":runs": runPartition("") },
        ...(after ? { ExclusiveStartKey: after } : {}),
      }),
    );
    yield v.parse(v.array(scanned), answer.Items ?? []);
    after = answer.LastEvaluatedKey;
  } while (after);
}

interface Extending {
  readonly db: Database;
  readonly days: Days;
  readonly runs: ReadonlyMap<string, SettledRun>;
  readonly keepSeconds: number;
  readonly nowMs: number;
}

const NOTHING: Extension = { records: 0, extended: 0 };

async function extendItem(item: Scanned, extending: Extending): Promise<Extension> {
  const { db, days, runs, keepSeconds, nowMs } = extending;
  if (item.k === undefined) {
    // A run that is not in the catalog is never read.
    const run = runs.get(item.pk);
    if (run) await extendLife(db, item, run.expiresAt, nowMs);
    return NOTHING;
  }
  // The second set of a run repeats records from the blocks of days, and is not counted again.
  const isFirst = item.pk.startsWith(blockPartition(""));
  const records = isFirst ? item.n : 0;
  if (item.k >= keepSeconds) return { records, extended: 0 };
  const expiresAt = item[EXPIRES_AT] + keepSeconds - item.k;
  if (isFirst) await days.ensure(item.pk.slice(blockPartition("").length), expiresAt);
  const isExtended = await extendBlock(db, item, { keepSeconds, expiresAt, nowMs });
  return { records, extended: isExtended ? records : 0 };
}

async function extendBlock(
  { client, table }: Database,
  { pk, sk, k }: Scanned,
  { keepSeconds, expiresAt, nowMs }: { keepSeconds: number; expiresAt: number; nowMs: number },
): Promise<boolean> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: { pk, sk },
        UpdateExpression: "SET k = :keep, #e = :e",
        ConditionExpression: "k = :before AND #e > :now",
        ExpressionAttributeNames: { "#e": EXPIRES_AT },
        ExpressionAttributeValues: {
          ":keep": keepSeconds,
          ":e": expiresAt,
          ":before": k,
          // A block that only lingers is no longer served, and must not be revived.
          ":now": nowMs / 1000 + LINGER_SECONDS,
        },
      }),
    );
    return true;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return false;
  }
}
