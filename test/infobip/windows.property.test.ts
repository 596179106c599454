import fc from "fast-check";
import { expect, test } from "vitest";
import {
  after,
  nextWindow,
  type Stride,
  strideAfter,
  strideAfterFull,
  type Window,
} from "../../lib/infobip/windows.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import { aRecord, NOON } from "../message/records.ts";

const MOST = 1_000;
const REACH_MS = 48 * 3_600_000;

/** Send times, some far apart and some in crowds of a second or of one millisecond. */
const times = fc
  .array(
    fc.record({
      at: fc.integer({ min: 0, max: REACH_MS }),
      count: fc.constantFrom(1, 5, 400, 999, 1_000, 2_300),
      within: fc.constantFrom(0, 1, 3, 1_000, 3_600_000),
    }),
    { maxLength: 4 },
  )
  .map((crowds) =>
    crowds.flatMap(({ at, count, within }) =>
      Array.from({ length: count }, (_, n) => Math.min(REACH_MS, at + Math.floor((within * n) / count))),
    ),
  );

interface Read extends Window {
  readonly isFull: boolean;
}

/** Reads from 0 to REACH_MS as the reconciler does, from logs that hold messages of these times. */
function readAll(sent: readonly number[], isNewestFirst: boolean) {
  const sorted = [...sent].sort((a, b) => (isNewestFirst ? b - a : a - b));
  const read: Read[] = [];
  let stride: Stride = { lengthMs: REACH_MS };
  let requests = 0;
  for (let at = 0; at <= REACH_MS; ) {
    const window = nextWindow(at, REACH_MS, stride);
    expect(++requests).toBeLessThan(2_000);
    const held = sorted.filter((time) => time >= window.sinceMs && time <= window.untilMs).slice(0, MOST);
    const isFull = held.length >= MOST;
    if (isFull && window.untilMs > window.sinceMs) {
      const records = held.map((time) => aRecord({ sentAt: formatMoment(NOON + time) }));
      const moved = { sinceMs: NOON + window.sinceMs, untilMs: NOON + window.untilMs };
      const next = strideAfterFull(stride, moved, records);
      expect(Math.floor(next.lengthMs)).toBeLessThan(window.untilMs - window.sinceMs);
      stride = next;
      continue;
    }
    read.push({ ...window, isFull });
    stride = strideAfter(stride, window, held.length);
    at = after(window);
    if (window.untilMs >= REACH_MS) break;
  }
  return { read, requests };
}

test.each([true, false])(
  "every moment is read, each full window split to a millisecond; newest first: %s",
  (newestFirst) => {
    fc.assert(
      fc.property(times, (sent) => {
        const { read } = readAll(sent, newestFirst);
        expect(read[0]?.sinceMs).toBe(0);
        expect(read.at(-1)?.untilMs).toBe(REACH_MS);
        for (const [n, window] of read.entries()) {
          const last = read[n - 1];
          if (last)
            expect(window.sinceMs - last.untilMs).toBeLessThanOrEqual(last.untilMs > last.sinceMs ? 0 : 1);
          if (window.isFull) expect(window.untilMs).toBe(window.sinceMs);
        }
      }),
      { numRuns: 12 },
    );
  },
);

test("two quiet days cost one request", () => {
  expect(readAll([], true).requests).toBe(1);
});

test.each([3_000, 30_000])("a burst of %i at their end costs little more than it must", (count) => {
  const burst = Array.from({ length: count }, (_, n) => REACH_MS - n);
  expect(readAll(burst, true).requests).toBeLessThan((count / 600) * 1.5 + 15);
});
