import { describe, expect, it } from "vitest";
import { parseStatisticsRequest } from "../../../lib/api/statistics-request.ts";
import { binomialTail, designEffect, wilsonLower } from "../../../lib/statistics/alerts/bounds.ts";
import { type Counts, NO_COUNTS } from "../../../lib/statistics/alerts/counts.ts";
import { closedNotice, openedNotice } from "../../../lib/statistics/alerts/notice.ts";
import { type Baseline, baselineOf } from "../../../lib/statistics/alerts/past.ts";
import { HOUR_MS, MINUTE_MS } from "../../../lib/statistics/alerts/past-hours.ts";
import { type Bin, recentOf } from "../../../lib/statistics/alerts/recent.ts";
import { isMuted, type Segment } from "../../../lib/statistics/alerts/segment.ts";
import { DEFAULT_SETTINGS, STEP_MS } from "../../../lib/statistics/alerts/settings.ts";
import { step } from "../../../lib/statistics/alerts/watch.ts";
import { type Incident, NEW_WATCH, type Watch } from "../../../lib/statistics/alerts/watch-state.ts";
import { report } from "./model/report.ts";

const BEGIN = 40 * 24 * HOUR_MS;
const DOWN = BEGIN + 2 * HOUR_MS;
const counts = (sent: number, bad: number): Counts => ({
  ...NO_COUNTS,
  sent,
  delivered: sent - bad,
  failed: bad,
});

/** Twenty messages a minute, of which this share is bad while it is down, and one in twenty otherwise. */
function bins(perMinute: number, badWhileDown: number, hours = 6, downMs = HOUR_MS): Bin[] {
  return Array.from({ length: hours * 60 }, (_, n): Bin => {
    const fromMs = BEGIN - 2 * HOUR_MS + n * MINUTE_MS;
    const isDown = fromMs >= DOWN && fromMs < DOWN + downMs;
    const bad = isDown ? perMinute * badWhileDown : n % 20 === 0 ? perMinute : 0;
    return { fromMs, counts: counts(perMinute, Math.round(bad)) };
  });
}

/** What is usual: with a campaign to a dead list every other day, where it is asked for. */
function usual(perHour: number, hasCampaigns = false): Baseline | undefined {
  const history = Array.from({ length: 28 * 24 }, (_, n) => {
    const ofCampaign = hasCampaigns && n % 48 === 7 ? 7 * perHour : 0;
    return {
      hourMs: BEGIN - (n + 1) * HOUR_MS,
      counts: counts(perHour + ofCampaign, perHour / 20 + 0.55 * ofCampaign),
    };
  });
  return baselineOf(history, {
    ...{ channel: "SMS", waitMs: MINUTE_MS, untilMs: BEGIN, historyDays: 7, leastMessages: 100 },
  });
}

const whole: Segment = { channel: "SMS" };
const network = (name: string): Segment => ({ channel: "SMS", network: name });

interface Part {
  readonly segment: Segment;
  readonly bins: readonly Bin[];
  readonly perHour: number;
  readonly isNew?: boolean;
  readonly hasCampaigns?: boolean;
}

/** Every evaluation of four hours; twice, since repeating one must change nothing. */
function watch(parts: readonly Part[], mutes: readonly string[] = []) {
  const known = parts.map((part) => ({
    ...part,
    baseline: part.isNew ? undefined : usual(part.perHour, part.hasCampaigns),
  }));
  let state: Watch = NEW_WATCH;
  const [opened, closed]: [Incident[], Incident[]] = [[], []];
  for (let nowMs = BEGIN; nowMs < BEGIN + 4 * HOUR_MS; nowMs += STEP_MS) {
    const watched = known.map(({ segment, bins: all, baseline }) => ({
      ...{ segment, baseline },
      recent: recentOf(all.filter(({ fromMs }) => fromMs < nowMs)),
    }));
    const done = step(state, watched, nowMs, DEFAULT_SETTINGS, mutes);
    opened.push(...done.opened);
    closed.push(...done.closed);
    expect(step(done.watch, watched, nowMs + 1, DEFAULT_SETTINGS, mutes)).toEqual({
      ...{ watch: done.watch, opened: [], closed: [] },
    });
    state = done.watch;
  }
  return { opened, closed };
}

describe("the bounds", () => {
  it("are those of the books", () => {
    // Wilson's 95 % interval of 5 in 20 begins at 0.1119 (Brown, Cai and DasGupta 2001).
    expect(wilsonLower(5, 20, 1.96)).toBeCloseTo(0.1119, 3);
    // P(X ≥ 5) of 20 at 0.1 is 0.04317.
    expect(binomialTail(5, 20, 0.1)).toBeCloseTo(0.04317, 5);
    expect(binomialTail(30, 300, 0.1)).toBeCloseTo(0.5286, 2);
    expect(designEffect(100, 11, { clump: 0.1, long: 0 })).toBeCloseTo(2);
  });
});

describe("an incident", () => {
  it("is opened within a quarter of an hour, once, and closed when it is over", () => {
    const { opened, closed } = watch([{ segment: whole, bins: bins(20, 0.5), perHour: 1_200 }]);
    expect(opened.map(({ kind }) => kind)).toEqual(["DELIVERY"]);
    expect((opened[0]?.openedMs ?? 0) - DOWN).toBeLessThanOrEqual(15 * MINUTE_MS);
    expect(closed.map(({ closedBecause }) => closedBecause)).toEqual(["BACK"]);
  });

  it("is opened at the first look when chance as good as never does that", () => {
    const { opened } = watch([{ segment: whole, bins: bins(20, 1), perHour: 1_200 }]);
    expect(opened.map(({ openedMs }) => openedMs - DOWN)).toEqual([STEP_MS]);
  });

  it("is one of the channel when all of it is down, and one of the network when only that is", () => {
    const small = (name: string, bad: number) => ({
      segment: network(name),
      bins: bins(10, bad),
      perHour: 600,
    });
    const all = watch([
      { segment: whole, bins: bins(20, 0.9), perHour: 1_200 },
      small("1", 0.9),
      small("2", 0.9),
    ]);
    expect(all.opened.map(({ segment }) => segment)).toEqual([whole]);
    const one = watch([
      { segment: whole, bins: bins(20, 0.45), perHour: 1_200 },
      small("1", 0.9),
      small("2", 0),
    ]);
    expect(one.opened.map(({ segment }) => segment)).toEqual([network("1")]);
  });

  it("is seen where campaigns to dead lists are usual, and not in one more of these", () => {
    const part = { segment: whole, perHour: 1_200, hasCampaigns: true };
    const { opened } = watch([{ ...part, bins: bins(20, 0.3) }]);
    expect(opened.map(({ openedMs }) => openedMs - DOWN <= 20 * MINUTE_MS)).toEqual([true]);
    const campaign = bins(20, 0.05).map(({ fromMs, counts: usually }): Bin => {
      const isOn = fromMs >= DOWN && fromMs < DOWN + HOUR_MS;
      return { fromMs, counts: isOn ? counts(160, 1 + Math.round(0.55 * 140)) : usually };
    });
    expect(watch([{ ...part, bins: campaign }]).opened).toEqual([]);
  });

  it("is told of a new segment only when nothing at all arrives", () => {
    const part = { segment: whole, perHour: 1_200, isNew: true };
    expect(watch([{ ...part, bins: bins(20, 0.9) }]).opened).toEqual([]);
    const { opened, closed } = watch([{ ...part, bins: bins(20, 1) }]);
    expect([opened.length, closed.length]).toEqual([1, 1]);
  });

  it("is silence where reports were to be expected", () => {
    const all = bins(20, 0).filter(({ fromMs }) => fromMs < DOWN);
    expect(watch([{ segment: whole, bins: all, perHour: 1_200 }]).opened.map(({ kind }) => kind)).toEqual([
      "SILENCE",
    ]);
  });

  it("is not looked for where it is muted", () => {
    const parts = [{ segment: network("1"), bins: bins(20, 1), perHour: 1_200 }];
    expect(watch(parts, ["SMS network *"]).opened).toEqual([]);
    expect(isMuted(network("1"), ["SMS"])).toBe(true);
    expect(isMuted(network("1"), ["SMS sender *", "VIBER"])).toBe(false);
  });

  it("is over at once when it is muted", () => {
    const watched = [{ segment: network("1"), recent: recentOf(bins(20, 1)), baseline: usual(1_200) }];
    const nowMs = DOWN + HOUR_MS / 2;
    const { watch: before, opened } = step(NEW_WATCH, watched, nowMs, DEFAULT_SETTINGS);
    expect(opened).toHaveLength(1);
    const { watch: after, closed } = step(before, watched, nowMs + STEP_MS, DEFAULT_SETTINGS, ["SMS"]);
    expect(closed.map(({ closedBecause }) => closedBecause)).toEqual(["QUIET"]);
    expect(after.open).toEqual([]);
    expect(closedNotice(closed[0] as Incident, "archive", "").message).toContain("or it is muted");
  });

  it("is told with its numbers, its heading and links", () => {
    const { opened } = watch([{ segment: network("22801"), bins: bins(20, 0.5), perHour: 1_200 }]);
    const { subject, message } = openedNotice(opened[0] as Incident, "archive", "https://logs.example.com");
    expect(subject).toBe("archive: Fewer messages are delivered than usual: SMS network 22801");
    expect(message).toMatch(/^SMS, network 22801: [\d.]+ % of \d+ messages .* were delivered; 95 % is usual/);
    expect(message).toContain("https://logs.example.com/console\n");
    expect(message).toContain("networkIds=22801");
  });

  it("is told with a link that shows it, whenever that is opened", () => {
    const { opened, closed } = watch([{ segment: whole, bins: bins(20, 0.5), perHour: 1_200 }]);
    const periodIn = (message: string) => {
      const { search } = new URL(message.split("\n").findLast((line) => line.includes("statistics?")) ?? "");
      const request = { method: "GET", queryString: search.slice(1), body: "" };
      return parseStatisticsRequest(request, BEGIN + 90 * 24 * HOUR_MS).period;
    };
    const [first, last] = [opened[0] as Incident, closed[0] as Incident];
    const atOpening = periodIn(openedNotice(first, "archive", "https://logs.example.com").message);
    expect(atOpening.sinceMs).toBeLessThan(first.sinceMs);
    expect(atOpening.untilMs).toBe(first.openedMs);
    const long = { ...last, closedMs: last.openedMs + 30 * HOUR_MS };
    expect(periodIn(closedNotice(long, "archive", "https://logs.example.com").message)).toMatchObject({
      sinceMs: long.closedMs - 6 * HOUR_MS,
      untilMs: long.closedMs,
    });
  });
});

it("finds what it must in the model, and little else", () => {
  const lines: string[] = [];
  const size = { months: 1, troubles: 2, seed: 1, volumes: [10_000] };
  expect(
    report("plain", size, (line) => lines.push(line)),
    lines.join("\n"),
  ).toBe(true);
});
