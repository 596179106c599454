import pMap from "p-map";
import { Days } from "../archive/days.ts";
import type { Clock } from "../runtime/clock.ts";
import { type Database, queryAll } from "../runtime/dynamodb.ts";
import { cubesOf, loadBundles } from "./bundle.ts";
import { dayStartOf, HOUR_MS, hourName, hoursOfDay, momentOfDay, stretchesOf } from "./periods.ts";
import { type PackedCube, type Period, parseCubes, partitionOf } from "./stored.ts";

const CONCURRENCY = 16;
const DAY_HOURS = 24;

/** The cubes of these hours that are stored by themselves, read consistently: neighbours by one query, since most are small. */
export async function loadCubes(db: Database, hours: readonly number[]): Promise<Map<number, PackedCube>> {
  const read = ([newest = 0, ...others]: number[]) =>
    loadBetween(db, "hour", hourName(others.at(-1) ?? newest), `${hourName(newest)}~`);
  const stretches = stretchesOf(hours.toSorted((a, b) => b - a));
  const found = await pMap(stretches, read, { concurrency: CONCURRENCY });
  return new Map(found.flatMap((cubes) => [...cubes.values()].map((cube) => [cube.startMs, cube] as const)));
}

/** The cubes that are stored by themselves from one name to another, both included. */
export async function loadBetween(
  db: Database,
  period: Period,
  from: string,
  until: string,
): Promise<Map<string, PackedCube>> {
  const items = queryAll(db, {
    KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :until",
    ExpressionAttributeValues: { ":pk": partitionOf(period), ":from": from, ":until": until },
    ConsistentRead: true,
  });
  return parseCubes(await Array.fromAsync(items), period);
}

/**
 * Every hour up to now of the days that the archive contains: what there is to count if nothing has ever been counted.
 */
export async function archivedHours(db: Database, nowMs: number): Promise<number[]> {
  const days = [...(await new Days(db).load()).keys()];
  const untilMs = Math.max(nowMs, dayStartOf(nowMs) + DAY_HOURS * HOUR_MS);
  return days.flatMap((day) => hoursOfDay(momentOfDay(day))).filter((hourMs) => hourMs < untilMs);
}

/** The cubes of these hours as they were last counted, wherever they are stored, by hour: what alerts compare with. */
export async function loadHours(
  db: Database,
  hours: readonly number[],
  clock: Clock,
): Promise<Map<number, PackedCube>> {
  const bundles = await loadBundles(db, hours.map(dayStartOf), clock);
  const bundled = [...bundles.values()].flatMap(cubesOf).filter(({ startMs }) => hours.includes(startMs));
  const alone = await loadCubes(db, hours);
  const whole = [...alone].filter(([, { isBroken }]) => !isBroken);
  const others = bundled.filter(({ startMs }) => !alone.has(startMs));
  return new Map([...others.map((cube) => [cube.startMs, cube] as const), ...whole]);
}
