import type { Cell, Cube } from "../cube.ts";
import { printDecimal } from "../decimal.ts";
import { longerThan } from "../latency.ts";
import { outcomeOf, type Series, segmentOf } from "../series.ts";
import { addCounts, type Counts, NO_COUNTS, SLOW_MS } from "./counts.ts";
import { type Bin, type RecentHours, recentOf } from "./recent.ts";
import { nameOf, type Segment } from "./segment.ts";

/** The segment for its key in the series; undefined if it has neither a network nor a sender. */
function segmentOfSeries(key: string): Segment | undefined {
  const { kind, channel, value } = segmentOf(key);
  if (kind === "channel") return { channel };
  if (value === "") return undefined;
  return kind === "network" ? { channel, network: value } : { channel, sender: value };
}

/** The segments that a message with these values belongs to. */
export function segmentsOf(of: { channel: string; network: string; sender: string }): Segment[] {
  const { channel, network, sender } = of;
  return [
    { channel },
    ...(network === "" ? [] : [{ channel, network }]),
    ...(sender === "" ? [] : [{ channel, sender }]),
  ];
}

export interface LiveSegment {
  readonly segment: Segment;
  readonly recent: RecentHours;
}

/** The newest hours of every segment: counts by minute, and spend by hour. */
export function liveSegments(
  series: Iterable<Series>,
  cubes: ReadonlyMap<number, Cube>,
  nowMs: number,
): LiveSegment[] {
  const all = new Map<string, { segment: Segment; bins: Bin[] }>();
  const binsOf = (segment: Segment) => {
    const name = nameOf(segment);
    const found = all.get(name) ?? { segment, bins: [] };
    all.set(name, found);
    return found.bins;
  };
  for (const { startMs, stepMs, segments } of series) {
    for (const [key, steps] of segments) {
      const segment = segmentOfSeries(key);
      if (!segment) continue;
      const bins = binsOf(segment);
      for (const [n, counts] of steps.entries()) {
        if (!counts) continue;
        const fromMs = startMs + n * stepMs;
        const isOld = nowMs - (fromMs + stepMs) >= SLOW_MS;
        const { sent, rejected, delivered, failed } = counts;
        const slow = isOld ? counts.slow + counts.pending : 0;
        bins.push({ fromMs, counts: { sent, rejected, delivered, failed, slow, spend: {} } });
      }
    }
  }
  for (const [hourMs, cube] of cubes) {
    for (const { segment, counts } of countsOf(cube)) {
      // An hour's own bin only has its spend, since its messages are in the minutes.
      binsOf(segment).push({ fromMs: hourMs, counts: { ...NO_COUNTS, spend: counts.spend } });
    }
  }
  return [...all.values()].map(({ segment, bins }) => ({ segment, recent: recentOf(bins) }));
}

/** What an hour's cube tells about every segment. Messages still pending in an hour that is over are slow. */
export function countsOf(cube: Cube): { segment: Segment; counts: Counts }[] {
  const all = new Map<string, { segment: Segment; counts: Counts }>();
  for (const cell of cube.values()) {
    const outcome = outcomeOf(cell.group);
    const one: Counts = {
      ...{ sent: cell.messages, rejected: 0, delivered: 0, failed: 0 },
      ...(outcome === "pending" ? {} : { [outcome]: cell.messages }),
      slow: outcome === "pending" ? cell.messages : longerThan(cell.times, SLOW_MS),
      spend: moneyOf(cell),
    };
    for (const segment of segmentsOf(cell)) {
      const before = all.get(nameOf(segment))?.counts ?? NO_COUNTS;
      all.set(nameOf(segment), { segment, counts: addCounts(before, one) });
    }
  }
  return [...all.values()];
}

/** What messages cost: the last digit does not matter in a comparison with another hour. */
function moneyOf({ currency, priceOfParts }: Cell): Record<string, number> {
  const amount = Number(printDecimal(priceOfParts));
  return amount === 0 || currency === "" ? {} : { [currency]: amount };
}
