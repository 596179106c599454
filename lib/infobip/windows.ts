import type { MessageRecord } from "../message/record.ts";
import { epochMsOf } from "../message/record.ts";

/** A range of send times, milliseconds since 1970, both ends included. */
export interface Window {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** The number of records that a window is planned to hold, of the 1,000 that an answer can. */
export const AIM = 600;
const MOST_GROWTH = 4;

/** How long the next window should be. */
export interface Stride {
  readonly lengthMs: number;
  /** How long windows should be after the next one, if a full answer has shown how dense the records are. */
  readonly thereafterMs?: number;
  /** How much of the last window's end was left for later because its answer was full. */
  readonly skippedMs?: number;
}

/** The window to read next, starting at `sinceMs` and ending at `endMs` at the latest. */
export function nextWindow(sinceMs: number, endMs: number, { lengthMs }: Stride): Window {
  return { sinceMs, untilMs: Math.min(endMs, sinceMs + Math.max(0, Math.floor(lengthMs))) };
}

/** Where the next window starts. Two windows share a millisecond, in case one of the ends is excluded. */
export function after({ sinceMs, untilMs }: Window): number {
  return untilMs > sinceMs ? untilMs : untilMs + 1;
}

/** The stride after a window that was read completely and held `count` records. */
export function strideAfter({ thereafterMs }: Stride, window: Window, count: number): Stride {
  if (thereafterMs !== undefined) return { lengthMs: thereafterMs };
  const lengthMs = Math.max(1, window.untilMs - window.sinceMs);
  return { lengthMs: lengthMs * Math.min(MOST_GROWTH, AIM / Math.max(1, count)) };
}

/**
 * The stride after a window of more than one millisecond whose answer was full, so that records may be missing. Logs
 * come newest first, so there may be few records before the oldest one that the answer reached, as on the first start
 * when a burst lies at the end of the 48 hours. Therefore only the part that the answer covers is left for later, or
 * twice as much as last time: the start of a burst is found in a few steps, however long it is. If nothing would be
 * left, the window is halved, or cut further where the answer shows how dense the records are. Whatever the order of
 * the logs, each part is shorter than the window that was split.
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
