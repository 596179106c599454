import { isAgo, momentOf, writeMoment } from "../../search/moments.ts";
import type { Term } from "../../search/query.ts";

/** The periods that are one click away. */
export const RANGES = ["1h", "today", "24h", "7d", "30d"] as const;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** The most points in a chart. */
const MOST_POINTS = 200;

export type Step = "MINUTE" | "HOUR" | "DAY";
export const STEP_MS: Readonly<Record<Step, number>> = { MINUTE: MINUTE_MS, HOUR: HOUR_MS, DAY: DAY_MS };

/** A range of send times in milliseconds since 1970, without its end; and how finely it is shown. */
export interface Stretch {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly step: Step;
}

/**
 * The range for a text such as `24h`, for `today`, or for two moments separated by `/`; undefined if it is invalid.
 * Both ends are at whole minutes or hours, as the statistics count them. A relative period keeps its length; others are
 * extended to contain all of the original.
 */
export function stretchOf(range: string, nowMs: number): Stretch | undefined {
  const [since = "", until] = range.split("/");
  const isLength = until === undefined && isAgo(since);
  const sinceMs = momentOf(since, "start", nowMs);
  // Up to and including now. `today` has begun at midnight.
  const untilMs = until === undefined ? nowMs + (isLength ? 0 : 1) : momentOf(until, "end", nowMs);
  if (sinceMs === undefined || untilMs === undefined || sinceMs >= untilMs) return undefined;
  const step = stepOf(untilMs - sinceMs);
  // Days are in UTC, as in the statistics; a range begins and ends at any hour.
  const wholeMs = step === "MINUTE" ? MINUTE_MS : HOUR_MS;
  const endMs = Math.ceil(untilMs / wholeMs) * wholeMs;
  const length = Math.max(wholeMs, Math.round((untilMs - sinceMs) / wholeMs) * wholeMs);
  return {
    sinceMs: isLength ? endMs - length : Math.floor(sinceMs / wholeMs) * wholeMs,
    untilMs: endMs,
    step,
  };
}

function stepOf(lengthMs: number): Step {
  if (lengthMs <= 3 * HOUR_MS) return "MINUTE";
  return lengthMs / HOUR_MS <= MOST_POINTS ? "HOUR" : "DAY";
}

/** The range of the same length just before. */
export function before({ sinceMs, untilMs, step }: Stretch): Stretch {
  return { sinceMs: sinceMs - (untilMs - sinceMs), untilMs: sinceMs, step };
}

/** The search conditions for what was sent in a range. */
export function termsOf({ sinceMs, untilMs }: Pick<Stretch, "sinceMs" | "untilMs">): Term[] {
  return [
    { word: "since", value: writeMoment(sinceMs) },
    { word: "until", value: writeMoment(untilMs - 1) },
  ];
}

/** The same for one step of a range. A step may extend beyond the range, where nothing is counted. */
export function termsAt(ms: number, { sinceMs, untilMs, step }: Stretch): Term[] {
  return termsOf({ sinceMs: Math.max(ms, sinceMs), untilMs: Math.min(ms + STEP_MS[step], untilMs) });
}

/** The moments of the points of a range. */
export function pointsOf({ sinceMs, untilMs, step }: Stretch): number[] {
  const stepMs = STEP_MS[step];
  const firstMs = Math.floor(sinceMs / stepMs) * stepMs;
  return Array.from({ length: Math.ceil((untilMs - firstMs) / stepMs) }, (_, at) => firstMs + at * stepMs);
}
