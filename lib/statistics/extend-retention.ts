import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import * as v from "valibot";
import { LINGER_SECONDS } from "../archive/block.ts";
import { type Database, isConditionFailure, queryAll } from "../runtime/dynamodb.ts";
import { BusyError } from "../runtime/errors.ts";
import { BUNDLES, type Bundle, type BundledHour, parseBundle, putBundle } from "./bundle.ts";
import { dayName, dayStartOf, hourName, momentOfHour } from "./periods.ts";
import { partitionOf } from "./stored.ts";

/** The attribute that says when a cube becomes final, in seconds since 1970, and the name of its hour. */
const head = v.object({ sk: v.string(), f: v.optional(v.number()) });
const CONCURRENCY = 16;
const MOST_TRIES = 10;

/**
 * Lets the cubes of hours change for as long as their records live after the retention was raised: otherwise later
 * reports would be in the archive but never in the statistics. Final cubes stay final. Returns the number of cubes. May
 * be repeated. Throws what DynamoDB throws, and BusyError.
 */
export async function extendStatistics(
  db: Database,
  { retentionHours, nowMs }: { retentionHours: number; nowMs: number },
): Promise<number> {
  const keepSeconds = Math.round(retentionHours * 3_600);
  const pk = partitionOf("hour");
  const items = queryAll(db, {
    KeyConditionExpression: "pk = :pk AND sk >= :from",
    ExpressionAttributeValues: { ":pk": pk, ":from": hourName(nowMs - keepSeconds * 1_000) },
    ProjectionExpression: "sk, f",
  });
  const changed = await pMap(
    items,
    async (item) => {
      const { sk, f } = v.parse(head, item);
      // The first record of an hour expires no sooner than this.
      const until = sk.includes("#") ? 0 : Math.floor(momentOfHour(sk) / 1_000) + keepSeconds;
      // If it is closer to its end, some of its blocks have expired, and cannot be extended.
      return (
        f !== undefined &&
        (f - LINGER_SECONDS) * 1_000 > nowMs &&
        f < until &&
        extend(db, { pk, sk }, f, until)
      );
    },
    { concurrency: CONCURRENCY },
  );
  return changed.filter(Boolean).length + (await extendBundles(db, keepSeconds, nowMs));
}

/**
 * The same for the cubes in bundles. One that has been put in the meantime is read again: whoever did may have read the blocks
 * before they were extended.
 */
async function extendBundles(db: Database, keepSeconds: number, nowMs: number): Promise<number> {
  let changed = 0;
  for (let n = 0; n < MOST_TRIES; n++) {
    const items = queryAll(db, {
      KeyConditionExpression: "pk = :pk AND sk >= :from",
      ExpressionAttributeValues: {
        ":pk": BUNDLES,
        ":from": dayName(dayStartOf(nowMs - keepSeconds * 1_000)),
      },
      ConsistentRead: true,
    });
    let isDone = true;
    for await (const item of items) {
      const bundle = parseBundle(item);
      const { hours, extended } = extendHours(bundle, keepSeconds, nowMs);
      if (extended === 0) continue;
      if (await putBundle(db, { ...bundle, hours })) changed += extended;
      else isDone = false;
    }
    if (isDone) return changed;
  }
  throw new BusyError("settling keeps putting another bundle");
}

function extendHours(bundle: Bundle, keepSeconds: number, nowMs: number) {
  const hours = new Map<number, BundledHour>();
  let extended = 0;
  for (const [hourMs, hour] of bundle.hours) {
    const untilMs = hourMs + keepSeconds * 1_000;
    const isExtended = hour.finalFromMs - LINGER_SECONDS * 1_000 > nowMs && hour.finalFromMs < untilMs;
    hours.set(hourMs, isExtended ? { ...hour, finalFromMs: untilMs } : hour);
    if (isExtended) extended++;
  }
  return { hours, extended };
}

async function extend(
  { client, table }: Database,
  Key: { pk: string; sk: string },
  before: number,
  until: number,
): Promise<boolean> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key,
        UpdateExpression: "SET f = :until",
        ConditionExpression: "f = :before",
        ExpressionAttributeValues: { ":until": until, ":before": before },
      }),
    );
    return true;
  } catch (error) {
    // It has been counted in the meantime, with the new retention.
    if (isConditionFailure(error)) return false;
    throw error;
  }
}
