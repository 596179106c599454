import type { Clock } from "../../runtime/clock.ts";
import type { Database } from "../../runtime/dynamodb.ts";
import type { HourCount } from "../count-hour.ts";
import { loadHours } from "../cubes-for-jobs.ts";
import { ALERT_HOURS } from "../due.ts";
import { readSeries } from "../series-store.ts";
import { putIncident, readIncidents } from "./incident-store.ts";
import { HISTORY_MS, Learning } from "./learn.ts";
import { liveSegments } from "./live.ts";
import { floorTo, HOUR_MS } from "./past-hours.ts";
import { nameOf } from "./segment.ts";
import { type AlertSettings, STEP_MS } from "./settings.ts";
import { type AlertState, type Event, loadWatch, putWatch } from "./state-store.ts";
import { baselineAmong, putUsuals, readUsuals, type Usuals } from "./usual-store.ts";
import { step } from "./watch.ts";
import type { Incident, Watch } from "./watch-state.ts";

export interface EvaluateServices {
  readonly db: Database;
  readonly clock: Clock;
  readonly settings: AlertSettings;
  readonly mutes: readonly string[];
  /** The hours that were just counted: newer than what is stored about them. */
  readonly counted?: ReadonlyMap<number, HourCount>;
  /** Counts the hours that are neither among these nor stored. */
  readonly countLeft?: () => Promise<ReadonlyMap<number, HourCount>>;
  /** How far our knowledge is behind, in milliseconds: beyond five minutes nothing is judged. */
  readonly lagMs: number;
  /** Tells that an incident opened or closed; this may happen twice. */
  readonly tell: (event: Event) => Promise<void>;
}

export interface Evaluated {
  readonly segments: number;
  readonly opened: number;
  readonly closed: number;
  readonly open: number;
  /** Nothing was judged, because too little is known about the newest minutes. */
  readonly isBehind?: boolean;
}

export const MOST_LAG_MS = 5 * 60_000;
/** What is learned serves for so many hours, somewhat longer than a day. */
const LEARNED_HOURS = 26;
const HOURS_AT_ONCE = 48;

/**
 * One evaluation: compares the last hours of every segment with what is usual. Opened and closed incidents are first
 * written into the state, and then told. May die anywhere, be repeated, and run twice at once.
 */
export async function evaluate(services: EvaluateServices): Promise<Evaluated> {
  const { db, clock, lagMs } = services;
  const before = await loadWatch(db);
  const nowMs = clock.now();
  let state: AlertState = before;
  let [segments, isBehind] = [0, false];
  if (lagMs > MOST_LAG_MS) isBehind = true;
  else if (Math.floor(nowMs / STEP_MS) > before.watch.atStep) {
    const watched = await watch(services, nowMs);
    segments = watched.length;
    const {
      watch: next,
      opened,
      closed,
    } = step(before.watch, watched, nowMs, services.settings, services.mutes);
    const events: Event[] = [
      ...opened.map((incident) => ({ what: "opened", incident }) as const),
      ...changedSince(before.watch, next).map((incident) => ({ what: "changed", incident }) as const),
      ...closed.map((incident) => ({ what: "closed", incident }) as const),
    ];
    const put = await putWatch(db, { n: before.n, watch: next, events: [...before.events, ...events] });
    // Another evaluation was faster, and will tell what there is to tell.
    if (!put) return { segments, opened: 0, closed: 0, open: before.watch.open.length };
    state = put;
  }
  await tellAll(state, services);
  const count = (what: Event["what"]) => state.events.filter((event) => event.what === what).length;
  return {
    ...{ segments, opened: count("opened"), closed: count("closed"), open: state.watch.open.length },
    ...(isBehind ? { isBehind } : {}),
  };
}

/** Incidents that affect other segments, too, since the last evaluation. */
function changedSince(before: Watch, after: Watch): Incident[] {
  const known = new Map(before.open.map(({ id, also }) => [id, also.length]));
  return after.open.filter(({ id, also }) => known.has(id) && known.get(id) !== also.length);
}

/** Stores and tells the events in the state, then removes them from it. What fails is told the next time. */
async function tellAll(state: AlertState, { db, tell }: EvaluateServices): Promise<void> {
  if (state.events.length === 0) return;
  for (const event of state.events) {
    await putIncident(db, event.incident);
    const isNews = event.what !== "changed" && event.incident.closedBecause !== "PART_OF_CHANNEL";
    if (isNews) await tell(event);
  }
  await putWatch(db, { ...state, events: [] });
}

/** Every segment, with its newest hours and what is usual for it. */
async function watch({ db, clock, settings, counted, countLeft }: EvaluateServices, nowMs: number) {
  const thisMs = floorTo(nowMs, HOUR_MS);
  const hours = Array.from({ length: ALERT_HOURS }, (_, n) => thisMs - n * HOUR_MS);
  const newest = hours.slice(0, 2);
  const [series, cubes, stored] = await Promise.all([
    readSeries(db, hours, clock),
    loadHours(db, newest, clock),
    readUsuals(db, hours, clock),
  ]);
  const usuals = stored.has(thisMs)
    ? stored
    : await learn(
        { db, clock, settings, ...(counted && { counted }), ...(countLeft && { countLeft }) },
        thisMs,
        hours,
      );
  const costs = new Map([...cubes].map(([hourMs, packed]) => [hourMs, packed.cube()]));
  for (const [hourMs, { series: own, cube }] of counted ?? []) {
    if (own && hours.includes(hourMs)) series.set(hourMs, own);
    if (newest.includes(hourMs)) costs.set(hourMs, cube);
  }
  return liveSegments(series.values(), costs, nowMs).map(({ segment, recent }) => ({
    ...{ segment, recent },
    baseline: baselineAmong(usuals, nameOf(segment), nowMs),
  }));
}

/** Learns what is usual from 28 days, for hours before and to come. */
async function learn(
  {
    db,
    clock,
    settings,
    counted,
    countLeft,
  }: Pick<EvaluateServices, "db" | "clock" | "settings" | "counted" | "countLeft">,
  thisMs: number,
  before: readonly number[],
): Promise<Usuals> {
  const learning = new Learning(thisMs, await readIncidents(db, thisMs - HISTORY_MS, thisMs));
  const left = await countLeft?.();
  for (let fromMs = thisMs - HISTORY_MS; fromMs < thisMs; fromMs += HOURS_AT_ONCE * HOUR_MS) {
    const length = Math.min(HOURS_AT_ONCE, (thisMs - fromMs) / HOUR_MS);
    const hours = Array.from({ length }, (_, n) => fromMs + n * HOUR_MS);
    const stored = await loadHours(db, hours, clock);
    for (const hourMs of hours) {
      // The newest hours may have been counted but not stored.
      const cube = (counted?.get(hourMs) ?? left?.get(hourMs))?.cube ?? stored.get(hourMs)?.cube();
      if (cube) learning.add(hourMs, cube);
    }
  }
  const coming = Array.from({ length: LEARNED_HOURS }, (_, n) => thisMs + n * HOUR_MS);
  await putUsuals(db, [...before.slice(1), ...coming], learning.baselines(settings), clock);
  return readUsuals(db, before, clock);
}
