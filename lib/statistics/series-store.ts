import * as v from "valibot";
import { getAll, putAll } from "../runtime/batch.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { hourName, momentOfHour } from "./periods.ts";
import type { Series } from "./series.ts";
import { decodeSeries, encodeSeries } from "./series-codec.ts";
import { partitionOf } from "./stored.ts";

/**
 * The series of an hour, as of its last count; what alerts look back on. Written over each time.
 *
 *     pk stats#series   sk 2026-11-25T10   d  series-codec.ts     v  1     e  two days after
 */
const stored = v.object({ sk: v.string(), d: v.instance(Uint8Array), v: v.literal(1) });
const KEPT_SECONDS = 48 * 3_600;

export async function putSeries(db: Database, series: Series, clock: Clock): Promise<void> {
  const sk = hourName(series.startMs);
  const e = Math.ceil(series.startMs / 1_000) + KEPT_SECONDS;
  await putAll(db, [{ pk: partitionOf("series"), sk, d: encodeSeries(series), v: 1, e }], clock);
}

/** The stored series of these hours, by hour. */
export async function readSeries(
  db: Database,
  hours: readonly number[],
  clock: Clock,
): Promise<Map<number, Series>> {
  const keys = hours.map((hourMs) => ({ pk: partitionOf("series"), sk: hourName(hourMs) }));
  const items = (await getAll(db, keys, clock)).map((item) => v.parse(stored, item));
  return new Map(items.map(({ sk, d }) => [momentOfHour(sk), decodeSeries(d, momentOfHour(sk))] as const));
}
