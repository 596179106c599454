import pMap from "p-map";
import { DATABASE_CONCURRENCY, type Database } from "../runtime/dynamodb.ts";
import type { Item } from "../store/codec.ts";
import { ATTRIBUTES, bulkPartition, compareOrder, keyPart, recordPartition } from "../store/keys.ts";
import { zoneKeys } from "../store/zones.ts";
import { type Collected, type CollectOptions, collect, orderOf, type Segment } from "./collect.ts";
import { Months, wholeDays, zones } from "./days.ts";
import { type Filter, factsOfItem, holdsFields, matches } from "./filter.ts";
import { type Plan, plan, type Range } from "./plan.ts";
import { durationOf, Queue } from "./queue.ts";
import { Budget, Reader } from "./reader.ts";

export interface SearchLimits {
  /** Read units that one query may consume. */
  readonly units: number;
  /** Milliseconds that one query may take. */
  readonly timeoutMs: number;
}

export interface Found {
  /** Items of records that match, newest first, ties by messageId then channel. */
  readonly items: readonly Item[];
  /** The order key to go on after; undefined when there is no more. */
  readonly after?: string;
  /** Is this less than was asked for because the budget was spent? */
  readonly isIncomplete: boolean;
  readonly spentUnits: number;
}

/** Before the zone map is asked, so many of the newest records are tried: for a common value they are enough. */
const TRIAL = 64;
/** A trial in which fewer records than this can be used has failed. */
const WORTHWHILE = 0.25;
const MOST_SEGMENTS_AT_ONCE = 8;

/**
 * Finds the newest `limit` records that match a filter, after an order key if one is given. Reads as little as it can,
 * and stops where the limits are met: then it gives what it has, and where to go on.
 */
export async function search(
  db: Database,
  request: { filter: Filter; limit: number; after?: string },
  limits: SearchLimits,
  now: () => number,
): Promise<Found> {
  const { filter, limit, after } = request;
  const budget = new Budget(limits, now);
  const chosen = plan(filter, after);
  const nowMs = now();
  const reader = new Reader(db, budget, chosen.conditions, nowMs);
  const isMatch = (item: Item) =>
    Number(item[ATTRIBUTES.expiresAt]) * 1000 > nowMs &&
    matches(filter, factsOfItem(item)) &&
    holdsFields(filter, item);
  // One more than is wanted tells whether there is any more.
  const gather = new Gathering(limit + 1, { reader, budget, isMatch, tally: { evaluated: 0, matched: 0 } });
  if (chosen.range.from <= chosen.range.until) await walk(chosen, gather, reader);
  return gather.found(limit);
}

async function walk({ path, range }: Plan, gather: Gathering, reader: Reader): Promise<void> {
  if (path.kind === "messages") return gather.messages(path.messageIds, range);
  if (path.kind === "recipient") {
    return gather.one({ partitions: [{ index: "byRecipient", key: keyPart(path.to) }], range });
  }
  const months = new Months(await reader.zone(zoneKeys.months()));
  if (path.kind === "bulks") {
    const keys = path.bulkIds.flatMap((bulkId) =>
      months.allShards().map((shard) => bulkPartition(bulkId, shard)),
    );
    return gather.one({ partitions: keys.map((key) => ({ index: "byBulk", key }) as const), range });
  }
  const canNarrow = path.values.length > 0;
  const rest = await gather.trial(wholeDays(path, range, months, reader), range, canNarrow);
  if (rest) await gather.all(zones(path, rest, months, reader));
}

/** The answer of one query while it is gathered. */
class Gathering {
  readonly #wanted: number;
  readonly #options: CollectOptions;
  readonly #items: Item[] = [];
  readonly #seen = new Set<string>();
  /** Where the budget ended the search; everything before it has been considered. */
  #cutAt: string | undefined;

  constructor(wanted: number, options: CollectOptions) {
    this.#wanted = wanted;
    this.#options = options;
  }

  get #missing(): number {
    return this.#wanted - this.#items.length;
  }

  found(limit: number): Found {
    const items = this.#items.slice(0, limit);
    const last = items.at(-1);
    const isMore = this.#items.length > limit && last;
    const after = isMore ? orderOf(last) : this.#cutAt;
    const isIncomplete = items.length < limit && this.#cutAt !== undefined;
    return { items, isIncomplete, spentUnits: this.#options.budget.spentUnits, ...(after ? { after } : {}) };
  }

  async messages(messageIds: readonly string[], range: Range): Promise<void> {
    const { reader, isMatch } = this.#options;
    const found = await pMap(messageIds, (id) => reader.message(recordPartition(id)), {
      concurrency: DATABASE_CONCURRENCY,
    });
    const items = found.flat().filter((item) => isWithin(orderOf(item), range));
    this.#add(items.filter(isMatch).sort((a, b) => compareOrder(orderOf(a), orderOf(b))));
  }

  async one(segment: Segment): Promise<void> {
    this.#take(await collect(segment, this.#wanted, this.#options));
  }

  /**
   * Reads whole days while most of what they hold can be used. Gives the range that is left for the zone map when it
   * cannot (and `canNarrow` says that the map would help); undefined when the search is over.
   */
  async trial(days: AsyncIterable<Segment>, range: Range, canNarrow: boolean): Promise<Range | undefined> {
    const { tally, budget } = this.#options;
    const isPoor = () =>
      canNarrow && tally.evaluated >= TRIAL && tally.matched < tally.evaluated * WORTHWHILE;
    const mostEvaluated = () => (canNarrow && tally.evaluated < TRIAL ? TRIAL : Infinity);
    let daysRead = 0;
    for await (const segment of days) {
      const collected = await collect(segment, this.#missing, {
        ...this.#options,
        isToStop: isPoor,
        mostEvaluated,
      });
      if (this.#take(collected)) return undefined;
      const from = collected.rest?.from ?? segment.range.until;
      daysRead++;
      const isScarce = daysRead >= 2 && tally.matched < daysRead;
      if (collected.rest || (canNarrow && (isPoor() || isScarce))) return { from, until: range.until };
      if (budget.isSpent()) return this.#cut(from);
    }
    return undefined;
  }

  /** Reads segments, newest first, as many at once as what they have given so far suggests are needed. */
  async all(segments: AsyncGenerator<Segment>): Promise<void> {
    const before = this.#items.length;
    const queue = new Queue(segments);
    let readMs = 0;
    for (let batches = 1; ; batches++) {
      // Never less than would be found if the next record were the first: rare values are read far ahead.
      const perMs = readMs === 0 ? Infinity : Math.max(this.#items.length - before, 0.2) / readMs;
      const batch = await queue.take(Math.min(MOST_SEGMENTS_AT_ONCE, batches), this.#missing / perMs);
      const last = batch.at(-1);
      if (!last) return;
      for (const segment of batch) readMs += durationOf(segment);
      const parts = await Promise.all(batch.map((segment) => collect(segment, this.#missing, this.#options)));
      for (const part of parts) if (this.#take(part)) return;
      if (this.#options.budget.isSpent()) return this.#cut(last.range.until);
    }
  }

  /** Ends the search here: everything before `at` has been considered. */
  #cut(at: string): undefined {
    this.#cutAt = at;
  }

  /** Adds what a segment gave. Is the search over: is there enough, or did the budget end it? */
  #take({ items, rest }: Collected): boolean {
    this.#add(items);
    if (this.#missing <= 0) return true;
    if (!rest || !this.#options.budget.isSpent()) return false;
    this.#cut(rest.from);
    return true;
  }

  #add(items: readonly Item[]): void {
    for (const item of items) {
      // A record whose sentAt was just corrected may stand at two places of an index for a moment.
      const id = `${item.pk}\u0000${item.sk}`;
      if (this.#missing > 0 && !this.#seen.has(id)) this.#items.push(item);
      this.#seen.add(id);
    }
  }
}

function isWithin(order: string, { from, until }: Range): boolean {
  return compareOrder(order, from) >= 0 && compareOrder(order, until) <= 0;
}
