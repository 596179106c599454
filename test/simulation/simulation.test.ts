import { expect, test } from "vitest";
import { DATABASE_FAULTS, UPSTREAM_FAULTS } from "./faults.ts";
import { play } from "./play.ts";
import { drawSchedule } from "./schedule.ts";
import { ONCE_FAILED } from "./seeds.ts";
import { drawSize } from "./sizes.ts";

/** CI plays thousands of others by `npm run test:simulation`. */
const SEEDS = (["large", "small"] as const).flatMap((size) =>
  Array.from({ length: 8 }, (_, n) => ({ seed: 1 + n, size })),
);

test.for([...ONCE_FAILED, ...SEEDS])("seed $seed, $size, ends with the truth", async ({ seed, size }) => {
  const { problems } = await play(drawSchedule(seed, size));
  expect(problems).toEqual([]);
});

test.for([3, 8])("seed %i leaves the same trace when it is played again", async (seed) => {
  const once = await play(drawSchedule(seed, "large"));
  const again = await play(drawSchedule(seed, "large"), { isLogged: true });
  expect(again.hash).toBe(once.hash);
});

test("most schedules are small, some are large or bursts, and the same goes wrong in all of them", () => {
  const sizes = Array.from({ length: 20_000 }, (_, seed) => drawSize(seed));
  const share = (wanted: string) => sizes.filter((size) => size === wanted).length / sizes.length;
  const drawn = Array.from({ length: 2_000 }, (_, seed) => drawSchedule(seed));
  expect(share("large")).toBeCloseTo(0.015, 2);
  expect(share("burst")).toBeCloseTo(0.001, 3);
  for (const { seed, shares, beginsCalm, readers, pushed, deployment } of drawn) {
    const large = drawSchedule(seed, "large");
    expect(large).toMatchObject({ shares, beginsCalm, readers, pushed });
    expect(large.deployment.map(({ previous }) => previous)).toEqual(
      deployment.map(({ previous }) => previous),
    );
  }
  const kinds = [...DATABASE_FAULTS, ...UPSTREAM_FAULTS];
  const small = drawn.filter(({ size }) => size === "small");
  const struck = small.flatMap(({ shares }) => [...shares.databaseKinds, ...shares.upstreamKinds]);
  expect([...new Set(struck)].toSorted()).toEqual([...new Set(kinds)].toSorted());
});

test("the faults of one process do not move when another has more to do", async () => {
  const schedule = drawSchedule(8, "large");
  const few = await play(schedule);
  const many = await play({ ...schedule, messages: schedule.messages + 40 });
  const ofEarlyCalls = (faults: readonly string[]) =>
    faults.filter((fault) => /^\w+-1 infobip 1:/.test(fault));
  expect(ofEarlyCalls(many.faults)).toEqual(ofEarlyCalls(few.faults));
});

test("a fault that is left out is left out, and the others stay", async () => {
  const schedule = drawSchedule(16, "large");
  const all = await play(schedule);
  const [first] = all.faults;
  expect(first).toBeDefined();
  const without = await play(schedule, { without: new Set([first ?? ""]) });
  expect(without.faults).not.toContain(first);
});
