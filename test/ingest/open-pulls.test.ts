import { expect, test } from "vitest";
import { beginSweep, countRun, endSweep, partSettled, type SeenPulls } from "../../lib/ingest/open-pulls.ts";
import { NOON } from "../message/records.ts";

const MINUTE_MS = 60_000;
const PULL = "sms 1";

/** So many runs of the reconciler, so far apart, each of which finds these pulls open. */
function seenIn(runs: number, everyMs: number, names = [PULL]): SeenPulls {
  let seen: SeenPulls = {};
  for (let n = 0; n < runs; n++) seen = countRun(seen, names, NOON + n * everyMs);
  return seen;
}

const settledBy = (seen: SeenPulls) => partSettled(seen).settled;

test.for([
  { runs: 1, everyMs: MINUTE_MS, settled: [] },
  { runs: 2, everyMs: 5 * MINUTE_MS, settled: [] },
  { runs: 3, everyMs: MINUTE_MS, settled: [] },
  { runs: 3, everyMs: 2 * MINUTE_MS, settled: [PULL] },
])(
  "a sweep that begins with sight $runs, $everyMs ms apart, settles $settled",
  ({ runs, everyMs, settled }) => {
    const atMs = NOON + (runs - 1) * everyMs;
    const swept = beginSweep(seenIn(runs, everyMs), atMs);
    expect(settledBy(endSweep(swept ?? {}, atMs))).toEqual(settled);
  },
);

test("a sweep neither settles nor counts for a pull that was first seen while it was under way", () => {
  const atMs = NOON + 4 * MINUTE_MS;
  const swept = beginSweep(seenIn(3, 2 * MINUTE_MS), atMs) ?? {};
  const later = countRun(swept, [PULL, "sms 2"], atMs + MINUTE_MS);
  const ended = endSweep(later, atMs);
  expect(settledBy(ended)).toEqual([PULL]);
  expect(ended["sms 2"]?.sweptMs).toBeUndefined();
});

test("the end of one sweep is not that of another that has begun meanwhile", () => {
  const atMs = NOON + 4 * MINUTE_MS;
  const again = beginSweep(beginSweep(seenIn(3, 2 * MINUTE_MS), atMs) ?? {}, atMs + MINUTE_MS) ?? {};
  expect(settledBy(endSweep(again, atMs))).toEqual([]);
  expect(settledBy(endSweep(again, atMs + MINUTE_MS))).toEqual([PULL]);
});

test("after an outage those that come on and on do not take the place of those that are about to be settled", () => {
  const before = Array.from({ length: 1_000 }, (_, n) => `sms ${n}`);
  const later = Array.from({ length: 1_000 }, (_, n) => `a-source-before ${n}`);
  const seen = countRun(seenIn(3, 2 * MINUTE_MS, before), [...later, ...before], NOON + 6 * MINUTE_MS);
  expect(Object.keys(seen)).toEqual(before);
  // Those have to wait, and are not forgotten: their turn comes once the others are settled.
  expect(Object.keys(countRun({}, later, NOON))).toEqual(later);
});
