import fc from "fast-check";
import { expect, test } from "vitest";
import { addCubes, cubeOf } from "../../lib/statistics/cube.ts";
import { decodeCube, encodeCube } from "../../lib/statistics/cube-codec.ts";
import { addDecimals, parseDecimal, printDecimal, ZERO } from "../../lib/statistics/decimal.ts";
import {
  bucketArray,
  latencyBucketOf,
  percentileOf,
  TIME_TO_DELIVER,
  timeToDeliver,
  withinFive,
} from "../../lib/statistics/latency.ts";
import { seriesOf } from "../../lib/statistics/series.ts";
import { decodeSeries, encodeSeries } from "../../lib/statistics/series-codec.ts";
import { Random } from "../archive/search/random.ts";
import { randomReport } from "./histories.ts";
import { plainPercentile } from "./plain.ts";

const HOUR_MS = Date.parse("2026-11-22T10:00:00Z");

const records = fc.integer({ min: 1, max: 1e6 }).map((seed) => {
  const random = new Random(seed);
  return Array.from({ length: random.below(60) }, (_, n) =>
    randomReport(random, `m${"x".repeat(random.below(5))}${n}`, HOUR_MS + random.below(3_600_000)),
  );
});

test("cubes add up to the same bytes in any order and grouping", () => {
  fc.assert(
    fc.property(records, records, records, (a, b, c) => {
      const [x, y, z] = [cubeOf(a), cubeOf(b), cubeOf(c)];
      const whole = encodeCube(cubeOf([...c, ...b, ...a]));
      expect(encodeCube(addCubes(addCubes(x, y), z))).toEqual(whole);
      expect(encodeCube(addCubes(x, addCubes(z, y)))).toEqual(whole);
      expect(encodeCube(addCubes(z, x, y))).toEqual(whole);
    }),
    { numRuns: 40 },
  );
});

test("a cube and a series are read as they were written", () => {
  fc.assert(
    fc.property(records, (all) => {
      const cube = cubeOf(all);
      expect(decodeCube(encodeCube(cube))).toEqual(cube);
      const series = seriesOf(all, HOUR_MS);
      const read = decodeSeries(encodeSeries(series), HOUR_MS);
      expect(Object.fromEntries(read.segments)).toEqual(Object.fromEntries(series.segments));
      expect(read.stepMs).toBe(series.stepMs);
    }),
    { numRuns: 60 },
  );
});

test("nothing in a cube names a recipient, a text or a message", () => {
  const record = { ...randomReport(new Random(1), "secret-id", HOUR_MS), to: "41790001122", text: "hush" };
  const text = JSON.stringify([...decodeCube(encodeCube(cubeOf([record]))).values()], (_key, value) =>
    typeof value === "bigint" ? String(value) : value,
  );
  for (const secret of ["secret-id", "41790001122", "hush"]) expect(text).not.toContain(secret);
});

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 0, max: 15 }))
  .map(([units, scale]) => ({ units, scale }));

test("decimals are exact: sums of their units at one scale, in any order", () => {
  const at15 = ({ units, scale }: { units: bigint; scale: number }) => units * 10n ** BigInt(15 - scale);
  fc.assert(
    fc.property(fc.array(decimal, { maxLength: 12 }), (all) => {
      const sum = all.reduce(addDecimals, ZERO);
      expect(at15(sum)).toBe(all.reduce((total, one) => total + at15(one), 0n));
      expect([...all].reverse().reduce(addDecimals, ZERO)).toEqual(sum);
      expect(parseDecimal(printDecimal(sum))).toEqual(sum);
    }),
  );
  expect(
    printDecimal(
      addDecimals(...([parseDecimal("0.0100"), parseDecimal("1e-2")] as [typeof ZERO, typeof ZERO])),
    ),
  ).toBe("0.02");
  expect(parseDecimal("1e999")).toBeUndefined();
});

test("percentiles are within 2 %, and exact below 50 ms; nothing takes less than nothing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: -10, max: 60 }), fc.integer({ min: 0, max: 4e8 })), {
        minLength: 1,
        maxLength: 80,
      }),
      fc.constantFrom(0.01, 0.5, 0.9, 0.95, 0.99, 1),
      (took, share) => {
        const times = new Map<number, number>();
        for (const ms of took) times.set(latencyBucketOf(ms), (times.get(latencyBucketOf(ms)) ?? 0) + 1);
        const exact =
          plainPercentile(
            took.map((ms) => Math.max(0, ms)),
            share,
          ) ?? Number.NaN;
        const told = percentileOf(bucketArray(times), share) ?? Number.NaN;
        expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact < 50 ? 0 : exact * 0.02);
        expect(withinFive(bucketArray(times))).toBe(took.filter((ms) => ms <= 5_000).length);
      },
    ),
  );
  expect(percentileOf(bucketArray([]), 0.5)).toBeUndefined();
});

test("Infobip's time buckets begin exactly where they say", () => {
  for (const [n, [name, fromMs]] of TIME_TO_DELIVER.entries()) {
    expect(timeToDeliver(latencyBucketOf(fromMs))).toBe(name);
    const [before] = TIME_TO_DELIVER[n - 1] ?? [];
    if (before) expect(timeToDeliver(latencyBucketOf(fromMs - 1))).toBe(before);
  }
  expect(timeToDeliver(latencyBucketOf(1e12))).toBe("DAYS_3");
});
