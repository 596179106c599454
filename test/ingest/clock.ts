import type { Clock } from "../../lib/runtime/clock.ts";
import { NOON } from "../store/records.ts";

/** A clock that stands still but for sleeping, which takes no real time and is noted. */
export function testClock() {
  const clock = {
    ms: NOON,
    slept: [] as number[],
    now: () => clock.ms,
    sleep: async (ms: number) => {
      clock.slept.push(ms);
      clock.ms += ms;
    },
    random: () => 0.5,
  };
  return clock satisfies Clock;
}
