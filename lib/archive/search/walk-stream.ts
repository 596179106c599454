/** A class of a day's blocks while it is read, newest first. */
export interface WalkStream {
  from: string;
  until: string;
  /** Every block that is still unread is at most as new as this. */
  boundMs: number;
  /** What has been read of it so far, and how many blocks were asked for last. */
  blocks: number;
  records: number;
  limit: number;
  /** The range right behind this one, read by the same requests as long as that costs nothing. */
  next?: WalkStream | undefined;
}

/** How many blocks to ask for; where they turn out to hold little, thrice as many each time: those further on may be full. */
export function limitOf(stream: WalkStream, wanted: number): number | undefined {
  const each = stream.blocks === 0 ? RECORDS : Math.min(RECORDS, stream.records / stream.blocks);
  const spare = wanted > MOST_EXACT ? 1 : 0;
  const least = Math.ceil(Math.min(wanted, LARGEST_LIMIT * RECORDS) / RECORDS) + spare;
  const enough = Math.ceil(wanted / Math.max(1, each)) + spare;
  stream.limit = Math.min(enough, Math.max(least, MORE * stream.limit));
  if (stream.next) stream.limit = Math.min(stream.limit, LONG_BLOCKS);
  return stream.limit > LARGEST_LIMIT ? undefined : stream.limit;
}

/** Twice as many each time would take more than six rounds where reports come one by one. */
const MORE = 3;
/** About so many records are in a full block. */
const RECORDS = 40;
/** For so few records a block in vain, of each class, costs more than another round of the class that lacks one. */
const MOST_EXACT = 100;
/** Blocks that span hours are far from the newest, except where nearly all do. */
const LONG_BLOCKS = 2;
/** Past this, a limit would only cut DynamoDB's own pages of 1 MB short. */
const LARGEST_LIMIT = 200;

/** Two ranges, the second right behind the first, as one. */
export function joined(first: WalkStream, next: WalkStream): WalkStream {
  return { ...first, until: next.until, boundMs: Math.max(first.boundMs, next.boundMs), next };
}
