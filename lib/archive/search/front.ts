import { SLOT_MS } from "../apart.ts";
import type { SettledRun } from "../catalog.ts";

/** What the catalog tells of the newest blocks of a day before any of them is read. */
export interface Front {
  /** The newest moment that a run spans: no block that was settled, and so none that may span a whole day, is newer. */
  readonly settledUntilMs: number;
  /** Are there probably no blocks that may span a whole day? */
  readonly isDense: boolean;
}

/** If nothing is known of it: each class of blocks may begin anywhere. */
export const UNKNOWN: Front = { settledUntilMs: Infinity, isDense: false };

/** Where blocks span less than this on average, hardly any spans more than `SLOT_MS`. */
const DENSE_MS = SLOT_MS / 2;

/** The front of the day that begins at `dayStartMs`. Pure. */
export function frontOf(runs: readonly SettledRun[], dayStartMs: number): Front {
  const settledUntilMs = runs.reduce((most, { untilMs }) => Math.max(most, untilMs), -Infinity);
  const within = runs.filter(({ untilMs, blocks }) => untilMs >= dayStartMs && blocks > 0);
  const isDense =
    within.length > 0 &&
    within.every(({ sinceMs, untilMs, blocks }) => (untilMs - sinceMs) / blocks < DENSE_MS);
  return { settledUntilMs, isDense };
}
