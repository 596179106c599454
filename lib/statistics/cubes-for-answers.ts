import pMap from "p-map";
import { CATALOG_KEY, parseCatalog } from "../archive/catalog.ts";
import { DAYS_KEY, parseDays } from "../archive/days.ts";
import { FRESH, parseFresh } from "../archive/fresh.ts";
import type { Reader } from "../archive/search/reader.ts";
import { type Bundle, bundleKey, parseBundle } from "./bundle.ts";
import type { CubeKnowledge } from "./freshness.ts";
import { byHour } from "./pages-by-hour.ts";
import { dayName, dayStartOf, HOUR_MS, hourName, hourOf } from "./periods.ts";
import { parseState, STATE_KEY } from "./state.ts";
import { type PackedCube, type Period, parseCubes, partitionOf } from "./stored.ts";
import { unsettledMoves } from "./unsettled-moves.ts";

const CONCURRENCY = 8;
const DAYS_AT_ONCE = 10;

/** Does a question involve senders, or networks? Otherwise they need not be distinguished. */
export interface LooksAt {
  readonly senders: boolean;
  readonly networks: boolean;
}

/** What tells which stored cubes are complete: one round of requests. */
export async function readKnown(
  reader: Reader,
  nowMs: number,
): Promise<CubeKnowledge & { hasHours(dayMs: number): boolean }> {
  const [roots, fresh] = await Promise.all([
    reader.get([STATE_KEY, CATALOG_KEY, DAYS_KEY]),
    reader.queryAll(FRESH),
  ]);
  const root = ({ pk, sk }: { pk: string; sk: string }) =>
    roots.find((item) => item.pk === pk && item.sk === sk);
  const state = parseState(root(STATE_KEY));
  // Includes settled ones, which stay until they are counted.
  const own = fresh.map(parseFresh);
  const pages = byHour(own);
  const found = await unsettledMoves(own, reader, (keys) => reader.get(keys));
  const moves = { ...found, terms: found.terms.union(state.moved) };
  const archived = new Set(parseDays(root(DAYS_KEY)).keys());
  const freshDays = new Set([...pages.keys()].map((hourMs) => dayName(dayStartOf(hourMs))));
  const staleDays = new Set([...state.stale].map((name) => name.slice(0, 10)));
  return {
    ...{ state, pages, archived, moves, nowMs, catalog: parseCatalog(root(CATALOG_KEY)) },
    hasHours: (dayMs) => {
      const day = dayName(dayMs);
      if (state.n === 0) return archived.has(day);
      return freshDays.has(day) || staleDays.has(day);
    },
  };
}

/** The smallest form of a day that can answer the question. */
function dayPeriodOf({ looksAt }: { readonly looksAt: LooksAt }): Period {
  if (!looksAt.senders) return "day-networks";
  return looksAt.networks ? "day" : "day-senders";
}

/** The stored days that are complete. */
export async function readDays(
  reader: Reader,
  days: readonly number[],
  { state, pages }: CubeKnowledge,
  asked: { readonly looksAt: LooksAt },
): Promise<Map<string, PackedCube>> {
  if (state.n === 0) return new Map();
  // In parallel: one query would read a month in three successive pages.
  const stretches = Array.from({ length: Math.ceil(days.length / DAYS_AT_ONCE) }, (_, n) =>
    days.slice(n * DAYS_AT_ONCE, (n + 1) * DAYS_AT_ONCE),
  );
  const read = ([newest = 0, ...others]: number[]) =>
    readCubes(reader, dayPeriodOf(asked), dayName(others.at(-1) ?? newest), `${dayName(newest)}~`);
  const found = (await pMap(stretches, read, { concurrency: CONCURRENCY })).flatMap((cubes) => [...cubes]);
  const fresh = new Set([...pages.keys()].map((hourMs) => dayName(dayStartOf(hourMs))));
  // A day with an hour that waits to be counted is less complete than its hours will be.
  const stale = new Set([...state.stale].map((name) => name.slice(0, 10)));
  return new Map(found.filter(([name]) => !stale.has(name) && !fresh.has(name)));
}

/**
 * The bundles of these days, by day; read as they are now, since whoever knows that the hours of a day no longer wait would
 * take a bundle that he does not see for a day without messages.
 */
export async function readBundles(
  reader: Reader,
  days: readonly number[],
  { state }: CubeKnowledge,
): Promise<Map<number, Bundle>> {
  if (!state.hasBundles) return new Map();
  const found = await reader.get(days.map(bundleKey), { isExact: true });
  return new Map(found.map(parseBundle).map((bundle) => [bundle.dayMs, bundle]));
}

/**
 * The cubes of the hours in a range that are stored by themselves, by name; so many hours per query, in parallel: a day of them is a megabyte.
 */
export async function readHoursBetween(
  reader: Reader,
  { sinceMs, untilMs }: { readonly sinceMs: number; readonly untilMs: number },
  hoursAtOnce: number,
): Promise<Map<string, PackedCube>> {
  const pieces: string[][] = [];
  for (let fromMs = hourOf(sinceMs); fromMs < untilMs; fromMs += hoursAtOnce * HOUR_MS) {
    const lastMs = Math.min(untilMs - 1, fromMs + hoursAtOnce * HOUR_MS - 1);
    pieces.push([hourName(fromMs), `${hourName(hourOf(lastMs))}~`]);
  }
  const read = ([first = "", until = ""]: string[]) => readCubes(reader, "hour", first, until);
  return new Map((await pMap(pieces, read)).flatMap((cubes) => [...cubes]));
}

async function readCubes(
  reader: Reader,
  period: Period,
  first: string,
  until: string,
): Promise<Map<string, PackedCube>> {
  const items: unknown[] = [];
  for (let from = first; ; ) {
    const chunk = await reader.query(partitionOf(period), from, until);
    items.push(...chunk.items);
    if (chunk.last === undefined) return parseCubes(items, period);
    from = `${chunk.last}\u0000`;
  }
}
