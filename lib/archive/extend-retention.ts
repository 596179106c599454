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

/** How far an extension is: the records that it has looked at, and of them those that live longer now. */
export interface Extension {
  readonly records: number;
  readonly extended: number;
}

/** Each write is an SDK call of half a millisecond; Lambdas write beside us. */
const CONCURRENCY = 24;
/** A message is done within days of being sent: so much longer than its sending says, a run's index is kept. */
const DONE_WITHIN_SECONDS = 7 * 86_400;
const MOST_TRIES = 10;

/**
 * Lets the records that are stored live as long as a raised retention says: until max(sentAt, doneAt) + retention. It
 * goes by block, so that of a block which is still there everything is. What has expired stays expired, and nothing is
 * shortened. It reads the table once and writes what changes; what leads to the blocks (days, catalog, indexes of runs)
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

/** Extends what the catalog says of its runs. Settling beside us may put another catalog: then again. */
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
  /** Of blocks only: how long their records are kept, and how many they are. */
  k: v.optional(v.number()),
  n: v.optional(v.number(), 0),
});
type Scanned = v.InferOutput<typeof scanned>;

/** The blocks, and what belongs to runs, a page at a time. */
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
    // Of a run that the catalog does not name nobody reads anything.
    const run = runs.get(item.pk);
    if (run) await extendLife(db, item, run.expiresAt, nowMs);
    return NOTHING;
  }
  // The second set of a run repeats what stands in blocks of their days: counted there.
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
          // What only lingers is served no more, and not revived.
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
