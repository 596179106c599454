import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type Outcome, play } from "./play.ts";
import { bundlePrevious, PREVIOUS_COMMIT } from "./previous.ts";
import type { Task } from "./runner.ts";
import { drawSchedule } from "./schedule.ts";
import { ONCE_FAILED } from "./seeds.ts";
import { shrink } from "./shrink.ts";
import { drawSize, SIZES, type Size } from "./sizes.ts";

/**
 * Plays the whole system in virtual time: `--schedules 10000`, from `--first 1` or from a number made of `--base` (a
 * commit's hash, so that every commit tries others); `--seed 7` plays that one alone and prints all that happens in it.
 * `--size large` (or `small`) plays them in that size, whichever theirs is.
 * Every 100th is played twice, and must leave the same trace. Exits with 1 when anything is wrong; the first
 * failures are shrunk to the faults that matter. `--stop` ends with the first failure.
 */
const { values } = parseArgs({
  options: {
    schedules: { type: "string", default: "1000" },
    first: { type: "string", default: "1" },
    base: { type: "string" },
    seed: { type: "string" },
    size: { type: "string" },
    stop: { type: "boolean", default: false },
  },
});
const TWICE_EVERY = 100;
const TOLD_EVERY = 500;
const SHRUNK = 3;
/** What an event leaves behind dies young: in a larger space more of it is dead when it is looked through. */
const YOUNG_SPACE = ["--min-semi-space-size=128", "--max-semi-space-size=128"];
/** Most errors are answers that were expected; `--seed` shows those that were not in full. */
const SHORT_TRACES = "--stack-trace-limit=3";
const PROBLEMS_SHOWN = 6;
const LOG_SHOWN = 40;

// Before there are several processes that would each make it.
if ((await bundlePrevious()) === undefined)
  console.log(
    `Git does not have ${PREVIOUS_COMMIT}: the present version takes the place of the previous one.`,
  );
process.exitCode = (await (values.seed === undefined ? playMany() : playOne(Number(values.seed)))) ? 0 : 1;

async function playOne(seed: number): Promise<boolean> {
  const schedule = drawSchedule(seed, sizeOf(seed));
  console.log(JSON.stringify(schedule, undefined, 2));
  const outcome = await play(schedule, { isLogged: true });
  for (const line of outcome.log) console.log(line);
  for (const fault of outcome.faults) console.log(`fault: ${fault}`);
  for (const problem of outcome.problems) console.log(`WRONG: ${problem}`);
  console.log(`${outcome.events} events, ${outcome.messages} messages, trace ${outcome.hash}`);
  if (outcome.problems.length > 0) await tellShrunk(outcome);
  return outcome.problems.length === 0;
}

async function playMany(): Promise<boolean> {
  const startedMs = performance.now();
  const fresh = newSeeds().map((seed) => ({ seed, size: sizeOf(seed) }));
  const tasks = [...ONCE_FAILED.map(({ seed, size }) => ({ seed, size })), ...fresh];
  const outcomes = await playAll(tasks.map((task, n) => ({ ...task, isTwice: n % TWICE_EVERY === 0 })));
  const failed = outcomes.filter(({ problems }) => problems.length > 0);
  for (const outcome of failed.slice(0, values.stop ? 0 : SHRUNK)) await tellShrunk(outcome);
  const sum = (figure: (outcome: Outcome) => number) => outcomes.reduce((all, one) => all + figure(one), 0);
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  console.log(
    `${outcomes.length - failed.length} of ${outcomes.length} schedules ended with the truth, in ${seconds} s: ` +
      `${sum(({ events }) => events)} events, ${sum(({ faults }) => faults.length)} faults, ` +
      `${sum(({ messages }) => messages)} messages, ${sum(({ lost }) => lost)} with a report lost and repaired; ` +
      `hash of all: ${hashOf(outcomes)}`,
  );
  return failed.length === 0;
}

function sizeOf(seed: number): Size {
  if (values.size === undefined) return drawSize(seed);
  const size = SIZES.find((known) => known === values.size);
  if (!size) throw new Error(`there is no size ${values.size}`);
  return size;
}

function newSeeds(): number[] {
  const first = values.base === undefined ? Number(values.first) : seedFrom(values.base);
  return Array.from({ length: Number(values.schedules) }, (_, n) => first + n);
}

function seedFrom(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE() >>> 1;
}

/** The same on every machine, for the same schedules. */
function hashOf(outcomes: readonly Outcome[]): string {
  const hash = createHash("sha256");
  for (const outcome of outcomes.toSorted((a, b) => a.seed - b.seed)) hash.update(outcome.hash);
  return hash.digest("hex").slice(0, 16);
}

/** In as many processes as there are cores. */
async function playAll(tasks: readonly Task[]): Promise<Outcome[]> {
  const waiting = [...tasks];
  const outcomes: Outcome[] = [];
  const isOver = () => values.stop && outcomes.some(({ problems }) => problems.length > 0);
  await Promise.all(
    Array.from({ length: Math.min(availableParallelism(), tasks.length) }, async () => {
      const runner = fork(new URL("runner.ts", import.meta.url), {
        stdio: ["ignore", "inherit", "inherit", "ipc"],
        execArgv: [...process.execArgv, ...YOUNG_SPACE, SHORT_TRACES],
      });
      const death = new AbortController();
      runner.once("exit", () => death.abort(new Error("a runner ended by itself")));
      for (let task = waiting.shift(); task && !isOver(); task = waiting.shift()) {
        runner.send(task);
        const [outcome] = (await once(runner, "message", { signal: death.signal })) as [Outcome];
        outcomes.push(outcome);
        tell(outcome);
        if (outcomes.length % TOLD_EVERY === 0) console.log(`${outcomes.length} of ${tasks.length} played`);
      }
      runner.disconnect();
    }),
  );
  return outcomes;
}

function tell({ seed, size, problems }: Outcome): void {
  if (problems.length === 0) return;
  console.log(`FAILED: seed ${seed}. Alone: npm run test:simulation -- --seed ${seed} --size ${size}`);
  for (const problem of problems.slice(0, PROBLEMS_SHOWN)) console.log(`  ${problem.slice(0, 600)}`);
}

async function tellShrunk(failed: Outcome): Promise<void> {
  const { seed, problems, faults, log } = await shrink(drawSchedule(failed.seed, failed.size), failed);
  console.log(`Seed ${seed} with ${faults.length} of its ${failed.faults.length} faults:`);
  for (const fault of faults) console.log(`  fault: ${fault}`);
  for (const problem of problems.slice(0, PROBLEMS_SHOWN)) console.log(`  WRONG: ${problem.slice(0, 600)}`);
  for (const line of linesOf(log)) console.log(`  ${line}`);
}

/** Of the log what tells the story: requests to Infobip, runs, faults and kills. */
function linesOf(log: readonly string[]): string[] {
  const telling = log.filter((line) => /asks \/|begins|ends|killed|freezes|\(\w+\)$/.test(line));
  return telling.slice(0, LOG_SHOWN);
}
