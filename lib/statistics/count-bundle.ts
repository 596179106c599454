import type { FreshPage } from "../archive/fresh.ts";
import type { Reader } from "../archive/search/reader.ts";
import { type Bundle, type BundledHour, isSameBundle, putBundle } from "./bundle.ts";
import {
  type FoundHour,
  type HourCount,
  type HourServices,
  isWhole,
  readHour,
  storeHour,
} from "./count-hour.ts";
import { plainBytes } from "./cube-codec.ts";
import { isExpiring, isForBundle } from "./due.ts";
import { HourBlocks } from "./hour-records.ts";
import { hourName, hoursOfDay } from "./periods.ts";
import { pageName } from "./stored.ts";

/** A day at rest of which hours wait that have no cube of their own. */
export interface DueBundle {
  readonly dayMs: number;
  /** As it was read. */
  readonly before: Bundle | undefined;
  /** The hours that have cubes of their own. */
  readonly alone: ReadonlySet<number>;
}

interface CountedBundle {
  readonly hours: ReadonlyMap<number, HourCount>;
  /** The names of the hours that need not wait any more. */
  readonly done: ReadonlySet<string>;
}

/**
 * Counts the hours of a day that have no cubes of their own, and puts them together, unless they are unchanged. Hours of too
 * many messages get their own after all. What it does not finish, because of the time or of somebody else, goes on waiting.
 */
export async function countBundle(
  { dayMs, before, alone }: DueBundle,
  pages: ReadonlyMap<number, readonly FreshPage[]>,
  services: HourServices & { readonly reader: Reader; readonly hasTime: () => boolean },
): Promise<CountedBundle> {
  const { db, countedAtMs, hasTime, listDay } = services;
  const own = hoursOfDay(dayMs).reverse();
  const asked = own.filter((hourMs) => !alone.has(hourMs));
  const blocks = new HourBlocks(services.reader, asked);
  const counts = new Map<number, HourCount>();
  const done = new Set<string>();
  const hours = new Map<number, BundledHour>();
  const found = new Map<number, FoundHour>();
  const unfinished = { hours: counts, done };
  for (const hourMs of asked) {
    const known = before?.hours.get(hourMs);
    if (known && isExpiring(known, countedAtMs)) {
      hours.set(hourMs, known);
      continue;
    }
    if (!hasTime()) return unfinished;
    const hour = await readHour(hourMs, { ...services, blocks });
    const { messages, finalFromMs } = hour;
    const plain = plainBytes(hour.cube);
    if (!isForBundle({ messages, plain })) {
      const about = { hourMs, stored: undefined, isRunning: false, pages: pages.get(hourMs) ?? [] };
      if (!(await listDay(dayMs)) || !(await storeHour(hour, about, services))) return unfinished;
      done.add(hourName(hourMs));
    } else {
      found.set(hourMs, hour);
      if (messages > 0) hours.set(hourMs, { messages, finalFromMs, plain });
    }
    counts.set(hourMs, hour);
  }
  const counted = wholePages(found, pages);
  const next: Bundle = { dayMs, version: before?.version ?? 0, counted, countedAtMs, hours };
  const isNews = before
    ? !(counted.isSubsetOf(before.counted) && isSameBundle(before, next))
    : hours.size > 0;
  if (isNews && !(await putBundle(db, next))) return unfinished;
  return { hours: counts, done: done.union(new Set(asked.map(hourName))) };
}

/** The names of the pages of which everything that is in these hours was found. */
function wholePages(
  found: ReadonlyMap<number, FoundHour>,
  pages: ReadonlyMap<number, readonly FreshPage[]>,
): Set<string> {
  const [whole, lacking] = [new Set<string>(), new Set<string>()];
  for (const [hourMs, { names }] of found)
    for (const page of pages.get(hourMs) ?? [])
      (isWhole(page, hourMs, names) ? whole : lacking).add(pageName(page.sk));
  return whole.difference(lacking);
}
