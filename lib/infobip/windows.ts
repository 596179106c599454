import type { MessageRecord } from "../message/record.ts";
import { epochMsOf } from "../message/record.ts";

/** A stretch of send times, milliseconds since 1970, both ends in it. */
export interface Window {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** A window is planned to hold about so many records, of the 1,000 that an answer can. */
export const AIM = 600;
const MOST_GROWTH = 4;

/** How long the next window is to be. */
export interface Stride {
  readonly lengthMs: number;
  /** How long it should be past what is read next, where a full answer has shown how thick the records stand. */
  readonly thereafterMs?: number;
  /** How much was left for later at the end of the last window, because its answer was full. */
  readonly skippedMs?: number;
}

/** The window to read next, from `sinceMs` on, never past `endMs`. */
export function nextWindow(sinceMs: number, endMs: number, { lengthMs }: Stride): Window {
  return { sinceMs, untilMs: Math.min(endMs, sinceMs + Math.max(0, Math.floor(lengthMs))) };
}

/** Where the next window starts. Two windows share a millisecond, in case one of the ends is not counted in. */
export function after({ sinceMs, untilMs }: Window): number {
  return untilMs > sinceMs ? untilMs : untilMs + 1;
}

/** The stride after a window that was read whole and held `count` records. */
export function strideAfter({ thereafterMs }: Stride, window: Window, count: number): Stride {
  if (thereafterMs !== undefined) return { lengthMs: thereafterMs };
  const lengthMs = Math.max(1, window.untilMs - window.sinceMs);
  return { lengthMs: lengthMs * Math.min(MOST_GROWTH, AIM / Math.max(1, count)) };
}

/**
 * The stride after a window of more than a millisecond whose answer was full, and so may lack some. Logs come newest
 * first, so there may be little before what the answer reaches back to, as on the first start, when the 48 hours hold a
 * burst at their end. Therefore only that much of the window's end is left for later, or twice as much as the last time:
 * the start of a burst is found in a few steps, however long it is. When nothing would be left over, the window is
 * halved, or more where the answer shows how thick the records stand. Whatever order the logs come in, each split is
 * shorter than what it splits.
 */
export function strideAfterFull(
  { skippedMs: skippedBefore = 0 }: Stride,
  window: Window,
  records: readonly MessageRecord[],
): Stride {
  const lengthMs = window.untilMs - window.sinceMs;
  const oldestMs = records.reduce(
    (oldest, { sentAt }) => Math.min(oldest, epochMsOf(sentAt)),
    window.untilMs,
  );
  const spannedMs = window.untilMs - oldestMs;
  const thickMs = Math.max(1, Math.floor(spannedMs * (AIM / Math.max(1, records.length))));
  const skippedMs = Math.max(1, spannedMs, 2 * skippedBefore);
  if (skippedMs < lengthMs) return { lengthMs: lengthMs - skippedMs, thereafterMs: thickMs, skippedMs };
  return { lengthMs: Math.floor(Math.min(lengthMs / 2, thickMs)) };
}
