import type { Clock } from "../../lib/runtime/clock.ts";
import { NOON } from "../message/records.ts";

/** A clock that stands still but for sleeping, which takes no real time and is noted. */
export function testClock() {
  const clock = {
    ms: NOON,
    slept: [] as number[],
    drawn: 0,
    now: () => clock.ms,
    sleep: async (ms: number) => {
      clock.slept.push(ms);
      clock.ms += ms;
    },
    /** The middle, and yet never the same twice: ids are made of it. */
    random: () => 0.5 + clock.drawn++ * 2 ** -40,
  };
  return clock satisfies Clock;
}
