import fc from "fast-check";
import { expect, test } from "vitest";
import { type RestOfDay, reachesOf } from "../../../lib/archive/search/reach.ts";

const DAY_MS = 86_400_000;

/** The rest of a day at whose end nothing has been read. */
const day = (n: number, perMs: number, heldMs: readonly number[] = []): RestOfDay => ({
  ...{ frontierMs: (n + 1) * DAY_MS, endMs: n * DAY_MS, heldMs, perMs },
});

test("a day is read as far as it should yield what is wanted", () => {
  expect(reachesOf([day(5, 1_000 / DAY_MS)], 250)).toEqual([{ wanted: 250, reachMs: 5.75 * DAY_MS }]);
});

test("what has been read already tells how far more is needed", () => {
  const heldMs = [5.9, 5.8, 5.2].map((days) => days * DAY_MS);
  expect(reachesOf([day(5, 1 / DAY_MS, heldMs)], 2)).toEqual([{ wanted: 2, reachMs: 5.8 * DAY_MS }]);
});

test("days are read at once until they should hold what is wanted, each for what those before it are not sure to hold", () => {
  const days = [day(5, 100 / DAY_MS), day(4, 100 / DAY_MS), day(3, 100 / DAY_MS)];
  const reaches = reachesOf(days, 150);
  expect(reaches).toEqual([
    { wanted: 150, reachMs: -Infinity },
    { wanted: 75, reachMs: 4.5 * DAY_MS },
  ]);
});

test("a day of which nothing is known is read from its newest message on, and none behind it", () => {
  expect(reachesOf([day(5, Infinity), day(4, 1)], 50)).toEqual([{ wanted: 50, reachMs: Infinity }]);
});

test("something is always wanted of the newest day, and no moment is unknown", () => {
  const rest = fc
    .record({
      frontierMs: fc.integer({ min: -10, max: 100 }),
      endMs: fc.constantFrom(-1e6, 0, 50, 100),
      held: fc.array(fc.integer({ min: -10, max: 100 })),
      perMs: fc.constantFrom(0, 0.01, 1, 1e9, Infinity),
    })
    .map(({ held, ...others }): RestOfDay => ({ ...others, heldMs: held.toSorted((a, b) => b - a) }));
  fc.assert(
    fc.property(fc.array(rest, { minLength: 1 }), fc.constantFrom(1, 2, 50, 1_001, 1e12), (days, wanted) => {
      const reaches = reachesOf(days, wanted);
      expect(reaches.length).toBeGreaterThan(0);
      expect(reaches.length).toBeLessThanOrEqual(days.length);
      expect(reaches[0]?.wanted).toBe(wanted);
      for (const one of reaches) {
        expect(one.wanted).toBeGreaterThanOrEqual(1);
        expect(one.reachMs).not.toBeNaN();
      }
    }),
  );
});
