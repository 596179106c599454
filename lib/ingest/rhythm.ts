import * as v from "valibot";

/** How often pushes arrive, so that it can be noticed when they stop. All times are in milliseconds. */
export const rhythmSchema = v.object({
  /** When the first push arrived. */
  sinceMs: v.number(),
  /** The longest silence in the current fortnight, which began at `turnMs`, and in the one before. */
  longestMs: v.number(),
  beforeMs: v.number(),
  turnMs: v.number(),
});
export type Rhythm = v.InferOutput<typeof rhythmSchema>;

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const FORTNIGHT_MS = 14 * 24 * HOUR_MS;
/** After pushing for this long, the source is expected to continue … */
const KNOWN_AFTER_MS = 24 * HOUR_MS;
/** … until it has been silent for so long that it was plainly stopped on purpose. */
const OVER_AFTER_MS = 7 * 24 * HOUR_MS;

/**
 * The rhythm after another push, where the one before it was at `lastMs`. Returns the same object if nothing changes.
 */
export function nextRhythm(rhythm: Rhythm | undefined, lastMs: number | undefined, atMs: number): Rhythm {
  if (!rhythm || lastMs === undefined || atMs - lastMs > OVER_AFTER_MS)
    return { sinceMs: atMs, longestMs: 0, beforeMs: 0, turnMs: atMs };
  const gapMs = Math.ceil(Math.max(0, atMs - lastMs) / MINUTE_MS) * MINUTE_MS;
  if (atMs - rhythm.turnMs > FORTNIGHT_MS)
    return { ...rhythm, longestMs: gapMs, beforeMs: rhythm.longestMs, turnMs: atMs };
  return gapMs > rhythm.longestMs ? { ...rhythm, longestMs: gapMs } : rhythm;
}

/**
 * The current silence, as a percentage of twice the longest recent one: more than 100 is unlike anything before.
 * Undefined if nothing is usually pushed.
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
