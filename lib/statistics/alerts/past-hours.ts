import type { Counts } from "./counts.ts";

/** An hour in a segment's history: the outcome of the messages sent in it. */
export interface PastHour {
  readonly hourMs: number;
  readonly counts: Counts;
  /** An incident was open, so nothing is learned from it. */
  readonly isSpoiled?: boolean;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const WEEK_HOURS = 168;

/** The number of an hour since 1970. */
export const hourOf = (ms: number) => Math.floor(ms / HOUR_MS);
/** The hour of the week, 0 … 167. */
export const weekHour = (hour: number) => ((hour % WEEK_HOURS) + WEEK_HOURS) % WEEK_HOURS;
/** The number of an hour's day. */
export const dayOf = (hour: number) => Math.floor(hour / 24);

/** The middle value, or the mean of the middle two; `none` for an empty list. */
export function median(values: readonly number[], none = 0): number {
  const one = values[0] ?? none;
  if (values.length <= 2) return (one + (values[1] ?? one)) / 2;
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const above = sorted[half] ?? none;
  return sorted.length % 2 === 1 ? above : (above + (sorted[half - 1] ?? above)) / 2;
}

export function floorTo(ms: number, step: number): number {
  return Math.floor(ms / step) * step;
}
