import fc from "fast-check";
import { expect, test } from "vitest";
import { persist, waitAfter } from "../../../functions/commands/patience.ts";
import { TemporaryError } from "../../../functions/commands/remote.ts";

const chance = fc.double({ min: 0, max: 1, noNaN: true });

test("no wait is shorter than Retry-After, or without it longer than half a minute", () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 20 }),
      fc.option(fc.nat({ max: 600_000 }), { nil: undefined }),
      chance,
      (n, asked, random) => {
        const ms = waitAfter(n, asked, () => random);
        if (asked === undefined) expect(ms).toBeLessThanOrEqual(30_000);
        expect(ms).toBeGreaterThanOrEqual(asked ?? 250);
      },
    ),
  );
});

test("a fault that lasts ends the patience, and is told", async () => {
  let asked = 0;
  const told: string[] = [];
  const ask = async () => {
    asked++;
    throw new TemporaryError("503 Service Unavailable: ");
  };
  const patience = {
    mostAttempts: 10,
    random: () => 0,
    wait: async () => {},
    onFault: (message: string) => told.push(message),
  };
  await expect(persist(ask, false, patience)).rejects.toThrow("503");
  expect(asked).toBe(10);
  expect(told).toHaveLength(9);
  await expect(persist(ask, true, patience)).rejects.toThrow("503");
  expect(asked).toBe(11);
});
