import pMap from "p-map";
import { Days } from "../archive/days.ts";
import { type Database, queryAll } from "../runtime/dynamodb.ts";
import { dayStartOf, HOUR_MS, hourName, hoursOfDay, momentOfDay, stretchesOf } from "./periods.ts";
import { type PackedCube, type Period, parseCubes, partitionOf } from "./stored.ts";

const CONCURRENCY = 16;
const DAY_HOURS = 24;

/** The stored cubes of these hours, read consistently: neighbours by one query, since most cubes are small. */
export async function loadCubes(db: Database, hours: readonly number[]): Promise<Map<number, PackedCube>> {
  const read = ([newest = 0, ...others]: number[]) =>
    loadBetween(db, "hour", hourName(others.at(-1) ?? newest), `${hourName(newest)}~`);
  const stretches = stretchesOf(hours.toSorted((a, b) => b - a));
  const found = await pMap(stretches, read, { concurrency: CONCURRENCY });
  return new Map(found.flatMap((cubes) => [...cubes.values()].map((cube) => [cube.startMs, cube] as const)));
}

/** The stored cubes from one name to another, both included. */
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

/** The cubes of these hours as they were last counted, by hour: what alerts compare with. */
export async function loadHours(db: Database, hours: readonly number[]): Promise<Map<number, PackedCube>> {
  return new Map([...(await loadCubes(db, hours))].filter(([, { isBroken }]) => !isBroken));
}
