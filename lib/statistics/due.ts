import { type Bundle, type BundledHour, MOST_PLAIN_BYTES } from "./bundle.ts";
import { DAY_MS, dayStartOf, HOUR_MS, hourOf } from "./periods.ts";
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

/** Alerts look back on the minutes of so many hours: six, for silence another six, and the one that runs. */
export const ALERT_HOURS = 13;
/**
 * An hour of up to so many messages is not stored by itself: its day's are put together (bundle.ts) when alerts have done with
 * all of them. Until then they are counted with each turn for alerts, and read live by answers: at most some 9,600 a day.
 */
const FEW_MESSAGES = 400;
const REST_MS = ALERT_HOURS * HOUR_MS;
/** An hour whose records begin to be deleted sooner than this after that does not wait for it: settling may stand still for half a day. */
const SPARE_MS = 12 * HOUR_MS;

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

/** Do alerts look at the minutes of an hour? */
export function isRecent({ startMs }: Pick<CountedHour, "startMs">, nowMs: number): boolean {
  return hasBegun(startMs, nowMs) && hourOf(nowMs) - startMs < ALERT_HOURS * HOUR_MS;
}

/** Slightly more than the time between two turns, so that one of them is in it. */
const GLANCE_MS = 6 * 60_000;

/**
 * Once an hour, whatever waits for its day is looked at, although nothing came: nothing tells whether a turn has ever seen how
 * long its records last, because settling stood still or died.
 */
export function isGlance(nowMs: number): boolean {
  return nowMs - hourOf(nowMs) < GLANCE_MS;
}

/** Is a day over for so long that its hours are stored together? */
export function isAtRest(dayMs: number, nowMs: number): boolean {
  return nowMs >= dayMs + DAY_MS + REST_MS;
}

/** Has an hour so few messages that it is stored with its day? */
export function isForBundle({ messages, plain }: Pick<BundledHour, "messages" | "plain">): boolean {
  return messages <= FEW_MESSAGES && plain.length <= MOST_PLAIN_BYTES;
}

/** Will the records of an hour certainly be there when its day is at rest? */
export function isLasting({ startMs, finalFromMs }: Pick<CountedHour, "startMs" | "finalFromMs">): boolean {
  return finalFromMs >= dayStartOf(startMs) + DAY_MS + REST_MS + SPARE_MS;
}

/**
 * Is a bundle put again now? By the rule for hours (`isDue`), with the age of the day; at once for hours (`waiting`) that it
 * does not have, since nothing tells when those are final.
 */
export function isBundleDue(
  { dayMs, hours, countedAtMs }: Pick<Bundle, "dayMs" | "hours" | "countedAtMs">,
  waiting: readonly number[],
  nowMs: number,
): boolean {
  const endMs = dayMs + DAY_MS;
  const finalFromMs = Math.min(...waiting.map((hourMs) => hours.get(hourMs)?.finalFromMs ?? -Infinity));
  if (nowMs >= finalFromMs - FINAL_MARGIN_MS - LAST_CALL_MS) return true;
  if (nowMs >= countedAtMs + LONGEST_MS) return true;
  return nowMs - endMs >= (countedAtMs - endMs) * OLDER;
}
