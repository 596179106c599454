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
  /** How many blocks are asked for first; `usual` are enough where they are full. */
  readonly first: (usual: number, wanted: number) => number;
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
        first: () => 1,
      };
    return {
      ...stream,
      ...(fromMs > startMs ? { within: blockPrefix(name, startMs) } : {}),
      first: (usual: number, wanted: number) => {
        if (!isFresh) return usual;
        // Blocks are full then, and one more tells that nothing is between.
        if (front.freshRecords === 0) return name === PULLED ? usual + 1 : usual;
        const enough = Math.max(usual, FEWEST_FRESH.get(name) ?? 0);
        return name === PULLED ? Math.max(enough, Math.min(MORE * usual, blocksFor(wanted, front))) : enough;
      },
    };
  }).filter(({ from, until }) => from <= until);
  const [minutes, slots, long, undelivered] = streams;
  const isWhole = startMs === lastMs && firstMs <= dayStart(day);
  if (!minutes || !slots || !long || !undelivered || !isWhole) return streams;
  // One class is read down to its oldest block, and the next from its newest, so they form one range.
  if (!isFresh && !front.isDense) {
    const first = (usual: number) => Math.min(usual + 1, Math.ceil(front.settledBlocks) + SPARE);
    return [joined(minutes, [slots, long, undelivered], first)];
  }
  if (isFresh && !front.isDense && front.settledUntilMs >= dayStart(day)) return streams;
  const first = () => (isFresh ? FRESH_JOINED : JOINED);
  return [minutes, slots, joined(long, [undelivered], first)];
}

/** Adjacent ranges as one. */
function joined(range: WalkStream, others: readonly WalkStream[], first: WalkStream["first"]): WalkStream {
  const [next, ...rest] = others;
  if (!next) return range;
  const behind = joined(next, rest, first);
  const boundMs = Math.max(range.boundMs, behind.boundMs);
  return { ...range, until: behind.until, boundMs, first, next: behind };
}

/**
 * How many blocks hold so many records of the newest, where each pull brings what was sent within a minute, and what is
 * settled is full.
 */
function blocksFor(wanted: number, { perMinute, freshRecords }: Front): number {
  const fresh = Math.min(wanted, freshRecords);
  return Math.ceil(fresh / Math.max(1, Math.min(RECORDS, perMinute)) + (wanted - fresh) / RECORDS);
}

/**
 * How many blocks to ask for. If they turn out to contain little, four times as many each time: later ones may be
 * full.
 */
export function limitOf(stream: WalkStream, wanted: number): number | undefined {
  const isFirst = stream.limit === 0;
  const each = stream.blocks === 0 ? RECORDS : Math.min(RECORDS, stream.records / stream.blocks);
  const spare = wanted > MOST_EXACT ? 1 : 0;
  const least = Math.ceil(Math.min(wanted, LARGEST_LIMIT * RECORDS) / RECORDS) + spare;
  const twice = each <= SMALL ? 2 : 1;
  const enough = Math.ceil((twice * wanted) / Math.max(1, each)) + spare;
  stream.limit = Math.min(enough, Math.max(least, MORE * stream.limit));
  if (isFirst) stream.limit = stream.first(stream.limit, wanted);
  return stream.limit > LARGEST_LIMIT ? undefined : stream.limit;
}

/** The class of most blocks that a pull of a minute brings. */
const PULLED = "a";
/** With three times as many each time, a walk would take more than six rounds if reports arrive one by one. */
const MORE = 4;
/** About so many records are in a full block. */
const RECORDS = 40;
/**
 * Blocks of so few records are of single pulls, and what they tell is told once more by a block of the logs. Sixteen of them cost
 * as much as one that is full.
 */
const SMALL = 4;
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
  [PULLED, 4],
  ["b", 3],
  [UNDELIVERED, 2],
]);
/** Blocks that span hours are far from the newest, unless nearly all blocks do. */
const JOINED = 2;
/** If there are probably none of these: the day's format, and the first blocks of the next class. */
const FRESH_JOINED = 4;
/** A block for traffic that was not even, and the day's format. */
const SPARE = 2;
/** Past this, a limit would only cut DynamoDB's own pages of 1 MB short. */
const LARGEST_LIMIT = 200;
