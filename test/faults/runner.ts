import { play } from "./play.ts";
import { drawSchedule } from "./schedule.ts";

/** A process that plays the schedules whose seeds it is sent, one after another. */
process.on("message", async (seed: number) => {
  const schedule = drawSchedule(seed);
  try {
    process.send?.(await play(schedule));
  } catch (error) {
    const problems = [`the schedule could not be played: ${error instanceof Error ? error.stack : error}`];
    const { theme } = schedule;
    process.send?.({ seed, theme, problems, messages: 0, lost: 0, quarantined: 0, faults: [], seconds: 0 });
  }
});
process.once("disconnect", () => process.exit());
