import type { FreshPage } from "../archive/fresh.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { type Bundle, cubesOf, loadBundles } from "./bundle.ts";
import type { DueBundle } from "./count-bundle.ts";
import { loadBetween, loadCubes } from "./cubes-for-jobs.ts";
import { isAtRest, isBundleDue, isDue, isExpiring, isGlance, isRecent, isRunning, isWatched } from "./due.ts";
import { dayName, dayStartOf, hourName, hourOf, momentOfHour } from "./periods.ts";
import { type PackedCube, pageName } from "./stored.ts";

/**
 * This many hours can certainly be counted and stored in one run. The others are listed in the state as waiting. Those that
 * are only looked at have few messages, and are not among them.
 */
export const MOST_AT_ONCE = 12;

/**
 * If fewer reports than this wait in an hour, its cube is not stored while alerts look at it: reading them live costs
 * less than writing the cube, and every turn counts them all the same.
 */
const FEW = 2_000;

interface Due {
  readonly hourMs: number;
  readonly stored: PackedCube | undefined;
  /** Is its cube stored, or is it only looked at while it waits? Perhaps that is told by how many messages it has. */
  readonly isStored: boolean | "unless few";
  /** Does it continue to wait all the same? */
  readonly isRunning: boolean;
}

interface Asked {
  readonly waiting: ReadonlySet<string>;
  readonly pages: ReadonlyMap<number, FreshPage[]>;
  readonly nowMs: number;
  /**
   * May settling delete pages after this turn? As long as it may not, the pages of an hour of few reports say that it
   * waits, and it need not be listed.
   */
  readonly isForgetting: boolean;
  readonly hasBundles: boolean;
  /** Was nothing ever counted? */
  readonly isFirst: boolean;
}

/** What a run does. */
interface Plan {
  /** The hours that are counted, newest first, future ones last. */
  readonly now: readonly Due[];
  /** Those of them that may be left for the next run. */
  readonly optional: ReadonlySet<number>;
  /** The days whose hours of few messages are counted and stored together, newest first. */
  readonly bundles: readonly DueBundle[];
  /** The names of the hours that wait, as far as they have to be listed. */
  readonly later: Set<string>;
  /** The names of the hours that no longer wait. */
  readonly final: Set<string>;
  /** The names of the days that will change. */
  readonly days: Set<string>;
  /** The hours that are not stored at all yet: their days are not built. */
  readonly left: ReadonlySet<number>;
}

/** Decides what is counted now, and what waits. */
export async function planHours(db: Database, asked: Asked, clock: Clock): Promise<Plan> {
  const { waiting, pages, nowMs, isForgetting, hasBundles, isFirst } = asked;
  const stale = [...waiting].filter((name) => name.includes("T")).map(momentOfHour);
  const all = [...new Set([...stale, ...pages.keys()])].sort((a, b) => b - a);
  const hours = [...all.filter((hourMs) => hourMs <= nowMs), ...all.filter((hourMs) => hourMs > nowMs)];
  const [stored, bundles] = await Promise.all([
    loadCubes(db, hours),
    hasBundles ? loadBundles(db, hours.map(dayStartOf), clock) : new Map<number, Bundle>(),
  ]);
  const bundled = new Map(
    [...bundles.values()].flatMap(cubesOf).map((cube) => [cube.startMs, cube] as const),
  );
  const [now, later, final]: [Due[], Set<string>, Set<string>] = [[], new Set(), new Set()];
  const left = new Set<number>();
  const resting = new Map<number, number[]>();
  for (const hourMs of hours) {
    const name = hourName(hourMs);
    const dayMs = dayStartOf(hourMs);
    const alone = stored.get(hourMs);
    const own = pages.get(hourMs) ?? [];
    const cube = alone ?? bundled.get(hourMs);
    const counted = alone ?? bundles.get(dayMs);
    const look = (isStored: Due["isStored"], isOpen: boolean) =>
      now.push({ hourMs, stored: alone, isStored, isRunning: isOpen });
    if (cube && isExpiring(cube, nowMs)) final.add(name);
    else if (!waiting.has(name) && counted && isCounted(counted, own)) continue;
    else if (alone) {
      const isStored = alone.isBroken || isDue(alone, nowMs, missingIn(alone, own));
      const isOpen = isRunning(alone, nowMs);
      if (!isStored || isOpen) later.add(name);
      if (isStored || isWatched({ startMs: hourMs }, nowMs)) look(isStored, isOpen);
    } else if (!isAtRest(dayMs, nowMs) && (hourMs > nowMs || recordsOf(own) > FEW)) {
      const isOpen = isRunning({ startMs: hourMs, messages: 0 }, nowMs);
      if (isOpen) later.add(name);
      look(true, isOpen);
    } else {
      if (isForgetting) later.add(name);
      left.add(hourMs);
      if (isAtRest(dayMs, nowMs)) resting.set(dayMs, [...(resting.get(dayMs) ?? []), hourMs]);
      else if (isWatched({ startMs: hourMs }, nowMs)) look(false, true);
      // Until its last page is settled something new may have come, and its records may last less long than it seemed.
      else if (isRecent({ startMs: hourMs }, nowMs) || own.length > 0 || isFirst || isGlance(nowMs))
        look("unless few", false);
    }
  }
  const optional = new Set(
    now
      .filter(({ isStored }) => isStored === true)
      .slice(MOST_AT_ONCE)
      .map(({ hourMs }) => hourMs),
  );
  for (const hourMs of optional) later.add(hourName(hourMs));
  const days = new Set(
    now.filter(({ isStored }) => isStored === true).map(({ hourMs }) => dayName(dayStartOf(hourMs))),
  );
  const due = [...resting].filter(([dayMs, own]) => {
    const bundle = bundles.get(dayMs);
    return !bundle || isBundleDue(bundle, own, nowMs);
  });
  const dueBundles: DueBundle[] = [];
  for (const [dayMs] of due) {
    const name = dayName(dayMs);
    const alone = await loadBetween(db, "hour", name, `${name}~`);
    if (alone.size > 0) days.add(name);
    const moments = new Set([...alone.values()].map(({ startMs }) => startMs));
    dueBundles.push({ dayMs, before: bundles.get(dayMs), alone: moments });
  }
  return { now, optional, bundles: dueBundles, later, final, days, left };
}

function recordsOf(pages: readonly FreshPage[]): number {
  return pages.reduce((sum, { count }) => sum + count, 0);
}

/** Roughly how many reports for an hour are in pages but not in its cube: a page's count covers all its hours. */
function missingIn({ startMs, counted }: PackedCube, pages: readonly FreshPage[]): number {
  const missing = pages.filter(({ sk }) => !counted.has(pageName(sk)));
  return missing.reduce((sum, { count, refs }) => {
    const own = refs.filter(
      ({ oldestMs, newestMs }) => hourOf(oldestMs) <= startMs && startMs <= hourOf(newestMs),
    );
    return sum + (count * own.length) / Math.max(1, refs.length);
  }, 0);
}

/** Does a cube or a bundle list all of these pages? */
function isCounted({ counted }: Pick<PackedCube, "counted">, pages: readonly FreshPage[]): boolean {
  return pages.every(({ sk }) => counted.has(pageName(sk)));
}
