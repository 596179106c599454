import { expect, test } from "vitest";
import { play } from "./play.ts";
import { drawSchedule } from "./schedule.ts";
import { ONCE_FAILED } from "./seeds.ts";

/** CI plays a thousand others by `npm run test:simulation`. */
const SEEDS = Array.from({ length: 8 }, (_, n) => 1 + n);

test.for([...ONCE_FAILED.map(({ seed }) => seed), ...SEEDS])("seed %i ends with the truth", async (seed) => {
  const { problems } = await play(drawSchedule(seed));
  expect(problems).toEqual([]);
});

test.for([3, 8])("seed %i leaves the same trace when it is played again", async (seed) => {
  const once = await play(drawSchedule(seed));
  const again = await play(drawSchedule(seed), { isLogged: true });
  expect(again.hash).toBe(once.hash);
});

test("the faults of one process do not move when another has more to do", async () => {
  const schedule = drawSchedule(8);
  const few = await play(schedule);
  const many = await play({ ...schedule, messages: schedule.messages + 40 });
  const ofEarlyCalls = (faults: readonly string[]) =>
    faults.filter((fault) => /^\w+-1 infobip 1:/.test(fault));
  expect(ofEarlyCalls(many.faults)).toEqual(ofEarlyCalls(few.faults));
});

test("a fault that is left out is left out, and the others stay", async () => {
  const schedule = drawSchedule(16);
  const all = await play(schedule);
  const [first] = all.faults;
  expect(first).toBeDefined();
  const without = await play(schedule, { without: new Set([first ?? ""]) });
  expect(without.faults).not.toContain(first);
});
