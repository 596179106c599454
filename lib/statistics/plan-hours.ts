import type { FreshPage } from "../archive/fresh.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { loadCubes } from "./cubes-for-jobs.ts";
import { isDue, isExpiring, isRunning, isWatched } from "./due.ts";
import { dayName, dayStartOf, hourName, hourOf, momentOfHour } from "./periods.ts";
import { type PackedCube, pageName } from "./stored.ts";

/** This many hours can certainly be counted in one run. The others are listed in the state as waiting. */
export const MOST_AT_ONCE = 12;

/**
 * If fewer reports than this wait in an hour, its cube is not stored while alerts look at it: reading them live costs
 * less than writing the cube, and every turn counts them all the same.
 */
const FEW = 2_000;

interface Due {
  readonly hourMs: number;
  readonly stored: PackedCube | undefined;
  /** Is its cube stored, or is it only looked at while it waits? */
  readonly isStored: boolean;
  /** Does it continue to wait all the same? */
  readonly isRunning: boolean;
}

/**
 * Which hours are counted now (newest first, future ones last), which ones wait, by name; which days will change; and
 * which hours no longer wait. `isForgetting`: may settling delete pages after this turn? As long as it may not, the pages
 * of an hour of few reports say that it waits, and it need not be listed.
 */
export async function planHours(
  db: Database,
  {
    waiting,
    pages,
    nowMs,
    isForgetting,
  }: {
    waiting: ReadonlySet<string>;
    pages: ReadonlyMap<number, FreshPage[]>;
    nowMs: number;
    isForgetting: boolean;
  },
) {
  const stale = [...waiting].filter((name) => name.includes("T")).map(momentOfHour);
  const all = [...new Set([...stale, ...pages.keys()])].sort((a, b) => b - a);
  const hours = [...all.filter((hourMs) => hourMs <= nowMs), ...all.filter((hourMs) => hourMs > nowMs)];
  const stored = await loadCubes(db, hours);
  const [now, later, final]: [Due[], Set<string>, Set<string>] = [[], new Set(), new Set()];
  for (const hourMs of hours) {
    const name = hourName(hourMs);
    const cube = stored.get(hourMs);
    const own = pages.get(hourMs) ?? [];
    if (cube && isExpiring(cube, nowMs)) final.add(name);
    else if (!waiting.has(name) && cube && isCounted(cube, own)) continue;
    else {
      const isFew = !cube && isWatched({ startMs: hourMs }, nowMs) && recordsOf(own) <= FEW;
      const isStored = !isFew && (!cube || cube.isBroken || isDue(cube, nowMs, missingIn(cube, own)));
      const isOpen = isFew || isRunning(cube ?? { startMs: hourMs, messages: 0 }, nowMs);
      if (isFew ? isForgetting : !isStored || isOpen) later.add(name);
      if (isStored || isWatched({ startMs: hourMs }, nowMs))
        now.push({ hourMs, stored: cube, isStored, isRunning: isOpen });
    }
  }
  for (const { hourMs } of now.slice(MOST_AT_ONCE)) later.add(hourName(hourMs));
  const days = new Set(
    now.filter(({ isStored }) => isStored).map(({ hourMs }) => dayName(dayStartOf(hourMs))),
  );
  return { now, later, final, days };
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

/** Does a cube list all of these pages? */
function isCounted({ counted }: Pick<PackedCube, "counted">, pages: readonly FreshPage[]): boolean {
  return pages.every(({ sk }) => counted.has(pageName(sk)));
}
