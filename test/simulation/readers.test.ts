import { expect, test } from "vitest";
import { playReaders } from "./readers.ts";

const FIRST = Number(process.env.FIRST_SEED ?? 1);
const SCHEDULES = Number(process.env.SCHEDULES ?? 12);
const seeds = Array.from({ length: SCHEDULES }, (_, n) => FIRST + n);

test.each(seeds)(
  "five write and three clients read, seed %i",
  async (seed) => {
    const { truth, once, killed, acked } = await playReaders(seed);
    // Nobody died: each report exactly once, polls at once included.
    expect([...once].sort()).toEqual([...truth].sort());
    // Somebody died: at most once, or, acknowledging, at least once.
    expect(new Set(killed).size).toBe(killed.length);
    expect([...new Set(acked)].sort()).toEqual([...truth].sort());
  },
  60_000,
);

test("the same seed plays the same", async () => {
  const [one, other] = [await playReaders(7), await playReaders(7)];
  expect(one).toEqual(other);
});
