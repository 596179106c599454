import type { Cube } from "../cube.ts";
import { bucketArray, percentileOf, type Times } from "../latency.ts";
import { countsOf, segmentsOf } from "./live.ts";
import { type Baseline, baselineOf } from "./past.ts";
import { HOUR_MS, MINUTE_MS, type PastHour } from "./past-hours.ts";
import { nameOf, type Segment } from "./segment.ts";
import type { AlertSettings } from "./settings.ts";
import type { Incident } from "./watch-state.ts";

/**
 * How far back usual values are learned from. How long messages take changes sooner, so that has a history of its own.
 */
export const HISTORY_MS = 28 * 24 * HOUR_MS;
const TIMES_MS = 7 * 24 * HOUR_MS;
/** With fewer messages in all, nothing is usual for a segment. */
const LEAST_MESSAGES = 100;
/** The most segments (of about 60 bytes each) in the item with the usual values of an hour. */
const MOST_SEGMENTS = 2_000;
const LONGEST_WAIT_MS = 30 * MINUTE_MS;
const USUAL_SHARE = 0.9;

interface Learned {
  readonly segment: Segment;
  readonly hours: PastHour[];
  readonly times: Map<number, number>;
}

/** Learns usual values from one hour's cube after the other. Hours with an open incident are left out. */
export class Learning {
  readonly #all = new Map<string, Learned>();
  readonly #untilMs: number;
  readonly #incidents: readonly Incident[];

  constructor(untilMs: number, incidents: readonly Incident[]) {
    this.#untilMs = untilMs;
    this.#incidents = incidents;
  }

  add(hourMs: number, cube: Cube): void {
    for (const { segment, counts } of countsOf(cube)) {
      const learned = this.#of(segment);
      if (hourMs < this.#begunMs(segment)) continue;
      learned.hours.push({ hourMs, counts, isSpoiled: this.#isSpoiled(segment, hourMs) });
    }
    if (hourMs < this.#untilMs - TIMES_MS) return;
    for (const cell of cube.values())
      for (const segment of segmentsOf(cell)) addTimes(this.#of(segment).times, cell.times);
  }

  /** The segments about which enough is known; if there are very many, the largest. */
  baselines({ historyDays }: AlertSettings): { segment: Segment; baseline: Baseline }[] {
    const largest = [...this.#all.values()]
      .map((learned) => ({ learned, sent: learned.hours.reduce((sum, { counts }) => sum + counts.sent, 0) }))
      .sort((a, b) => b.sent - a.sent)
      .slice(0, MOST_SEGMENTS)
      .map(({ learned }) => learned);
    return largest.flatMap(({ segment, hours, times }) => {
      const { channel } = segment;
      const options = { channel, historyDays, waitMs: waitOf(times), untilMs: this.#untilMs };
      const baseline = baselineOf(hours, { ...options, leastMessages: LEAST_MESSAGES });
      return baseline ? [{ segment, baseline }] : [];
    });
  }

  #of(segment: Segment): Learned {
    const name = nameOf(segment);
    const found = this.#all.get(name) ?? { segment, hours: [], times: new Map() };
    this.#all.set(name, found);
    return found;
  }

  /** If an incident has become the new normal, the history begins with it. */
  #begunMs(segment: Segment): number {
    const ends = this.#concerning(segment).filter(({ closedBecause }) => closedBecause === "USUAL_NOW");
    return Math.max(0, ...ends.map(({ openedMs }) => openedMs));
  }

  #isSpoiled(segment: Segment, hourMs: number): boolean {
    return this.#concerning(segment).some(
      ({ closedBecause, sinceMs, closedMs = this.#untilMs }) =>
        closedBecause !== "USUAL_NOW" && sinceMs < hourMs + HOUR_MS && closedMs >= hourMs,
    );
  }

  #concerning(segment: Segment): Incident[] {
    const names = [nameOf(segment), segment.channel];
    return this.#incidents.filter((incident) =>
      [incident.segment, ...incident.also].some((one) => names.includes(nameOf(one))),
    );
  }
}

function addTimes(sum: Map<number, number>, times: Times): void {
  for (const [bucket, n] of times) sum.set(bucket, (sum.get(bucket) ?? 0) + n);
}

/** Nine in ten messages have a final status within this time, in whole minutes. */
function waitOf(times: Times): number {
  const ms = percentileOf(bucketArray(times), USUAL_SHARE) ?? LONGEST_WAIT_MS;
  return Math.min(LONGEST_WAIT_MS, Math.max(1, Math.ceil(ms / MINUTE_MS)) * MINUTE_MS);
}
