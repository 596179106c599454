import { SLOT_MS } from "../apart.ts";
import type { SettledRun } from "../catalog.ts";
import { DAY_MS } from "../keys.ts";

/** What the catalog tells of the newest blocks of a day before any of them is read. */
export interface Front {
  /** The newest moment that a run spans: no block that was settled, and so none that may span a whole day, is newer. */
  readonly settledUntilMs: number;
  /** Are there probably no blocks that may span a whole day? */
  readonly isDense: boolean;
  /** About how many blocks of the day are settled, if its traffic was even. */
  readonly settledBlocks: number;
  /** About how many records the day has in all, and how many of them are not settled; Infinity if nothing tells. */
  readonly records: number;
  readonly freshRecords: number;
  /** How many records a minute are sent on average, by the newest run; Infinity if there is none. */
  readonly perMinute: number;
}

/** If nothing is known of it: each class of blocks may begin anywhere. */
export const UNKNOWN: Front = {
  ...{ settledUntilMs: Infinity, isDense: false, settledBlocks: Infinity },
  ...{ records: Infinity, freshRecords: Infinity, perMinute: Infinity },
};

/** Where blocks span less than this on average, hardly any spans more than `SLOT_MS`. */
const DENSE_MS = SLOT_MS / 2;

const MINUTE_MS = 60_000;
/**
 * Had traffic gone on at its rate, more of it would be settled after so many minutes, and those in which so many records come:
 * three times as many as are worth a run (waiting.ts), since at night there are fewer. So it has come to an end, as after a campaign.
 */
const RESTED_MINUTES = 60;
const ENOUGH = 3_000;

/** The front of the day that begins at `dayStartMs`, at `nowMs`. Pure. */
export function frontOf(runs: readonly SettledRun[], dayStartMs: number, nowMs: number): Front {
  const settledUntilMs = runs.reduce((most, { untilMs }) => Math.max(most, untilMs), -Infinity);
  // One moment in the future, by a clock that is wrong, would spread all that a run contains over the years until then.
  const comeRuns = runs.map((run) => ({
    ...run,
    untilMs: Math.max(run.sinceMs, Math.min(run.untilMs, nowMs)),
  }));
  const within = comeRuns.filter(({ untilMs, blocks }) => untilMs >= dayStartMs && blocks > 0);
  const isDense =
    within.length > 0 &&
    within.every(({ sinceMs, untilMs, blocks }) => (untilMs - sinceMs) / blocks < DENSE_MS);
  const lastMs = dayStartMs + DAY_MS - 1;
  let [settledBlocks, settledRecords] = [0, 0];
  for (const { sinceMs, untilMs, blocks, records } of within) {
    const withinMs = Math.min(untilMs, lastMs) - Math.max(sinceMs, dayStartMs) + 1;
    const share = Math.max(0, withinMs) / (untilMs - sinceMs + 1);
    settledBlocks += share * blocks;
    settledRecords += share * records;
  }
  const perMinute = rateOfNewest(comeRuns);
  const freshMinutes = (Math.min(nowMs, lastMs) - Math.max(settledUntilMs, dayStartMs)) / MINUTE_MS;
  const isOver =
    Number.isFinite(perMinute) && (nowMs - settledUntilMs) / MINUTE_MS > RESTED_MINUTES + ENOUGH / perMinute;
  const freshRecords = freshMinutes > 0 && !isOver ? freshMinutes * perMinute : 0;
  return {
    ...{ settledUntilMs, isDense, settledBlocks, perMinute },
    ...{ records: settledRecords + freshRecords, freshRecords },
  };
}

/** How many records a minute the newest run contains. */
function rateOfNewest(runs: readonly SettledRun[]): number {
  const [newest] = runs.toSorted((a, b) => b.untilMs - a.untilMs);
  if (!newest) return Infinity;
  return newest.records / Math.max(1, (newest.untilMs - mostlySinceMs(newest, runs)) / MINUTE_MS);
}

/**
 * Since when nearly all records of a run were sent: if there are late reports among them, it spans hours, but others of those hours are in
 * the runs before it.
 */
export function mostlySinceMs({ sinceMs, untilMs }: SettledRun, runs: readonly SettledRun[]): number {
  const before = runs.reduce(
    (ms, one) => (one.untilMs < untilMs ? Math.max(ms, one.untilMs) : ms),
    -Infinity,
  );
  return Math.max(sinceMs, Math.min(before, untilMs - MINUTE_MS));
}
