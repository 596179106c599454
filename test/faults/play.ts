import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { hash, Random } from "../../infra/local/imitation/random.ts";
import { type Collector, openCollector, runAll } from "./handlers.ts";
import type { Schedule } from "./schedule.ts";
import { openStage, type Stage } from "./stage.ts";

/** How a schedule ended. */
export interface Outcome {
  readonly seed: number;
  readonly theme: Schedule["theme"];
  /** What is wrong at the end; nothing, if all is well. */
  readonly problems: readonly string[];
  readonly messages: number;
  /** Messages of which a report was lost on the way. */
  readonly lost: number;
  readonly quarantined: number;
  readonly faults: readonly string[];
  readonly seconds: number;
}

/** The first makes doubts of pulls that died; the second ends the check that was under way; the third is for what it found. */
const QUIET_ROUNDS = 3;

/** Plays a schedule: rounds with faults, then quiet ones, and a look at what is served. */
export async function play(schedule: Schedule): Promise<Outcome> {
  const startedAt = performance.now();
  const { seed, theme } = schedule;
  const random = new Random(hash(seed, "rounds"));
  await using stage = await openStage(schedule);
  const collectors = await Promise.all([openCollector(`a${seed}`), openCollector(`b${seed}`)]);
  const failures: string[] = [];
  const quiet = async () => {
    await stage.leap(61_000);
    const errors = await runAll(collectors[0], stage.clock.now);
    failures.push(...errors.map((error) => `a quiet run failed: ${error}`));
  };
  const leap = () => stage.leap(random.magnitude(31_000, 900_000));
  if (schedule.beginsCalm) await quiet().then(leap);
  stage.setQuiet(false);
  for (let n = 0; n < schedule.rounds; n++) {
    await (schedule.isKilled ? killed(stage, random) : beset(stage, collectors, random));
    await leap();
  }
  stage.setQuiet(true);
  for (let n = 0; n < QUIET_ROUNDS; n++) await quiet();
  const { problems, ...counts } = await stage.judge();
  const seconds = (performance.now() - startedAt) / 1000;
  return { seed, theme, problems: [...failures, ...problems], ...counts, faults: stage.faults, seconds };
}

/** A round in this process; now and then two of everything run side by side. */
async function beset({ clock }: Stage, [one, other]: readonly Collector[], random: Random): Promise<void> {
  if (!one || !other) return;
  // Failures are what the faults are for; the archive says whether they did harm.
  await Promise.all([runAll(one, clock.now), random.chance(0.3) && runAll(other, clock.now)]);
}

/** A round in a process that is killed at some moment. */
async function killed({ clock, environment }: Stage, random: Random): Promise<void> {
  const env = { ...process.env, ...environment, CLOCK_AHEAD_MS: String(clock.aheadMs) };
  const victim = fork(new URL("victim.ts", import.meta.url), {
    env,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(victim, "exit");
  await Promise.race([once(victim, "message"), exited]);
  await sleep(random.int(2, 1_500));
  victim.kill("SIGKILL");
  await exited;
}
