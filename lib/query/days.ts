import { exceptionPartition, timePartition } from "../store/keys.ts";
import {
  ANYTHING,
  childrenHolding,
  DENSE_TOKEN,
  isPair,
  letter,
  MORE_PAIRS,
  pairToken,
  QUARTER_MS,
  quarterOf,
  tokenOf,
  type Value,
  zoneKeys,
} from "../store/zones.ts";
import type { Segment } from "./collect.ts";
import { between, type Path, type Range } from "./plan.ts";
import type { Partition, Reader } from "./reader.ts";

type DaysPath = Extract<Path, { kind: "days" }>;

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Zones of so many hours are read at a time, once the first ones have shown that many are needed. */
const MOST_AT_ONCE = 8;

/** The months that hold anything, newest first, with the shards that their days are spread over. */
export class Months {
  readonly #shards = new Map<string, number[]>();

  /** `members`: of the zone of all months, such as "2026-11#0". */
  constructor(members: Iterable<string>) {
    for (const member of members) {
      const [month = "", shard] = member.split("#");
      this.#shards.set(month, [...(this.#shards.get(month) ?? []), Number(shard)]);
    }
  }

  newestFirst(): string[] {
    return [...this.#shards.keys()].sort().reverse();
  }

  shardsOf(month: string): readonly number[] {
    return this.#shards.get(month) ?? [];
  }

  /** Every shard that was ever in use. */
  allShards(): number[] {
    return [...new Set([...this.#shards.values()].flat())].sort((a, b) => a - b);
  }
}

/** The whole days of a range that hold anything, newest first. */
export async function* wholeDays(
  path: DaysPath,
  range: Range,
  months: Months,
  reader: Reader,
): AsyncGenerator<Segment> {
  for (const month of monthsWithin(months, range)) {
    const days = childrenHolding(await reader.zone(zoneKeys.days(month)), []);
    for (const day of dayOfMonth(month, days).sort().reverse()) {
      const part = between(range, dayStart(day), dayStart(day) + 24 * HOUR_MS);
      if (part) yield { partitions: partitionsOf(path, day, months.shardsOf(month)), range: part };
    }
  }
}

/** The stretches of a range that may hold all the values of the path, newest first, by the zone map. */
export async function* zones(
  path: DaysPath,
  range: Range,
  months: Months,
  reader: Reader,
): AsyncGenerator<Segment> {
  const tokens = path.values.map(tokenOf);
  for (const month of monthsWithin(months, range)) {
    const children = childrenHolding(await reader.zone(zoneKeys.values(month)), tokens);
    for (const day of dayOfMonth(month, children).sort().reverse()) {
      const part = between(range, dayStart(day), dayStart(day) + 24 * HOUR_MS);
      if (!part) continue;
      if (!(await canMeet(path.values, day, reader))) {
        // Nothing to read, but a day further: whoever walks can see the budget in between.
        yield { partitions: [], range: part };
        continue;
      }
      const partitions = partitionsOf(path, day, months.shardsOf(month));
      for await (const stretch of stretchesOfDay(path, tokens, day, part, reader)) {
        const within = between(part, stretch.startMs, stretch.endMs);
        if (within) yield { partitions, range: within };
      }
    }
  }
}

/** Do all these values meet, two by two, in records of this day? */
async function canMeet(values: readonly Value[], day: string, reader: Reader): Promise<boolean> {
  const pairs = values.flatMap((a, i) =>
    values
      .slice(i + 1)
      .filter((b) => isPair(a, b))
      .map((b) => pairToken(a, b)),
  );
  if (pairs.length === 0) return true;
  const present = await reader.zone(zoneKeys.pairs(day));
  const others = pairs.filter((pair) => !present.has(pair));
  if (others.length > 0 && !present.has(MORE_PAIRS)) return false;
  const found = others.map(async (pair) => {
    const more = await reader.zone(zoneKeys.morePairs(day, pair));
    return more.has(ANYTHING) || more.has(pair);
  });
  return (await Promise.all(found)).every(Boolean);
}

interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
}

/** The hours of a day that may hold all tokens, or only their minutes where an hour holds much else; newest first. */
async function* stretchesOfDay(
  path: DaysPath,
  tokens: string[],
  day: string,
  range: Range,
  reader: Reader,
): AsyncGenerator<Stretch> {
  const members = await reader.zone(zoneKeys.values(day));
  const hours = [...childrenHolding(members, tokens)]
    .map((hour) => ({ hour, startMs: dayStart(day) + hour * HOUR_MS }))
    .filter(({ startMs }) => between(range, startMs, startMs + HOUR_MS))
    .sort((a, b) => b.startMs - a.startMs);
  for (let at = 0, size = 1; at < hours.length; at += size, size = Math.min(MOST_AT_ONCE, size * 2)) {
    const batch = hours.slice(at, at + size).map(async ({ hour, startMs }) => {
      // The records of an exceptional status are few: their minutes would cost more to look up than to read.
      const isDense = path.group === undefined && members.has(letter(hour) + DENSE_TOKEN);
      return isDense ? minutesOf(startMs, tokens, range, reader) : [{ startMs, endMs: startMs + HOUR_MS }];
    });
    yield* joined((await Promise.all(batch)).flat());
  }
}

async function minutesOf(hourMs: number, tokens: string[], range: Range, reader: Reader): Promise<Stretch[]> {
  const quarters = [3, 2, 1, 0]
    .map((n) => hourMs + n * QUARTER_MS)
    .filter((startMs) => between(range, startMs, startMs + QUARTER_MS));
  const zones = await Promise.all(quarters.map((ms) => reader.zone(zoneKeys.values(quarterOf(ms)))));
  return zones
    .flatMap((members) => [...childrenHolding(members, tokens)])
    .sort((a, b) => b - a)
    .map((minute) => ({ startMs: hourMs + minute * MINUTE_MS, endMs: hourMs + (minute + 1) * MINUTE_MS }));
}

/** Joins stretches that touch: one query for both. */
function joined(newestFirst: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const stretch of newestFirst) {
    const newer = result.at(-1);
    if (newer?.startMs === stretch.endMs)
      result[result.length - 1] = { startMs: stretch.startMs, endMs: newer.endMs };
    else result.push(stretch);
  }
  return result;
}

function partitionsOf(path: DaysPath, day: string, shards: readonly number[]): Partition[] {
  const { group } = path;
  return shards.map((shard) =>
    group === undefined
      ? { index: "byTime", key: timePartition(day, shard) }
      : { index: "byException", key: exceptionPartition(group, day, shard) },
  );
}

function monthsWithin(months: Months, range: Range): string[] {
  return months.newestFirst().filter((month) => {
    const start = Date.parse(`${month}-01T00:00:00Z`);
    const next = new Date(start);
    next.setUTCMonth(next.getUTCMonth() + 1);
    return between(range, start, next.getTime());
  });
}

function dayOfMonth(month: string, days: ReadonlySet<number>): string[] {
  return [...days].map((day) => `${month}-${String(day).padStart(2, "0")}`);
}

function dayStart(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}
