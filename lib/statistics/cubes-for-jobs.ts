import pMap from "p-map";
import { Days } from "../archive/days.ts";
import { type Database, queryAll } from "../runtime/dynamodb.ts";
import { dayStartOf, HOUR_MS, hourName, hoursOfDay, momentOfDay } from "./periods.ts";
import { type PackedCube, type Period, parseCubes, partitionOf } from "./stored.ts";

const CONCURRENCY = 16;
const DAY_HOURS = 24;

/** The stored cubes of these names, read consistently. */
export async function loadCubes(
  db: Database,
  period: Period,
  names: readonly string[],
): Promise<Map<string, PackedCube>> {
  const found = await pMap(names, (name) => loadBetween(db, period, name, `${name}~`), {
    concurrency: CONCURRENCY,
  });
  return new Map(found.flatMap((cubes) => [...cubes]));
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
  const cubes = await loadCubes(db, "hour", hours.map(hourName));
  return new Map([...cubes.values()].filter(({ isBroken }) => !isBroken).map((cube) => [cube.startMs, cube]));
}
