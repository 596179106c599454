import { HOUR_MS } from "./periods.ts";
import type { PackedCube } from "./stored.ts";

/** So long before its first records may be deleted an hour is counted for the last time: then its cube stays as it is. */
const FINAL_MARGIN_MS = 5 * 60_000;
/** And so long before that at the latest what has changed is counted. */
const LAST_CALL_MS = 30 * 60_000;
/**
 * So long after its end an hour has most of its reports. While it is small, what is missing in its cube is read live: so the
 * cube is stored every quarter of an hour, and after that ever more rarely. Of a large hour that would be too dear, and it
 * is counted whenever it has changed, for two hours.
 */
const FRESH_MS = { small: 5 * 60_000, large: 2 * HOUR_MS };
const SMALL = 10_000;
/** Somewhat less than a quarter of an hour, so that the third turn of five minutes is not missed by a second. */
const SMALL_AGAIN_MS = 14.5 * 60_000;
/** Then it is counted again when it has grown older by half since: some eight times in two days. */
const OLDER = 1.5;
/**
 * Where so many reports have come since, of each of its messages, it is counted at once: a cube takes about a unit for each
 * thousand messages, so that is 0.02 a report.
 */
const MANY_MISSING = 1 / 20;
/**
 * What alerts look at is counted with every turn for so long after its end, stored or not; and stored by the first turn after
 * that, or alerts would be told less than by the turn before.
 */
const WATCHED_MS = 30 * 60_000;

/** What is looked at to decide when an hour is counted again. */
type CountedHour = Pick<PackedCube, "startMs" | "finalFromMs" | "countedAtMs" | "messages">;

/** Does the archive begin to forget its records, so that counting again would only count less? */
export function isExpiring({ finalFromMs }: Pick<CountedHour, "finalFromMs">, nowMs: number): boolean {
  return nowMs >= finalFromMs - FINAL_MARGIN_MS;
}

/**
 * Is the cube of an hour of which something has changed stored again now? Old ones ever more rarely, but for those of which
 * many reports (`missing`) have come since.
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
  return nowMs - endMs >= Math.max(freshMs, countedAtMs - endMs) * OLDER;
}

/** Is it a small hour that goes on changing, so that it is noted as waiting until it is over? One that has not begun does not. */
export function isRunning(
  { startMs, messages }: Pick<CountedHour, "startMs" | "messages">,
  nowMs: number,
): boolean {
  return hasBegun(startMs, nowMs) && messages <= SMALL && nowMs < startMs + HOUR_MS + FRESH_MS.small;
}

/** Is an hour so new that alerts look at its minutes? */
export function isWatched({ startMs }: Pick<CountedHour, "startMs">, nowMs: number): boolean {
  return hasBegun(startMs, nowMs) && nowMs < startMs + HOUR_MS + WATCHED_MS;
}

/** A report may say a moment to come, by a clock that is wrong: its hour is counted when something of it came, as an old one is. */
function hasBegun(startMs: number, nowMs: number): boolean {
  return startMs <= nowMs;
}
