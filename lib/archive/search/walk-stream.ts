import { UNDELIVERED } from "../apart.ts";
import { ALL_DAY, blockPrefix, CLASSES } from "../block.ts";
import { DAY_MS, dayStart } from "../keys.ts";
import type { Front } from "./front.ts";
import type { Stretch } from "./plan.ts";
import type { Reach } from "./reach.ts";

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
  newestMs: number;
  limit: number;
  /** How many blocks are asked for first; `usual` are enough where they are full. */
  readonly first: (usual: number, wanted: number) => number;
  /** The ranges right behind this one, read by the same request as long as that does not end before them. */
  others: readonly WalkStream[];
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
      ...{ boundMs: fromMs, blocks: 0, records: 0, newestMs: -Infinity, limit: 0, others: [] },
    };
    // Pages are appended by slots, so what spans more has been settled, and is not needed before.
    if (name === ALL_DAY && isFresh)
      return {
        ...stream,
        boundMs: Math.min(fromMs, Math.max(front.settledUntilMs, dayStart(day))),
        first: (usual: number) => Math.ceil(usual * LONG_SHARE) + FORMAT,
      };
    return {
      ...stream,
      ...(fromMs > startMs ? { within: blockPrefix(name, startMs) } : {}),
      first: (usual: number, wanted: number) => {
        if (!isFresh) return Math.ceil(usual * (SETTLED_SHARES.get(name) ?? 1));
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
  const isSettledToo = front.settledUntilMs >= dayStart(day);
  if (isFresh && isSettledToo && (front.freshRecords > 0 || !front.isDense)) return streams;
  const first = () => (isFresh ? FRESH_JOINED : JOINED);
  return [minutes, slots, joined(long, [undelivered], first)];
}

/** Adjacent ranges as one. */
function joined(range: WalkStream, others: readonly WalkStream[], first: WalkStream["first"]): WalkStream {
  const boundMs = Math.max(range.boundMs, ...others.map(({ boundMs }) => boundMs));
  return { ...range, until: others.at(-1)?.until ?? range.until, boundMs, first, others };
}

/**
 * How many blocks hold so many records of the newest, where each pull brings what was sent within a minute, and what is
 * settled is full.
 */
function blocksFor(wanted: number, { perMinute, freshRecords }: Front): number {
  const fresh = Math.min(wanted, freshRecords);
  const each = Number.isFinite(perMinute) ? Math.max(1, Math.min(RECORDS, perMinute)) : UNKNOWN_EACH;
  return Math.ceil(fresh / each + (wanted - fresh) / RECORDS);
}

/**
 * How many blocks to ask for: as many as would yield all that is wanted, or, if that is less, as lie before the moment to be reached.
 * If they turn out to contain little, four times as many each time: later ones may be full.
 */
export function limitOf(stream: WalkStream, { wanted, reachMs }: Reach): number | undefined {
  if (!Number.isFinite(wanted)) return undefined;
  const isFirst = stream.limit === 0;
  const each = stream.blocks === 0 ? RECORDS : Math.min(RECORDS, stream.records / stream.blocks);
  const spare = wanted > MOST_EXACT ? 1 : 0;
  const least = Math.ceil(Math.min(wanted, LARGEST_LIMIT * RECORDS) / RECORDS) + spare;
  const twice = each <= SMALL ? 2 : 1;
  const enough = Math.ceil((twice * wanted) / Math.max(1, each)) + spare;
  stream.limit = Math.min(enough, Math.max(least, MORE * stream.limit));
  if (isFirst) stream.limit = stream.first(stream.limit, wanted);
  const limit = isFirst ? stream.limit : Math.min(stream.limit, blocksUntil(reachMs, stream));
  return limit > LARGEST_LIMIT ? undefined : limit;
}

/** How many blocks of a class there are until this moment, if they are as far apart as those that have been read. */
function blocksUntil(reachMs: number, { blocks, newestMs, boundMs }: WalkStream): number {
  if (reachMs === Infinity || blocks < 2 || newestMs <= boundMs) return Infinity;
  return Math.ceil((MARGIN * blocks * Math.max(0, boundMs - reachMs)) / (newestMs - boundMs)) + 1;
}

/** The class of most blocks that a pull of a minute brings. */
const PULLED = "a";
/** With three times as many each time, a walk would take more than six rounds if reports arrive one by one. */
const MORE = 4;
/** Another round costs more than some blocks that are not wanted. */
const MARGIN = 1.25;
/** About so many records are in a full block; and in one of a pull, where nothing has been settled that tells. */
const RECORDS = 40;
const UNKNOWN_EACH = 4;
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
  [UNDELIVERED, 4],
]);
/** The share of blocks that span hours, beside the others of a day. */
const LONG_SHARE = 0.2;
/** What a day's blocks are stands before these (day-format.ts). */
const FORMAT = 1;
/**
 * Where all is settled and blocks are full, those of the first two classes are among each other, and there are few others. More of a class
 * are read once it is known how far apart they are.
 */
const SETTLED_SHARES: ReadonlyMap<string, number> = new Map([
  [PULLED, 0.6],
  ["b", 0.6],
  [ALL_DAY, LONG_SHARE],
  [UNDELIVERED, 0.1],
]);
/** Blocks that span hours are far from the newest, unless nearly all blocks do. */
const JOINED = 2;
/** If there are probably none of these: the day's format, and the first blocks of the next class. */
const FRESH_JOINED = 4;
/** A block for traffic that was not even, and the day's format. */
const SPARE = 2;
/** Past this, a limit would only cut DynamoDB's own pages of 1 MB short. */
const LARGEST_LIMIT = 200;
