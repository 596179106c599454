import type { Item } from "../store/codec.ts";
import { ATTRIBUTES, compareOrder } from "../store/keys.ts";
import { justAfter, type Range } from "./plan.ts";
import type { Budget, Partition, Reader } from "./reader.ts";

/** Partitions that hold records of the same stretch of the order, to be merged into one sequence. */
export interface Segment {
  readonly partitions: readonly Partition[];
  readonly range: Range;
}

/** How much of what a query read so far it could use. */
export interface Tally {
  evaluated: number;
  matched: number;
}

export interface Collected {
  /** Matching items in order, at most as many as were wanted. */
  readonly items: readonly Item[];
  /** Where to go on from: everything before it has been considered. Undefined: the segment is at its end. */
  readonly rest?: Range;
}

export interface CollectOptions {
  readonly reader: Reader;
  readonly budget: Budget;
  readonly tally: Tally;
  readonly isMatch: (item: Item) => boolean;
  /** Asked before more is read: is it no use to go on like this? */
  readonly isToStop?: () => boolean;
  /** At most so many items are evaluated at a time. */
  readonly mostEvaluated?: () => number;
}

interface Stream {
  readonly partition: Partition;
  rest: Range | undefined;
  items: readonly Item[];
  at: number;
}

/**
 * Merges the partitions of a segment, newest first, until there are `wanted` items, or the budget is spent. Reads once
 * in any case, so that who goes on from `rest` gets further, however small the budget is.
 */
export async function collect(segment: Segment, wanted: number, options: CollectOptions): Promise<Collected> {
  const streams = segment.partitions.map(
    (partition): Stream => ({ partition, rest: segment.range, items: [], at: 0 }),
  );
  const items: Item[] = [];
  let hasRead = false;
  for (;;) {
    const dry = streams.filter((stream) => stream.at >= stream.items.length && stream.rest);
    if (dry.length > 0) {
      if (hasRead && (options.budget.isSpent() || options.isToStop?.()))
        return stopped(streams, items, segment, wanted);
      const limit = chunkSize(wanted - items.length, streams.length, options);
      await Promise.all(dry.map((stream) => refill(stream, limit, options)));
      hasRead = true;
      continue;
    }
    const next = foremost(streams);
    if (!next) return { items };
    items.push(next);
    if (items.length >= wanted)
      return { items, rest: { from: justAfter(orderOf(next)), until: segment.range.until } };
  }
}

/** Reads the next chunk of a stream. */
async function refill(stream: Stream, limit: number | undefined, options: CollectOptions): Promise<void> {
  if (!stream.rest) return;
  const { items, evaluated, rest } = await options.reader.query(stream.partition, stream.rest, limit);
  stream.items = items.filter(options.isMatch);
  stream.at = 0;
  stream.rest = rest;
  options.tally.evaluated += evaluated;
  options.tally.matched += stream.items.length;
}

/**
 * Gives what is certain when reading stops early: everything up to where the least advanced stream has read, be it one
 * that still has items to give.
 */
function stopped(streams: Stream[], items: Item[], segment: Segment, wanted: number): Collected {
  const from = streams
    .flatMap(({ rest }) => (rest ? [rest.from] : []))
    .reduce((a, b) => (compareOrder(a, b) < 0 ? a : b));
  for (let next = foremost(streams, from); next && items.length < wanted; next = foremost(streams, from)) {
    items.push(next);
  }
  const last = items.at(-1);
  const isFull = items.length >= wanted && last;
  return { items, rest: { from: isFull ? justAfter(orderOf(last)) : from, until: segment.range.until } };
}

/** Takes the first item of all streams, if it comes before `until`. */
function foremost(streams: Stream[], until?: string): Item | undefined {
  let first: Stream | undefined;
  for (const stream of streams) {
    const item = stream.items[stream.at];
    if (!item || (until !== undefined && compareOrder(orderOf(item), until) >= 0)) continue;
    const best = first?.items[first.at];
    if (!best || compareOrder(orderOf(item), orderOf(best)) < 0) first = stream;
  }
  return first?.items[first.at++];
}

export function orderOf(item: Item): string {
  return String(item[ATTRIBUTES.order]);
}

/** Past this, a limit would only cut DynamoDB's own pages of 1 MB short. */
const LARGEST_LIMIT = 4_000;
/** A few more where only a part can be used, or several streams share, since that is never spread evenly. */
const MARGIN = 1.15;

/** How many items to evaluate in each stream, by how much of what was read could be used so far. */
function chunkSize(
  wanted: number,
  streams: number,
  { tally, mostEvaluated }: CollectOptions,
): number | undefined {
  const used = tally.evaluated > 0 ? Math.max(tally.matched / tally.evaluated, 0.001) : 1;
  const margin = used === 1 && streams === 1 ? 1 : MARGIN;
  const each = Math.ceil((wanted / used / streams) * margin) + (streams > 1 ? 2 : 0);
  const limit = Math.min(each, Math.ceil((mostEvaluated?.() ?? Infinity) / streams));
  return limit > LARGEST_LIMIT ? undefined : limit;
}
