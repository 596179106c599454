import { HOUR_MS } from "./periods.ts";
import type { PackedCube } from "./stored.ts";

/** This long before its first records may be deleted, an hour is counted for the last time: its cube is then final. */
const FINAL_MARGIN_MS = 5 * 60_000;
/** And at the latest this long before that, whatever has changed is counted. */
const LAST_CALL_MS = 30 * 60_000;
/**
 * This long after its end an hour has most of its reports. In a small hour, what its cube lacks is read live, so the
 * cube is stored every quarter of an hour, and later ever more rarely. For a large hour that would cost too much, so it
 * is counted whenever it has changed, for two hours.
 */
const FRESH_MS = { small: 5 * 60_000, large: 2 * HOUR_MS };
const SMALL = 10_000;
/** Slightly less than a quarter of an hour, so that the third turn of five minutes is not missed by a second. */
const SMALL_AGAIN_MS = 14.5 * 60_000;
/**
 * After that it is counted again when its age has grown by half: about eight times in two days. After a day in any case,
 * or answers would read what an hour of last month lacks for two weeks.
 */
const OLDER = 1.5;
const LONGEST_MS = 24 * HOUR_MS;
/**
 * If, for each of its messages, more reports than this have arrived since, it is counted at once: a cube costs about one
 * unit per thousand messages, so this is 0.02 units a report.
 */
const MANY_MISSING = 1 / 20;
/**
 * Hours that alerts look at are counted on each turn until so long after their end, stored or not. The first turn after
 * that stores them, or alerts would see less than on the turn before.
 */
const WATCHED_MS = 30 * 60_000;

/** What decides when an hour is counted again. */
type CountedHour = Pick<PackedCube, "startMs" | "finalFromMs" | "countedAtMs" | "messages">;

/** Does the archive begin to drop its records, so that counting again would only count less? */
export function isExpiring({ finalFromMs }: Pick<CountedHour, "finalFromMs">, nowMs: number): boolean {
  return nowMs >= finalFromMs - FINAL_MARGIN_MS;
}

/**
 * Is the cube of a changed hour stored again now? Old ones are, ever more rarely, except when many reports (`missing`)
 * have arrived since.
 */
export function isDue(hour: CountedHour, nowMs: number, missing = 0): boolean {
  const { startMs, finalFromMs, countedAtMs, messages } = hour;
  const endMs = startMs + HOUR_MS;
  const freshMs = messages <= SMALL ? FRESH_MS.small : FRESH_MS.large;
  if (isRunning(hour, nowMs)) return nowMs >= countedAtMs + SMALL_AGAIN_MS;
  if (nowMs < endMs + freshMs) return true;
  if (nowMs >= finalFromMs - FINAL_MARGIN_MS - LAST_CALL_MS) return true;
  if (nowMs >= endMs + WATCHED_MS && countedAtMs < endMs + WATCHED_MS) return true;
  if (missing > messages * MANY_MISSING && messages > SMALL) return true;
  if (nowMs >= countedAtMs + LONGEST_MS) return true;
  return nowMs - endMs >= Math.max(freshMs, countedAtMs - endMs) * OLDER;
}

/**
 * Is it a small hour that is still changing, so that it is listed as waiting until it is over? An hour that has not
 * begun is not.
 */
export function isRunning(
  { startMs, messages }: Pick<CountedHour, "startMs" | "messages">,
  nowMs: number,
): boolean {
  return hasBegun(startMs, nowMs) && messages <= SMALL && nowMs < startMs + HOUR_MS + FRESH_MS.small;
}

/** Was a cube perhaps stored while its hour was running, and so without the minutes that alerts look back on? */
export function mayLackMinutes({
  startMs,
  countedAtMs,
}: Pick<CountedHour, "startMs" | "countedAtMs">): boolean {
  return countedAtMs < startMs + HOUR_MS + FRESH_MS.small;
}

/** Is an hour so recent that alerts look at its minutes? */
export function isWatched({ startMs }: Pick<CountedHour, "startMs">, nowMs: number): boolean {
  return hasBegun(startMs, nowMs) && nowMs < startMs + HOUR_MS + WATCHED_MS;
}

/**
 * A report may contain a future moment because of a wrong clock. Its hour is counted like an old one, when something
 * about it arrives.
 */
function hasBegun(startMs: number, nowMs: number): boolean {
  return startMs <= nowMs;
}
