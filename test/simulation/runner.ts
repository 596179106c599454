import { type Outcome, play } from "./play.ts";
import { drawSchedule } from "./schedule.ts";
import type { Size } from "./sizes.ts";

/** What a runner is asked for: a seed, in which size, and whether to play it twice and compare. */
export interface Task {
  readonly seed: number;
  readonly size: Size;
  readonly isTwice: boolean;
}

/** A process that plays the schedules that it is sent, one after another. */
process.on("message", async (task: Task) => {
  process.send?.(await playTask(task));
});
process.once("disconnect", () => process.exit());

async function playTask({ seed, size, isTwice }: Task): Promise<Outcome> {
  try {
    const schedule = drawSchedule(seed, size);
    const outcome = await play(schedule);
    if (!isTwice) return outcome;
    const again = await play(schedule);
    if (again.hash === outcome.hash) return outcome;
    const problem = `not the same when it is played again: ${outcome.hash}, ${again.hash}`;
    return { ...outcome, problems: [...outcome.problems, problem] };
  } catch (error) {
    const problems = [`the schedule could not be played: ${error instanceof Error ? error.stack : error}`];
    return { seed, size, problems, faults: [], hash: "", events: 0, messages: 0, lost: 0, log: [] };
  }
}
