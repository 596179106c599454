import { getAll } from "../runtime/batch.ts";
import type { Clock } from "../runtime/clock.ts";
import { type Database, queryAll } from "../runtime/dynamodb.ts";
import { SLOT_MS } from "./apart.ts";
import type { Catalog } from "./catalog.ts";
import { FRESH, type FreshPage, parseFresh } from "./fresh.ts";
import { parseReplaced, replacedKey } from "./run.ts";

/**
 * A look-up in a small run costs as much as in a large one, so fewer records than this wait for more, but not for ever.
 */
const WORTHWHILE_RECORDS = 1_000;
const WORTHWHILE_PAGES = 250;
const LONGEST_WAIT_MS = 24 * 3_600_000;
/** The most records that one step of settling loads into memory. */
const MOST_RECORDS = 60_000;

/** The fresh pages that no run has replaced yet: what waits to be settled. Throws what DynamoDB throws. */
export async function waitingPages(db: Database, { trash }: Catalog, clock: Clock): Promise<FreshPage[]> {
  // Without duplicates: a catalog of an earlier version may contain one twice, and a batch must not.
  const runs = new Set(trash.flatMap(({ replacedBy }) => replacedBy ?? []));
  const found = await getAll(db, [...runs].map(replacedKey), clock, { consistent: true });
  const replaced = new Set(found.flatMap(parseReplaced));
  const items = await Array.fromAsync(
    queryAll(db, {
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": FRESH },
      ConsistentRead: true,
    }),
  );
  return items.map(parseFresh).filter(({ sk }) => !replaced.has(sk));
}

/** The pages to settle now, oldest messages first; none while there are too few for a run. */
export function chooseReady(waiting: readonly FreshPage[], nowMs: number, afterMs: number): FreshPage[] {
  const newest = ({ refs }: FreshPage) =>
    refs.reduce((most, { newestMs }) => Math.max(most, newestMs), -Infinity);
  const isOld = ({ appendedAtMs }: FreshPage) => nowMs - appendedAtMs >= LONGEST_WAIT_MS;
  // Whole slots, so that what is settled has sharp ends: few messages are half in runs and half in fresh pages.
  const untilMs = Math.floor((nowMs - afterMs) / SLOT_MS) * SLOT_MS;
  const rested = waiting
    .filter((page) => afterMs <= 0 || newest(page) < untilMs || isOld(page))
    .sort((a, b) => newest(a) - newest(b));
  const records = rested.reduce((sum, { count }) => sum + count, 0);
  const isWorthwhile =
    afterMs <= 0 || records >= WORTHWHILE_RECORDS || rested.length >= WORTHWHILE_PAGES || rested.some(isOld);
  if (!isWorthwhile) return [];
  let left = MOST_RECORDS;
  return rested.filter(({ count }) => {
    const isFirst = left === MOST_RECORDS;
    left -= count;
    return isFirst || left >= 0;
  });
}
