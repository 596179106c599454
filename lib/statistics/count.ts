import { type Catalog, loadCatalog } from "../archive/catalog.ts";
import type { FreshPage } from "../archive/fresh.ts";
import { IndexReader } from "../archive/search/index-reader.ts";
import { Budget, Reader } from "../archive/search/reader.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { countHour, type HourCount } from "./count-hour.ts";
import { archivedHours } from "./cubes-for-jobs.ts";
import { buildDays } from "./days.ts";
import { HourBlocks } from "./hour-records.ts";
import { movedHours } from "./moved.ts";
import { pagesByHour } from "./pages-by-hour.ts";
import { hourName } from "./periods.ts";
import { MOST_AT_ONCE, planHours } from "./plan-hours.ts";
import { loadState, putState, type State } from "./state.ts";
import { type Moves, movesFromRuns, unsettledMoves } from "./unsettled-moves.ts";

export interface CountServices {
  readonly db: Database;
  readonly clock: Clock;
  /** How much time this run has left. */
  readonly remainingMs: () => number;
}

/** What a run of counting did. */
export interface Counted {
  /** Is every page counted in a stored cube, or listed in the state as not counted? */
  readonly isWhole: boolean;
  /**
   * What settling has replaced and may delete now, by the catalog's names: it is no longer needed to know what to
   * count.
   */
  readonly trash: ReadonlySet<string>;
  /** The hours that were just counted, by their first milliseconds. */
  readonly hours: ReadonlyMap<number, HourCount>;
  /** The number of hours whose cubes are known to be incomplete, and of days that must be read by hour. */
  readonly stale: number;
}

const STEP_MS = 60_000;

/**
 * Counts every hour again that has changed: reads everything known about its messages, makes its cube, and puts it on
 * the condition that nobody else has. May die anywhere, run twice, and run twice at once. Which hours: a stored cube
 * lists the fresh pages in it, so that a page which is not listed is missing. A fresh page is deleted only after a run
 * that began after it was settled has counted everything (`Counted.trash`), or has recorded that its hour waits. So
 * there are no counters to increment, and nothing is forgotten.
 */
export async function countHours(services: CountServices): Promise<Counted> {
  const { db, clock, remainingMs } = services;
  const state = await loadState(db);
  const catalog = await loadCatalog(db);
  const trash = new Set(catalog.trash.map(({ name }) => name));
  const index = openIndex(services, catalog);
  const pages = await pagesByHour(db);
  const { moves, again } = await knownMoves(state, catalog, [...pages.values()].flat(), index, clock.now());
  const { hours: moved, seen } = await movedHours(catalog, state, index);
  const begun = state.n === 0 ? await archivedHours(db, clock.now()) : [];
  const waiting = new Set([...state.stale, ...[...begun, ...moved, ...again].map(hourName)]);
  const nowMs = clock.now();
  const plan = await planHours(db, { waiting, pages, nowMs, isForgetting: trash.size > 0 });
  const before = {
    ...state,
    seen,
    moved: moves.terms,
    stale: waiting.union(plan.later).union(plan.days).difference(plan.final),
  };
  let current = isSame(state, before) && state.n > 0 ? state : await putState(db, before);
  if (!current) return { isWhole: false, trash: new Set(), hours: new Map(), stale: waiting.size };
  const hours = new Map<number, HourCount>();
  let isWhole = true;
  const done = new Set<string>();
  const blocks = new HourBlocks(
    index.reader,
    plan.now.map(({ hourMs }) => hourMs),
  );
  const counting = { db, clock, moves, blocks, index: index.index, countedAtMs: nowMs };
  for (const [n, { hourMs, stored, isStored, isRunning }] of plan.now.entries()) {
    if (remainingMs() < STEP_MS) {
      isWhole = n >= MOST_AT_ONCE;
      break;
    }
    const about = { hourMs, stored, isStored, isRunning, pages: pages.get(hourMs) ?? [] };
    const counted = await countHour(about, counting);
    if (counted) hours.set(hourMs, counted);
    else isWhole = false;
    if (counted && isStored && !isRunning) done.add(hourName(hourMs));
  }
  const { built, broken } = await buildDays(services, current.stale.difference(done));
  const after = { ...current, stale: current.stale.difference(done).difference(built).union(broken) };
  if (!isSame(current, after)) current = await putState(db, after);
  return { isWhole, trash: isWhole ? trash : new Set(), hours, stale: (current ?? after).stale.size };
}

function openIndex({ db, clock }: CountServices, catalog: Catalog) {
  const budget = new Budget({ units: Infinity, timeoutMs: Infinity }, clock.now);
  const reader = new Reader(db, budget, clock, { isExact: true });
  return { reader, index: new IndexReader(reader, catalog, clock.now()) };
}

const isSame = (a: State, b: State) =>
  [
    a.stale.symmetricDifference(b.stale),
    a.seen.symmetricDifference(b.seen),
    a.moved.symmetricDifference(b.moved),
  ].every(({ size }) => size === 0);

/** More of them would make the state too large; settling finds them all. */
const MOST_MOVED = 1_000;

/**
 * The messages of different hours that no run tells of (yet), whether just found or kept in the state; and the hours to
 * count again because of those that were just found.
 */
async function knownMoves(
  state: State,
  catalog: Catalog,
  pages: readonly FreshPage[],
  { reader, index }: ReturnType<typeof openIndex>,
  nowMs: number,
): Promise<{ moves: Moves; again: ReadonlySet<number> }> {
  const found = [
    await unsettledMoves(pages, reader, index.get),
    await movesFromRuns(pages, catalog.runs, index.get, nowMs),
  ];
  const settled = await index.moved();
  const terms = found.flatMap((each) => [...each.terms]).filter((term) => !settled.has(term));
  const isNews = terms.some((term) => !state.moved.has(term));
  const kept = pages.length === 0 ? [] : [...state.moved].filter((term) => !settled.has(term));
  const all = new Set([...terms, ...kept].slice(0, MOST_MOVED));
  const hours = new Set(found.flatMap((each) => [...each.hours]));
  return { moves: { terms: all, hours }, again: isNews ? hours : new Set() };
}
