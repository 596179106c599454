import { fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { Outcome } from "./play.ts";
import { drawSchedule, THEMES } from "./schedule.ts";

/**
 * Plays seeded schedules of faults against the real handlers: `--schedules 200`, from `--first 1`, of `--theme
 * killed` only; `--seed 7` plays that one alone and prints its faults. Exits with 1 when an archive was not equal to the truth in the end.
 */
const DIFFERENCES_SHOWN = 8;

const { values } = parseArgs({
  options: {
    schedules: { type: "string", default: "200" },
    first: { type: "string", default: "1" },
    theme: { type: "string" },
    seed: { type: "string" },
  },
});
const single = values.seed === undefined ? undefined : Number(values.seed);
const seeds = single === undefined ? drawSeeds() : [single];
const startedAt = performance.now();
if (single !== undefined) console.log(JSON.stringify(drawSchedule(single), undefined, 2));
const outcomes = await playAll(seeds);
if (single !== undefined) for (const fault of outcomes[0]?.faults ?? []) console.log(`  ${fault}`);
console.table(summaryOf(outcomes));
const failed = outcomes.filter(({ problems }) => problems.length > 0);
const seconds = Math.round((performance.now() - startedAt) / 1000);
console.log(
  `${outcomes.length - failed.length} of ${outcomes.length} schedules ended with the truth, in ${seconds} s`,
);
process.exitCode = failed.length > 0 ? 1 : 0;

function drawSeeds(): number[] {
  const seeds: number[] = [];
  const isWanted = (seed: number) => values.theme === undefined || drawSchedule(seed).theme === values.theme;
  if (values.theme !== undefined && !THEMES.some((theme) => theme === values.theme)) {
    throw new Error(`--theme must be one of: ${[...new Set(THEMES)].join("; ")}`);
  }
  for (let seed = Number(values.first); seeds.length < Number(values.schedules); seed++) {
    if (isWanted(seed)) seeds.push(seed);
  }
  return seeds;
}

/** Plays the schedules in as many processes as there are cores. */
async function playAll(seeds: number[]): Promise<Outcome[]> {
  const waiting = [...seeds];
  const outcomes: Outcome[] = [];
  const runners = Array.from({ length: Math.min(availableParallelism(), seeds.length) }, async () => {
    const stdio = ["ignore", single === undefined ? "ignore" : "inherit", "inherit", "ipc"] as const;
    const runner = fork(new URL("runner.ts", import.meta.url), { stdio: [...stdio] });
    const death = new AbortController();
    runner.once("exit", () => death.abort());
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      runner.send(seed);
      // Rejects when the runner dies, by a fault of ours: that is no outcome of the schedule.
      const [outcome] = (await once(runner, "message", { signal: death.signal })) as [Outcome];
      outcomes.push(outcome);
      report(outcome);
    }
    runner.disconnect();
  });
  await Promise.all(runners);
  return outcomes;
}

function report({ seed, theme, problems }: Outcome): void {
  if (problems.length === 0) return;
  console.log(
    `FAILED: seed ${seed} (${theme}), ${problems.length} differences. Alone: npm run test:faults -- --seed ${seed}`,
  );
  for (const problem of problems.slice(0, DIFFERENCES_SHOWN)) console.log(`  ${problem}`);
}

/** By theme: how many schedules, and what they held. `repaired` are messages whose report was lost, and are right all the same. */
function summaryOf(outcomes: readonly Outcome[]) {
  const rows = [...new Set<string>(THEMES), "all"].map((theme) => {
    const own = outcomes.filter((outcome) => theme === "all" || outcome.theme === theme);
    const sum = (value: (outcome: Outcome) => number) =>
      Math.round(own.reduce((all, one) => all + value(one), 0));
    const row = {
      schedules: own.length,
      failed: sum(({ problems }) => Number(problems.length > 0)),
      faults: sum(({ faults }) => faults.length),
      messages: sum(({ messages }) => messages),
      repaired: sum(({ lost, problems }) => (problems.length > 0 ? 0 : lost)),
      quarantined: sum(({ quarantined }) => quarantined),
      seconds: sum(({ seconds }) => seconds),
    };
    return [theme, row] as const;
  });
  return Object.fromEntries(rows.filter(([, { schedules }]) => schedules > 0));
}
