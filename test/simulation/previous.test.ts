import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { play } from "./play.ts";
import { bundlePrevious, previousVersion } from "./previous.ts";
import { drawSchedule, type Schedule } from "./schedule.ts";
import { VERSION } from "./version.ts";

const MINUTE_MS = 60_000;
const isThere = (await bundlePrevious()) !== undefined;

/** Half of the runs are of the previous version, for some minutes in the middle. */
function deployed(seed: number): Schedule {
  const deployment = [
    { fromMs: 0, previous: 1_000 },
    { fromMs: MINUTE_MS, previous: 500 },
    { fromMs: 4 * MINUTE_MS, previous: 0 },
  ];
  return { ...drawSchedule(seed, "large"), rounds: 7, everyMs: MINUTE_MS, deployment };
}

test.skipIf(!isThere)("the previous version is code of its own", async () => {
  const previous = await previousVersion();
  for (const name of ["pullSource", "reconcile", "openStores", "search"] as const)
    expect(previous[name]).not.toBe(VERSION[name]);
});

test("where git does not have the commit there is none", async () => {
  expect(await bundlePrevious("0".repeat(40))).toBeUndefined();
});

test.for([7, 8, 15])(
  "seed %i, deployed while it goes on, ends with the truth, and twice alike",
  async (seed) => {
    const once = await play(deployed(seed), { isLogged: true });
    expect(once.problems).toEqual([]);
    expect((await play(deployed(seed))).hash).toBe(once.hash);
    const runs = once.log.filter((line) => / begins \w+ run /.test(line));
    const previous = runs.filter((line) => line.endsWith("of the previous version"));
    expect(previous.length).toBeGreaterThan(5);
    expect(runs.length - previous.length).toBeGreaterThan(5);
  },
);

test.skipIf(!isThere)("the previous version has no time and no chance but a process's own", async () => {
  const text = readFileSync((await bundlePrevious()) ?? "", "utf8");
  expect(
    text.match(/\b(Date\.now|Math\.random|performance\.now|randomUUID|randomBytes|node:timers)\b/g),
  ).toBeNull();
});
