import fc from "fast-check";
import { expect, test } from "vitest";
import { joinClosest, nextRecheck } from "../../lib/ingest/rechecks.ts";

const HOUR_MS = 3_600_000;
const window = fc
  .tuple(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: 50 }))
  .map(([sinceMs, lengthMs]) => ({ sinceMs, untilMs: sinceMs + lengthMs }));

test("fewer windows still hold all that the many held, oldest first and apart", () => {
  fc.assert(
    fc.property(fc.array(window), fc.integer({ min: 1, max: 8 }), (windows, most) => {
      const result = joinClosest(windows, most);
      expect(result.length).toBeLessThanOrEqual(most);
      for (const { sinceMs, untilMs } of windows)
        expect(result.some((one) => one.sinceMs <= sinceMs && untilMs <= one.untilMs)).toBe(true);
      const [first, ...rest] = result;
      rest.reduce((before, next) => {
        expect(next.sinceMs).toBeGreaterThan(before.untilMs);
        return next;
      }, first ?? { sinceMs: 0, untilMs: 0 });
    }),
  );
});

test("windows are joined only where there are too many of them", () => {
  fc.assert(
    fc.property(fc.array(window, { minLength: 1, maxLength: 5 }), (windows) => {
      const covered = (all: typeof windows, ms: number) =>
        all.some(({ sinceMs, untilMs }) => sinceMs <= ms && ms <= untilMs);
      const result = joinClosest(windows, 5);
      for (let ms = 0; ms <= 1_050; ms += 7)
        expect(covered(result, ms) === covered(windows, ms) || covered(windows, ms - 1)).toBe(true);
    }),
  );
});

test("the next look is within twice the wait, and never later than the last chance before the logs forget", () => {
  const nowMs = 100 * HOUR_MS;
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 48 * HOUR_MS }),
      fc.option(fc.integer({ min: 600_000, max: 40 * HOUR_MS }), { nil: undefined }),
      (ageMs, waitedMs) => {
        const sinceMs = nowMs - ageMs;
        const next = nextRecheck([{ sinceMs, untilMs: sinceMs }], waitedMs, nowMs, 10);
        expect(next?.nextMs).toBeGreaterThan(nowMs);
        expect(next?.nextMs).toBeLessThanOrEqual(nowMs + (next?.waitMs ?? 0));
        if (ageMs < 47 * HOUR_MS) expect(next?.nextMs).toBeLessThanOrEqual(sinceMs + 47 * HOUR_MS);
      },
    ),
  );
  expect(nextRecheck([], undefined, nowMs, 10)).toBeUndefined();
});
