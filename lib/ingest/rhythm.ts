import * as v from "valibot";

/** How often something is pushed, as far as it takes to notice that it is not any more; all in milliseconds. */
export const rhythmSchema = v.object({
  /** Since when. */
  sinceMs: v.number(),
  /** The longest silence of the present fortnight, which began at `turnMs`, and of the one before it. */
  longestMs: v.number(),
  beforeMs: v.number(),
  turnMs: v.number(),
});
export type Rhythm = v.InferOutput<typeof rhythmSchema>;

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const FORTNIGHT_MS = 14 * 24 * HOUR_MS;
/** Whoever has pushed for so long is expected to go on … */
const KNOWN_AFTER_MS = 24 * HOUR_MS;
/** … until after so long it has plainly ended on purpose. */
const OVER_AFTER_MS = 7 * 24 * HOUR_MS;

/** The rhythm after another push, the last one before it having been at `lastMs`. The same object when it is the same. */
export function nextRhythm(rhythm: Rhythm | undefined, lastMs: number | undefined, atMs: number): Rhythm {
  if (!rhythm || lastMs === undefined || atMs - lastMs > OVER_AFTER_MS)
    return { sinceMs: atMs, longestMs: 0, beforeMs: 0, turnMs: atMs };
  const gapMs = Math.ceil(Math.max(0, atMs - lastMs) / MINUTE_MS) * MINUTE_MS;
  if (atMs - rhythm.turnMs > FORTNIGHT_MS)
    return { ...rhythm, longestMs: gapMs, beforeMs: rhythm.longestMs, turnMs: atMs };
  return gapMs > rhythm.longestMs ? { ...rhythm, longestMs: gapMs } : rhythm;
}

/**
 * How long nothing has been pushed, in percent of twice the longest silence there has been lately: above 100 it is unlike anything
 * before. Undefined for what does not push usually.
 */
export function silencePercent(
  { rhythm, goodAtMs }: { readonly rhythm?: Rhythm | undefined; readonly goodAtMs?: number | undefined },
  nowMs: number,
): number | undefined {
  if (!rhythm || goodAtMs === undefined || goodAtMs - rhythm.sinceMs < KNOWN_AFTER_MS) return undefined;
  const silentMs = nowMs - goodAtMs;
  const usualMs = Math.max(HOUR_MS, rhythm.longestMs, rhythm.beforeMs);
  return silentMs > OVER_AFTER_MS ? undefined : Math.max(0, Math.round((100 * silentMs) / (2 * usualMs)));
}
