import { type Outcome, play } from "./play.ts";
import type { Schedule } from "./schedule.ts";

/** Playing a schedule again takes a fraction of a second; nobody waits for more than this. */
const MOST_PLAYS = 150;

/**
 * Leaves out faults while the schedule still fails, half of them at a time, then fewer: what is left all matters. The
 * failure may change on the way; it stays one.
 */
export async function shrink(schedule: Schedule, failed: Outcome): Promise<Outcome> {
  let best = failed;
  const without = new Set<string>();
  let size = Math.ceil(best.faults.length / 2);
  for (let plays = 0, start = 0; plays < MOST_PLAYS && best.faults.length > 0; ) {
    const chunk = best.faults.slice(start, start + size);
    if (chunk.length === 0) {
      if (size === 1) break;
      size = Math.ceil(size / 2);
      start = 0;
      continue;
    }
    plays++;
    const outcome = await play(schedule, { without: new Set([...without, ...chunk]) });
    if (outcome.problems.length === 0) start += size;
    else {
      for (const fault of chunk) without.add(fault);
      best = outcome;
      size = Math.min(size, Math.max(1, best.faults.length));
    }
  }
  return play(schedule, { without, isLogged: true });
}
