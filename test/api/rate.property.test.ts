import fc from "fast-check";
import { expect, test } from "vitest";
import { RateLimiter } from "../../lib/api/rate.ts";
import { openTable } from "../archive/table.ts";

/** Fewer than this is a rounding of the database's decimals. */
const TINY = 1e-6;

/** In every stretch of time, at most the burst and what the rate gives in it. */
function expectWithin(takenAtMs: readonly number[], perMinute: number, burst: number): void {
  takenAtMs.forEach((start, i) => {
    takenAtMs.slice(i).forEach((end, n) => {
      expect(n + 1).toBeLessThanOrEqual(burst + ((end - start) * perMinute) / 60_000 + TINY);
    });
  });
}

test("never more than burst and rate allow in any window, however many Lambdas ask at once", async () => {
  await using table = await openTable();
  const lambdas = Array.from({ length: 4 }, () => new RateLimiter(table.db));
  let client = 0;
  const waves = fc.array(fc.record({ afterMs: fc.nat(3_000), requests: fc.integer({ min: 1, max: 8 }) }), {
    maxLength: 6,
  });
  const rate = fc.record({
    perMinute: fc.integer({ min: 7, max: 900 }),
    burst: fc.integer({ min: 1, max: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(rate, waves, async ({ perMinute, burst }, plan) => {
      const name = `client ${client++}`;
      const takenAtMs: number[] = [];
      let nowMs = 1_800_000_000_000;
      for (const [wave, { afterMs, requests }] of plan.entries()) {
        nowMs += afterMs;
        const waits = await Promise.all(
          Array.from({ length: requests }, async (_, n) => {
            const allowance = await lambdas[n % 4]?.take(name, { perMinute, burst }, nowMs);
            return allowance?.waitMs;
          }),
        );
        takenAtMs.push(...waits.filter((wait) => wait === undefined).map(() => nowMs));
        // It is no stricter either: whoever has not asked for long gets the whole burst.
        if (wave === 0) expect(takenAtMs).toHaveLength(Math.min(requests, burst));
      }
      expectWithin(takenAtMs, perMinute, burst);
    }),
    { numRuns: 15 },
  );
});

test("the time to wait is enough, and not a millisecond too long", async () => {
  await using table = await openTable();
  const limiter = new RateLimiter(table.db);
  const rate = { perMinute: 7, burst: 2 };
  const startMs = 1_800_000_000_000;
  const take = async (client: string, nowMs: number) => (await limiter.take(client, rate, nowMs)).waitMs;
  expect(await take("a", startMs)).toBeUndefined();
  expect(await take("a", startMs)).toBeUndefined();
  const waitMs = (await take("a", startMs)) ?? 0;
  expect(waitMs).toBe(Math.ceil(60_000 / 7));
  expect(await take("a", startMs + waitMs - 1)).toBe(1);
  expect(await take("a", startMs + waitMs)).toBeUndefined();
  // Another client is not held back by it, and after a long silence the burst is whole again, not larger.
  expect(await take("b", startMs)).toBeUndefined();
  const later = startMs + 86_400_000;
  const waits = [];
  for (let n = 0; n < 3; n++) waits.push(await take("a", later));
  expect(waits.map((wait) => wait === undefined)).toEqual([true, true, false]);
});
