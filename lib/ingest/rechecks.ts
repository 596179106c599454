import { LOGS_REACH_MS } from "../infobip/sources.ts";
import type { Window } from "../infobip/windows.ts";
import type { Checkpoint } from "./checkpoint.ts";

const FIRST_WAIT_MS = 600_000;
/** A message is checked for the last time this long before the logs forget it. */
const LAST_CHANCE_MS = 3_600_000;

/** Covers the same ranges with at most so many windows, oldest first, by joining those that are closest together. */
export function joinClosest(windows: readonly Window[], most: number): Window[] {
  const sorted = [...windows].sort((a, b) => a.sinceMs - b.sinceMs);
  const apart: Window[] = [];
  for (const window of sorted) {
    const last = apart.at(-1);
    if (last && window.sinceMs <= last.untilMs + 1) apart[apart.length - 1] = joined(last, window);
    else apart.push(window);
  }
  if (apart.length <= most) return apart;
  const gaps = apart.slice(1).map((window, n) => window.sinceMs - (apart[n]?.untilMs ?? 0));
  const widest = gaps.toSorted((a, b) => b - a)[most - 1] ?? 0;
  return joinClosest(closed(apart, widest), most);
}

/** Joins neighbours that are no further apart than this. */
function closed(windows: readonly Window[], gapMs: number): Window[] {
  const result: Window[] = [];
  for (const window of windows) {
    const last = result.at(-1);
    if (last && window.sinceMs - last.untilMs <= gapMs) result[result.length - 1] = joined(last, window);
    else result.push(window);
  }
  return result;
}

function joined(a: Window, b: Window): Window {
  return { sinceMs: Math.min(a.sinceMs, b.sinceMs), untilMs: Math.max(a.untilMs, b.untilMs) };
}

/**
 * When to check messages again that were still pending: after twice the last wait, and in any case once shortly before
 * the logs forget the oldest. Undefined if there are none.
 */
export function nextRecheck(
  pending: readonly Window[],
  waitedMs: number | undefined,
  nowMs: number,
  mostWindows: number,
): Checkpoint["rechecks"] {
  const windows = joinClosest(pending, mostWindows);
  const [oldest] = windows;
  if (!oldest) return undefined;
  const waitMs = waitedMs === undefined ? FIRST_WAIT_MS : 2 * waitedMs;
  const lastChanceMs = oldest.sinceMs + LOGS_REACH_MS - LAST_CHANCE_MS;
  const nextMs = lastChanceMs > nowMs ? Math.min(nowMs + waitMs, lastChanceMs) : nowMs + FIRST_WAIT_MS;
  return { windows, nextMs, waitMs };
}
