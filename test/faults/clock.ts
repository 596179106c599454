import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../lib/runtime/clock.ts";

/** Schedules play in the past, so that they can leap forward and still not be ahead of the query handler's own clock. */
const BEHIND_MS = 3 * 3_600_000;
/** The handlers' waits (for a Retry-After, between two tries) are shortened to this part. */
const PACE_OF_WAITS = 0.02;

/** The time of a schedule: it runs as fast as real time, and leaps forward between rounds. */
export interface LeapingClock {
  now(): number;
  leap(ms: number): void;
  /** What a child process needs, to have the same time. */
  readonly aheadMs: number;
}

/** Sets the clock of every handler in this process. */
export function setClock(aheadMs: number = -BEHIND_MS): LeapingClock {
  const clock = {
    aheadMs,
    now: () => Date.now() + clock.aheadMs,
    leap: (ms: number) => {
      clock.aheadMs += ms;
    },
  };
  // A wait does not leap: a pull must not seem older than it is to a handler beside it.
  Object.assign(systemClock, { now: clock.now, sleep: (ms: number) => sleep(ms * PACE_OF_WAITS) });
  return clock;
}
