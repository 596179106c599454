import { describe, expect, it } from "vitest";
import { type Counts, NO_COUNTS } from "../../../lib/statistics/alerts/counts.ts";
import { type Baseline, baselineOf } from "../../../lib/statistics/alerts/past.ts";
import { HOUR_MS, MINUTE_MS } from "../../../lib/statistics/alerts/past-hours.ts";
import { type Bin, recentOf } from "../../../lib/statistics/alerts/recent.ts";
import { judge } from "../../../lib/statistics/alerts/rules.ts";
import { DEFAULT_SETTINGS } from "../../../lib/statistics/alerts/settings.ts";

const NOW = 40 * 24 * HOUR_MS;

const failing = (sent: number, failed: number, slow = 0): Counts => ({
  ...NO_COUNTS,
  ...{ sent, failed, slow, delivered: sent - failed },
});

/** What is usual after four weeks; `counts` by the number of hours ago, from 1 on. */
function usual(counts: (hoursAgo: number) => Counts): Baseline {
  const history = Array.from({ length: 28 * 24 }, (_, n) => ({
    hourMs: NOW - (n + 1) * HOUR_MS,
    counts: counts(n + 1),
  }));
  const options = { channel: "SMS", waitMs: MINUTE_MS, untilMs: NOW, historyDays: 7, leastMessages: 100 };
  return baselineOf(history, options) as Baseline;
}

/** The kinds of incident that the newest messages are, by the number of minutes ago. */
function found(baseline: Baseline, minutes: readonly [ago: number, counts: Counts][]): string[] {
  const bins = minutes.map(([ago, counts]): Bin => ({ fromMs: NOW - ago * MINUTE_MS, counts }));
  const situation = { channel: "SMS", recent: recentOf(bins), baseline, nowMs: NOW, sinceMs: 0 };
  return judge(situation, DEFAULT_SETTINGS)
    .filter(({ firing }) => (firing?.chance ?? 1) < DEFAULT_SETTINGS.mostChance)
    .map(({ kind }) => kind);
}

describe("what is usual", () => {
  it("has no scatter from the hours in which campaigns begin and end", () => {
    const baseline = usual((ago) => {
      if (ago % 50 === 10) return failing(400, 120);
      return ago % 50 === 11 ? failing(55, 20) : failing(50, 2 + (ago % 2));
    });
    expect(baseline.at(NOW).shares.DELIVERY.scatter.clump).toBeLessThan(0.03);
  });

  it("has no scatter from a few hours of trouble that nobody told", () => {
    const baseline = usual((ago) => (ago % 150 === 10 ? failing(50, 25) : failing(50, 2 + (ago % 2))));
    expect(baseline.at(NOW).shares.DELIVERY.scatter.clump).toBeLessThan(0.03);
  });

  it("has the scatter of clumps that come every day", () => {
    const baseline = usual((ago) => (ago % 13 === 0 ? failing(50, 13) : failing(50, 2)));
    expect(baseline.at(NOW).shares.DELIVERY.scatter.clump).toBeGreaterThan(0.2);
  });
});

describe("no incident", () => {
  it("is in a few messages that are pending, where slow ones are usual and failed ones are not", () => {
    const baseline = usual((ago) => failing(100, ago % 20 === 0 ? 1 : 0, 4));
    const pending: Counts = { ...NO_COUNTS, sent: 1, slow: 1 };
    const minutes = Array.from({ length: 9 }, (_, n): [number, Counts] => [
      7 + 3 * n,
      n % 2 === 0 ? pending : failing(1, 0),
    ]);
    expect(found(baseline, minutes)).toEqual([]);
    expect(
      found(
        baseline,
        minutes.map(([ago]) => [ago, pending] as [number, Counts]),
      ),
    ).not.toEqual([]);
  });

  it("is in the last minutes of a campaign to a dead list, which the last hour shows", () => {
    const baseline = usual(() => failing(68, 4));
    const minutes = Array.from({ length: 50 }, (_, n): [number, Counts] => [
      n + 2,
      n < 10 ? failing(2, 1 + (n === 0 ? 1 : 0)) : failing(4, 1 + (n % 2)),
    ]);
    expect(found(baseline, minutes)).toEqual([]);
    // The same without a campaign before.
    expect(found(baseline, minutes.slice(0, 10))).toEqual(["DELIVERY"]);
  });
});

it("is an incident where messages are sent in every other week of an hour, too", () => {
  const baseline = usual((ago) =>
    (Math.floor((ago - 1) / 168) + ago) % 2 === 0 ? failing(40, 2) : NO_COUNTS,
  );
  const minutes = Array.from({ length: 40 }, (_, n): [number, Counts] => [n + 2, failing(1, n % 2)]);
  expect(found(baseline, minutes)).toEqual(["DELIVERY"]);
});
