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
  /** How many blocks more than seem enough are asked for if few records are wanted. */
  spare: number;
  /** The range right behind this one, read by the same requests as long as that costs nothing. */
  next?: WalkStream | undefined;
}

/**
 * How many blocks to ask for. If they turn out to contain little, four times as many each time: later ones may be
 * full.
 */
export function limitOf(stream: WalkStream, wanted: number): number | undefined {
  const each = stream.blocks === 0 ? RECORDS : Math.min(RECORDS, stream.records / stream.blocks);
  const spare = wanted > MOST_EXACT ? 1 : stream.spare;
  const least = Math.ceil(Math.min(wanted, LARGEST_LIMIT * RECORDS) / RECORDS) + spare;
  const enough = Math.ceil(wanted / Math.max(1, each)) + spare;
  stream.limit = Math.min(enough, Math.max(least, MORE * stream.limit));
  if (stream.next) stream.limit = Math.min(stream.limit, LONG_BLOCKS);
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
 * Blocks that are not settled are so small that some more of them cost less than the round that lacked one: by class, how many
 * more. Those of a minute hold what one pull brought; those of ten also what the logs told.
 */
export const FRESH_SPARE: ReadonlyMap<string, number> = new Map([
  ["a", 1],
  ["b", 2],
]);
/** Blocks that span hours are far from the newest, unless nearly all blocks do. */
const LONG_BLOCKS = 2;
/** Past this, a limit would only cut DynamoDB's own pages of 1 MB short. */
const LARGEST_LIMIT = 200;

/** Two adjacent ranges as one. */
export function joined(first: WalkStream, next: WalkStream): WalkStream {
  return { ...first, until: next.until, boundMs: Math.max(first.boundMs, next.boundMs), next };
}
