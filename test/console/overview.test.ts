import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countsOf, rowsOf, spentOf } from "../../lib/console/views/overview/figures.ts";
import {
  before,
  pointsOf,
  STEP_MS,
  type Stretch,
  stretchOf,
  termsOf,
} from "../../lib/console/views/overview/range.ts";
import { pathOf, scaleOf } from "../../lib/console/widgets/chart-scale.ts";
import { writePercent } from "../../lib/console/widgets/numbers.ts";

const NOW_MS = Date.parse("2026-11-25T12:34:56Z");

describe("the time of the overview", () => {
  it.each([
    ["1h", "2026-11-25T11:35:00.000Z", "2026-11-25T12:35:00.000Z", "MINUTE", 60],
    ["24h", "2026-11-24T13:00:00.000Z", "2026-11-25T13:00:00.000Z", "HOUR", 24],
    ["7d", "2026-11-18T13:00:00.000Z", "2026-11-25T13:00:00.000Z", "HOUR", 168],
    ["30d", "2026-10-26T13:00:00.000Z", "2026-11-25T13:00:00.000Z", "DAY", 31],
    [
      "2026-11-20T08:00Z/2026-11-20T09:30Z",
      "2026-11-20T08:00:00.000Z",
      "2026-11-20T09:30:00.000Z",
      "MINUTE",
      90,
    ],
  ])("%s", (range, since, until, step, points) => {
    const stretch = stretchOf(range, NOW_MS);
    expect(stretch).toEqual({ sinceMs: Date.parse(since), untilMs: Date.parse(until), step });
    expect(stretch && pointsOf(stretch)).toHaveLength(points);
  });

  it("leaves out nothing of what it is asked for, at any minute of a day", () => {
    const midnightMs = new Date(2026, 10, 25).getTime();
    const [minuteMs, utcMs] = [60_000, Date.parse("2026-11-25T00:00Z")];
    for (let minute = 0; minute < 1_440; minute++) {
      const length = minute * minuteMs;
      expectToHold(stretchOf("today", midnightMs + length), midnightMs, midnightMs + length);
      if (minute === 0) continue;
      const range = `2026-11-25T00:00Z/${new Date(utcMs + length).toISOString()}`;
      expectToHold(stretchOf(range, NOW_MS), utcMs, utcMs + length);
      const fromThen = `${new Date(utcMs + length).toISOString()}/2026-11-26T00:00Z`;
      expectToHold(stretchOf(fromThen, NOW_MS), utcMs + length, utcMs + 1_440 * minuteMs);
    }
  });

  it("is none of what is none", () => {
    for (const range of ["", "soon", "2026-11-25/2026-11-24"])
      expect(stretchOf(range, NOW_MS)).toBeUndefined();
  });

  it("touches the time before and overlaps it nowhere", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 * 24 * 60 }), (minutes) => {
        const stretch = stretchOf(`${minutes}m`, NOW_MS);
        if (!stretch) throw new Error("a stretch");
        const earlier = before(stretch);
        expect(earlier.untilMs).toBe(stretch.sinceMs);
        expect(earlier.untilMs - earlier.sinceMs).toBe(stretch.untilMs - stretch.sinceMs);
        expect(pointsOf(stretch).length).toBeLessThanOrEqual(201);
        expect(pointsOf(stretch).every((ms) => ms % STEP_MS[stretch.step] === 0)).toBe(true);
      }),
    );
  });

  it("leads to its messages, and to no others", () => {
    expect(termsOf({ sinceMs: NOW_MS - 6_000, untilMs: NOW_MS }).map(({ value }) => value)).toEqual([
      "2026-11-25T12:34:50Z",
      "2026-11-25T12:34:55.999Z",
    ]);
  });
});

/** From the one moment to the other, and not a whole minute or hour more. */
function expectToHold(stretch: Stretch | undefined, sinceMs: number, untilMs: number): void {
  if (!stretch) throw new Error(`a stretch from ${sinceMs} to ${untilMs}`);
  const wholeMs = stretch.step === "MINUTE" ? STEP_MS.MINUTE : STEP_MS.HOUR;
  expect(stretch.sinceMs).toBe(Math.floor(sinceMs / wholeMs) * wholeMs);
  expect(stretch.untilMs).toBeGreaterThanOrEqual(untilMs);
  expect(stretch.untilMs - untilMs).toBeLessThanOrEqual(wholeMs);
  expect(stretch.untilMs).toBeGreaterThan(stretch.sinceMs);
}

describe("the numbers of the overview", () => {
  const answer = (rows: (string | number)[][]) => ({
    columns: [
      "CHANNEL_CODE",
      "CURRENCY",
      "TOTAL_SENT_TRAFFIC_COUNT",
      "DELIVERED_TRAFFIC_COUNT",
      "TRAFFIC_DELIVERY_RATE",
      "PRICE_TOTAL",
    ].map((columnName) => ({ columnName })),
    rows,
  });
  const rows = rowsOf(
    answer([
      ["SMS", "EUR", 100, 80, 0.9, 1.5],
      ["EMAIL", "N/A", 100, 80, 0.8, 0],
      ["SMS", "USD", 1, 1, "N/A", 0.25],
    ]),
  );

  it("add up counts, and no rates: the API has those of all channels", () => {
    expect(countsOf(rows)).toMatchObject({ sent: 201, delivered: 161, rate: undefined });
    expect(rows.map((row) => countsOf([row]).rate)).toEqual([0.9, 0.8, undefined]);
    expect(countsOf([]).rate).toBeUndefined();
  });

  it("never add two currencies", () => {
    expect(spentOf(rows)).toEqual([
      ["EUR", 1.5],
      ["USD", 0.25],
    ]);
  });

  it("never show as all what is not all", () => {
    expect([writePercent(1), writePercent(0.99999)]).toEqual(["100.0%", "99.9%"]);
  });
});

describe("the scale of a chart", () => {
  const values = fc.array(
    fc.integer({ min: 0, max: 1e9 }).map((value) => value / 1_000),
    { minLength: 1, maxLength: 20 },
  );
  it("holds every value, with a few round marks", () => {
    fc.assert(
      fc.property(values, (given) => {
        const { from, to, ticks } = scaleOf(given, 0, undefined);
        expect(given.every((value) => from <= value && value <= to * (1 + 1e-9))).toBe(true);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(8);
      }),
    );
  });

  it("breaks a line where there is no value, and shows one alone", () => {
    expect(
      pathOf([
        [0, 1],
        [1, 2],
        [2, undefined],
        [3, 4],
      ]),
    ).toBe("M0.0 1.0L1.0 2.0M0.0 4.0h6");
  });
});
