import { type Catalog, loadCatalog } from "../archive/catalog.ts";
import type { FreshPage } from "../archive/fresh.ts";
import { IndexReader } from "../archive/search/index-reader.ts";
import { Budget, Reader } from "../archive/search/reader.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { countBundle } from "./count-bundle.ts";
import { countHour, type HourCount, readHour } from "./count-hour.ts";
import { archivedHours } from "./cubes-for-jobs.ts";
import { buildDays } from "./days.ts";
import { HourBlocks } from "./hour-records.ts";
import { movedHours } from "./moved.ts";
import { pagesByHour } from "./pages-by-hour.ts";
import { dayName, hourName } from "./periods.ts";
import { planHours } from "./plan-hours.ts";
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
  /**
   * Counts the hours that are not stored yet, because their day is not at rest, and that this run had no reason to look at:
   * beside `hours` and stored cubes that is all there is.
   */
  readonly countLeft: () => Promise<ReadonlyMap<number, HourCount>>;
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
  const asked = { waiting, pages, nowMs, isForgetting: trash.size > 0, isFirst: state.n === 0 };
  const plan = await planHours(db, { ...asked, hasBundles: state.hasBundles ?? false }, clock);
  const before: State = {
    ...{ n: state.n, seen, moved: moves.terms },
    // Before the first bundle is there.
    hasBundles: state.hasBundles || plan.bundles.length > 0,
    stale: waiting.union(plan.later).union(plan.days).difference(plan.final),
  };
  const ledger = new Ledger(db, state);
  const lost: Counted = {
    ...{ isWhole: false, trash: new Set(), hours: new Map(), stale: waiting.size },
    countLeft: async () => new Map(),
  };
  if (!(await ledger.note(before))) return lost;
  const hours = new Map<number, HourCount>();
  let isWhole = true;
  const done = new Set<string>();
  const blocks = new HourBlocks(
    index.reader,
    plan.now.map(({ hourMs }) => hourMs),
  );
  const listDay = (dayMs: number) => ledger.list(dayName(dayMs));
  const counting = { db, clock, moves, blocks, index: index.index, countedAtMs: nowMs, listDay };
  const hasTime = () => remainingMs() >= STEP_MS;
  for (const { hourMs, stored, isStored, isRunning } of plan.now) {
    if (!hasTime()) {
      isWhole &&= plan.optional.has(hourMs);
      continue;
    }
    const about = { hourMs, stored, isStored, isRunning, pages: pages.get(hourMs) ?? [] };
    const counted = await countHour(about, counting);
    if (counted) hours.set(hourMs, counted);
    else isWhole = false;
    if (counted && isStored && !isRunning && !counted.isLeft) done.add(hourName(hourMs));
  }
  // Whatever is not finished of these is listed, or has its pages.
  for (const due of plan.bundles) {
    const counted = await countBundle(due, pages, { ...counting, reader: index.reader, hasTime });
    for (const [hourMs, count] of counted.hours) hours.set(hourMs, count);
    for (const name of counted.done) done.add(name);
  }
  const left = [...plan.left].filter((hourMs) => !hours.has(hourMs));
  const { stale } = ledger.state;
  const unbuilt = new Set([...plan.left].map(hourName)).difference(done);
  const { built, broken } = await buildDays(services, stale.difference(done), unbuilt);
  await ledger.note({ ...ledger.state, stale: stale.difference(done).difference(built).union(broken) });
  const countLeft = async () => {
    const shared = { ...counting, blocks: new HourBlocks(index.reader, left) };
    const counts = new Map<number, HourCount>();
    for (const hourMs of left) counts.set(hourMs, await readHour(hourMs, shared));
    return counts;
  };
  return { isWhole, trash: isWhole ? trash : new Set(), hours, countLeft, stale: ledger.state.stale.size };
}

/** The state as this run knows it; nobody else must have put another. */
class Ledger {
  readonly #db: Database;
  #state: State;
  #isLost = false;

  constructor(db: Database, state: State) {
    this.#db = db;
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  /** Puts another state, unless it is the same; false if somebody else has put another. */
  async note(next: State): Promise<boolean> {
    if (this.#isLost) return false;
    if (this.#state.n > 0 && isSame(this.#state, next)) return true;
    const put = await putState(this.#db, { ...next, n: this.#state.n });
    this.#state = put ?? next;
    this.#isLost = put === undefined;
    return !this.#isLost;
  }

  /** Lists a day or an hour, unless it is listed. */
  list(name: string): Promise<boolean> {
    const { stale } = this.#state;
    return this.note({ ...this.#state, stale: stale.union(new Set([name])) });
  }
}

function openIndex({ db, clock }: CountServices, catalog: Catalog) {
  const budget = new Budget({ units: Infinity, timeoutMs: Infinity }, clock.now);
  const reader = new Reader(db, budget, clock, { isExact: true });
  return { reader, index: new IndexReader(reader, catalog, clock.now()) };
}

const isSame = (a: State, b: State) =>
  (a.hasBundles ?? false) === (b.hasBundles ?? false) &&
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
