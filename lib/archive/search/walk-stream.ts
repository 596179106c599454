import { UNDELIVERED } from "../apart.ts";
import { ALL_DAY, blockPrefix, CLASSES } from "../block.ts";
import { DAY_MS, dayStart } from "../keys.ts";
import type { Front } from "./front.ts";
import type { Stretch } from "./plan.ts";

/** A class of a day's blocks that is being read, newest first. */
export interface WalkStream {
  from: string;
  until: string;
  /** Where the blocks begin that start within the range; those before it may reach into it. All of these are needed. */
  within?: string | undefined;
  /** Every block that is still unread is at most as new as this. */
  boundMs: number;
  /** What has been read of it so far, and how many blocks were asked for last. */
  blocks: number;
  records: number;
  limit: number;
  /** How many blocks are asked for first: exactly, or at the least. */
  readonly first: { readonly exactly: number } | { readonly least: number };
  /** The range right behind this one, read by the same requests as long as that costs nothing. */
  next?: WalkStream | undefined;
}

/** The classes of a day, from the end of a range on. */
export function streamsOf(day: string, { sinceMs, untilMs }: Stretch, front: Front): WalkStream[] {
  const lastMs = dayStart(day) + DAY_MS - 1;
  const startMs = Math.min(untilMs, lastMs);
  const firstMs = Math.max(sinceMs, dayStart(day) - DAY_MS);
  const isFresh = startMs > front.settledUntilMs;
  const streams = CLASSES.map(({ name, spanMs }) => {
    const fromMs = Math.min(startMs + spanMs, lastMs);
    const stream = {
      ...{ name, from: blockPrefix(name, fromMs), until: `${blockPrefix(name, firstMs)}~` },
      ...{ boundMs: fromMs, blocks: 0, records: 0, limit: 0 },
    };
    // Pages are appended by slots, so what spans more has been settled. What a day's blocks are is said before these
    // (day-format.ts), so that one of them is asked for all the same.
    if (name === ALL_DAY && isFresh)
      return {
        ...stream,
        boundMs: Math.min(fromMs, Math.max(front.settledUntilMs, dayStart(day))),
        first: { exactly: 1 },
      };
    return {
      ...stream,
      ...(fromMs > startMs ? { within: blockPrefix(name, startMs) } : {}),
      first: { least: isFresh ? (FEWEST_FRESH.get(name) ?? 0) : 0 },
    };
  }).filter(({ from, until }) => from <= until);
  const long = streams.find(({ name }) => name === ALL_DAY);
  const undelivered = streams.find(({ name }) => name === UNDELIVERED);
  const isWhole = startMs === lastMs && firstMs <= dayStart(day);
  if (!long || !undelivered || !isWhole || (isFresh && !front.isDense)) return streams;
  // One class is read down to its oldest block, and the next from its newest, so they form one range.
  const others = streams.filter((one) => one !== long && one !== undelivered);
  return [...others, joined(long, undelivered, isFresh ? FRESH_JOINED : JOINED)];
}

/** Two adjacent ranges as one. */
function joined(before: WalkStream, next: WalkStream, exactly: number): WalkStream {
  const boundMs = Math.max(before.boundMs, next.boundMs);
  return { ...before, until: next.until, boundMs, first: { exactly }, next };
}

/**
 * How many blocks to ask for. If they turn out to contain little, four times as many each time: later ones may be
 * full.
 */
export function limitOf(stream: WalkStream, wanted: number): number | undefined {
  const isFirst = stream.limit === 0;
  const { first } = stream;
  const each = stream.blocks === 0 ? RECORDS : Math.min(RECORDS, stream.records / stream.blocks);
  const spare = wanted > MOST_EXACT ? 1 : 0;
  const least = Math.ceil(Math.min(wanted, LARGEST_LIMIT * RECORDS) / RECORDS) + spare;
  const enough = Math.ceil(wanted / Math.max(1, each)) + spare;
  stream.limit = Math.min(enough, Math.max(least, MORE * stream.limit));
  if (isFirst) stream.limit = "exactly" in first ? first.exactly : Math.max(stream.limit, first.least);
  return stream.limit > LARGEST_LIMIT ? undefined : stream.limit;
}

/** With three times as many each time, a walk would take more than six rounds if reports arrive one by one. */
const MORE = 4;
/** About so many records are in a full block. */
const RECORDS = 40;
/**
 * If so few records are wanted, an unneeded block of each class costs more than another round for the class that lacks
 * one.
 */
const MOST_EXACT = 100;
/**
 * Blocks that are not settled are small: each pull of a minute makes one for each source, in the first class or the second by
 * whether it spans more than a minute. So at least so many are asked for, however few records are wanted: about those of the last minute
 * and one of the minute before, which tells that there is nothing between.
 */
const FEWEST_FRESH: ReadonlyMap<string, number> = new Map([
  ["a", 4],
  ["b", 3],
  [UNDELIVERED, 2],
]);
/** Blocks that span hours are far from the newest, unless nearly all blocks do. */
const JOINED = 2;
/** If there are probably none of these: the day's format, and the first blocks of the next class. */
const FRESH_JOINED = 4;
/** Past this, a limit would only cut DynamoDB's own pages of 1 MB short. */
const LARGEST_LIMIT = 200;
