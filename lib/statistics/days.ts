import type { Clock } from "../runtime/clock.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { cubesOf, loadBundles } from "./bundle.ts";
import { addCubes, without } from "./cube.ts";
import { loadBetween } from "./cubes-for-jobs.ts";
import { isExpiring } from "./due.ts";
import { DAY_MS, dayName, HOUR_MS, hourName, hoursOfDay, momentOfDay } from "./periods.ts";
import { putCube } from "./put-cube.ts";
import { DAY_PERIODS, type PackedCube } from "./stored.ts";

/** A day is built when it has been over for this long, and at most this often again while its hours change. */
const REST_MS = 3 * HOUR_MS;
const AGAIN_MS = 6 * HOUR_MS;

interface DayServices {
  readonly db: Database;
  readonly clock: Clock;
  readonly remainingMs: () => number;
}

const STEP_MS = 60_000;

/**
 * Builds the days that are ready, as sums of their hours. Returns the names of those that are finished, and of hours
 * whose cubes are incomplete: these must be counted again. If such an hour is final, so that it cannot be counted, its
 * day is stored as broken: then answers read its hours, and say that they are incomplete. Of a day whose hours are all in a
 * bundle nothing is stored: that tells the day. A day waits for its hours that are not stored at all (`left`).
 */
export async function buildDays(
  { db, clock, remainingMs }: DayServices,
  stale: ReadonlySet<string>,
  left: ReadonlySet<string>,
): Promise<{ built: Set<string>; broken: Set<string> }> {
  const [built, broken] = [new Set<string>(), new Set<string>()];
  const nowMs = clock.now();
  for (const name of stale) {
    const dayMs = momentOfDay(name);
    if (name.includes("T") || nowMs < dayMs + DAY_MS + REST_MS || remainingMs() < STEP_MS) continue;
    const isWaiting = (hourMs: number) => stale.has(hourName(hourMs)) || left.has(hourName(hourMs));
    if (hoursOfDay(dayMs).some(isWaiting)) continue;
    // Read before the hours: a writer that replaces what was read here has not summed up older ones.
    const before = await loadForms(db, name);
    const alone = await loadBetween(db, "hour", name, `${name}~`);
    if (alone.size === 0 && before.size === 0) {
      built.add(name);
      continue;
    }
    const bundled = [...(await loadBundles(db, [dayMs], clock)).values()].flatMap(cubesOf);
    const hours = [...alone.values(), ...bundled.filter((hour) => !alone.has(hour.name))];
    const lacking = hours.filter(({ isBroken }) => isBroken);
    const again = lacking.filter((hour) => !isExpiring(hour, nowMs));
    for (const hour of again) broken.add(hour.name);
    if (again.length > 0 || isToWait(before.get("day"), hours, nowMs)) continue;
    if (await putDay(db, dayMs, { hours, before }, clock)) built.add(name);
  }
  return { built, broken };
}

function isToWait(stored: PackedCube | undefined, hours: readonly PackedCube[], nowMs: number): boolean {
  const isOver = hours.every((hour) => isExpiring(hour, nowMs));
  return stored !== undefined && !stored.isBroken && !isOver && nowMs < stored.countedAtMs + AGAIN_MS;
}

type Forms = ReadonlyMap<(typeof DAY_PERIODS)[number], PackedCube>;

/** The stored forms of a day. */
async function loadForms(db: Database, name: string): Promise<Forms> {
  const found = await Promise.all(
    DAY_PERIODS.map(
      async (period) => [period, (await loadBetween(db, period, name, `${name}~`)).get(name)] as const,
    ),
  );
  return new Map(found.flatMap(([period, cube]) => (cube ? [[period, cube] as const] : [])));
}

/** Stores a day in each of its forms. The whole one comes last, since it tells how old the day is. */
async function putDay(
  db: Database,
  dayMs: number,
  { hours, before }: { hours: readonly PackedCube[]; before: Forms },
  clock: Clock,
): Promise<boolean> {
  const name = dayName(dayMs);
  const isBroken = hours.some((hour) => hour.isBroken);
  const whole = isBroken ? addCubes() : addCubes(...hours.map((hour) => hour.cube()));
  const forms = {
    "day-networks": without(whole, "sender"),
    "day-senders": without(whole, "network"),
    day: whole,
  } as const;
  for (const period of ["day-networks", "day-senders", "day"] as const) {
    const put = {
      ...{ startMs: dayMs, before: before.get(period), cube: forms[period], counted: new Set<string>() },
      countedAtMs: clock.now(),
      messages: hours.reduce((sum, { messages }) => sum + messages, 0),
      ...{ finalFromMs: 0, isBroken },
    };
    if (!(await putCube(db, period, name, put, clock))) return false;
  }
  return true;
}
