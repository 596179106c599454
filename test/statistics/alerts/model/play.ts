import { type Baseline, baselineOf } from "../../../../lib/statistics/alerts/past.ts";
import { HOUR_MS } from "../../../../lib/statistics/alerts/past-hours.ts";
import { type AlertSettings, DEFAULT_SETTINGS, STEP_MS } from "../../../../lib/statistics/alerts/settings.ts";
import type { IncidentKind } from "../../../../lib/statistics/alerts/shares.ts";
import { step } from "../../../../lib/statistics/alerts/watch.ts";
import { type Incident, NEW_WATCH } from "../../../../lib/statistics/alerts/watch-state.ts";
import type { Chance } from "./chance.ts";
import { Month, type Trouble } from "./month.ts";
import { drawTraffic, plainTraffic, type Traffic } from "./traffic.ts";

const DAY = 24 * HOUR_MS;
const HISTORY = 28 * DAY;
export const SETTINGS: AlertSettings = DEFAULT_SETTINGS;

/** One segment, judged from day 28 on for some days. Gives every incident that was opened. */
export function play(month: Month, traffic: Traffic, fromMs: number, toMs: number): Incident[] {
  let watch = NEW_WATCH;
  let baseline: Baseline | undefined;
  const incidents: Incident[] = [];
  for (let nowMs = fromMs; nowMs < toMs; nowMs += STEP_MS) {
    // As deployed: the history is read once a day.
    if (nowMs === fromMs || nowMs % DAY === 0) baseline = usualOf(month, traffic, nowMs);
    const watched = [{ segment: { channel: "SMS" }, recent: month.at(nowMs), baseline }];
    const done = step(watch, watched, nowMs, SETTINGS);
    watch = done.watch;
    incidents.push(...done.opened);
  }
  return incidents;
}

function usualOf(month: Month, { waitMs, firstDay }: Traffic, nowMs: number): Baseline | undefined {
  const untilMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const history = month.hours(Math.max(firstDay * DAY, untilMs - HISTORY), untilMs);
  return baselineOf(history, {
    ...{ channel: "SMS", waitMs, untilMs },
    historyDays: SETTINGS.historyDays,
    leastMessages: 100,
  });
}

/** What segments are like: as the design's model has them, or as they may be. */
export type World = "plain" | "wild";
const draw = (world: World, chance: Chance, perDay: number) =>
  world === "plain" ? plainTraffic(chance, perDay) : drawTraffic(chance, perDay);

/** The false alarms of a quiet month. */
export function quietMonth(world: World, chance: Chance, perDay: number, days = 30): IncidentKind[] {
  const traffic = draw(world, chance, perDay);
  const [fromMs, toMs] = [HISTORY, HISTORY + days * DAY];
  return play(new Month(chance, traffic, 0, toMs), traffic, fromMs, toMs).map(({ kind }) => kind);
}

export interface Found {
  /** Minutes from the beginning; undefined when it was not found while it lasted. */
  readonly minutes?: number;
  readonly alarms: number;
}

/** Is trouble of so many hours found, and when? It begins at any minute of a week. */
export function trouble(world: World, chance: Chance, perDay: number, lost: number, hours: number): Found {
  const traffic = { ...draw(world, chance, perDay), firstDay: 0 };
  const fromMs = HISTORY + Math.floor(chance.between(0.5, 7) * 1440) * 60_000;
  const toMs = fromMs + hours * HOUR_MS;
  const what: Trouble = { fromMs, toMs, lost, isPending: chance.next() < 0.5 };
  const month = new Month(chance, traffic, 0, toMs + 12 * HOUR_MS, what);
  const begin = Math.floor((fromMs - 3 * HOUR_MS) / STEP_MS) * STEP_MS;
  const all = play(month, traffic, begin, toMs + 12 * HOUR_MS);
  const found = all.find(({ openedMs }) => openedMs > fromMs && openedMs <= toMs);
  return { alarms: all.length, ...(found ? { minutes: (found.openedMs - fromMs) / 60_000 } : {}) };
}
