import { PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { type Database, isConditionFailure } from "../runtime/dynamodb.ts";
import { parseStored } from "../runtime/stored.ts";
import { EXPIRES_AT } from "../runtime/table.ts";
import { WAYS } from "./page-log.ts";
import type { Stream } from "./streams.ts";

/**
 * The order in which reports became known, by stream: an entry for each page that brought some.
 *
 *     reports#<stream>     <place, 12 digits>     which page, which rows of it are of this stream, which say something new
 *     reports#<stream>     end                    the last place, for when time to live has emptied the stream
 *
 * An entry is put on the condition that its place is free, by somebody who has looked at all before it. That one step
 * decides the order, and which of two pages was the first to say something; readers never see it undecided.
 */
export const REPORTS_PARTITION = "reports#";
/** Sorts after all places, which are digits. */
const END = "end";

const place = v.pipe(v.string(), v.regex(/^\d{12}$/), v.transform(Number));
const bits = v.custom<Uint8Array>((value) => value instanceof Uint8Array);
const entrySchema = v.object({
  place,
  source: v.string(),
  page: v.number(),
  way: v.picklist(WAYS),
  atMs: v.number(),
  orderMs: v.number(),
  /** The rows that belong to this stream; absent if all do. */
  rows: v.optional(bits),
  fresh: v.optional(bits),
  /** How far each log had been entered into this stream at that time. */
  entered: v.record(v.string(), v.number()),
  expiresAt: v.number(),
  v: v.literal(1),
});

/** One page of a stream. */
export type StreamEntry = v.InferOutput<typeof entrySchema>;

/** The last entry, as far as the next writer must know it. */
export type Tail = Pick<StreamEntry, "place" | "entered" | "orderMs">;

const NOTHING: Tail = { place: 0, entered: {}, orderMs: 0 };
const tailSchema = v.object({
  place: v.number(),
  entered: v.record(v.string(), v.number()),
  orderMs: v.number(),
  v: v.literal(1),
});

/** An entry outlives its page by this, so that a late reader is told what is gone instead of finding nothing. */
export const ENTRY_KEPT_LONGER_SECONDS = 24 * 3600;

/** Is the page of this entry still kept? */
export function isKept(entry: StreamEntry, nowMs: number): boolean {
  return keptUntilMs(entry) > nowMs;
}

/** Until when the page of an entry is kept, in milliseconds since 1970. */
export function keptUntilMs({ expiresAt }: StreamEntry): number {
  return (expiresAt - ENTRY_KEPT_LONGER_SECONDS) * 1000;
}

/** The number of entries that one request reads. */
const ENTRIES_AT_ONCE = 20;

const MOST_REMEMBERED = 1_000;

/** The indexes of all streams. */
export class ReportIndex {
  readonly #db: Database;
  /** Entries never change, so they can be cached. */
  readonly #remembered = new Map<string, StreamEntry>();

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * The end of a stream, read consistently. TTL deletes in no particular order, so the last entry that still exists may
   * be before the end. If its successor's place were given out twice, readers that had passed it would miss the second
   * page.
   */
  async tail(stream: Stream): Promise<Tail> {
    const { Items = [] } = await this.#db.client.send(
      new QueryCommand({
        TableName: this.#db.table,
        KeyConditionExpression: "pk = :pk AND sk <= :end",
        ExpressionAttributeValues: { ":pk": REPORTS_PARTITION + stream, ":end": END },
        ConsistentRead: true,
        ScanIndexForward: false,
        Limit: 2,
      }),
    );
    const tails = Items.map(({ sk, ...item }) =>
      parseStored(tailSchema, sk === END ? item : { ...item, place: Number(sk) }),
    );
    return tails.reduce((last, one) => (one.place > last.place ? one : last), NOTHING);
  }

  /** Appends an entry if its place is still free. Was it? */
  async append(stream: Stream, entry: StreamEntry): Promise<boolean> {
    const { place: at, expiresAt, ...attributes } = entry;
    try {
      await this.#db.client.send(
        new PutCommand({
          TableName: this.#db.table,
          Item: { pk: REPORTS_PARTITION + stream, sk: sortKey(at), ...attributes, [EXPIRES_AT]: expiresAt },
          ConditionExpression: "attribute_not_exists(pk)",
        }),
      );
      return true;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return false;
    }
  }

  /** Stores the end, for when its entry has expired. The end never goes back. */
  async rememberEnd(stream: Stream, { place: at, entered, orderMs }: Tail): Promise<void> {
    try {
      await this.#db.client.send(
        new UpdateCommand({
          TableName: this.#db.table,
          Key: { pk: REPORTS_PARTITION + stream, sk: END },
          UpdateExpression: "SET place = :place, entered = :entered, orderMs = :orderMs, v = :v",
          ConditionExpression: "attribute_not_exists(pk) OR place < :place",
          ExpressionAttributeValues: { ":place": at, ":entered": entered, ":orderMs": orderMs, ":v": 1 },
        }),
      );
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }

  /**
   * Entries from a place on, oldest first, up to a limit. This is an eventually consistent read: the newest may be
   * missing for a moment, but there are no gaps before one that is returned, since a gap is read again consistently. If
   * it is still there, the entries have expired.
   */
  async from(stream: Stream, first: number): Promise<readonly StreamEntry[]> {
    const range = { after: first - 1, until: LAST, isBackward: false, limit: ENTRIES_AT_ONCE };
    const entries = await this.#query(stream, range, false);
    const isGapless = entries.every((entry, n) => entry.place === first + n);
    return isGapless ? entries : this.#query(stream, range, true);
  }

  /** An entry that this process has read before, if it has. */
  remembered(stream: Stream, at: number): StreamEntry | undefined {
    return this.#remembered.get(`${stream}#${at}`);
  }

  /**
   * The entries from a place on, as `from` returns them, up to the end. The first one is not read again if it is
   * cached.
   */
  async *read(stream: Stream, first: number): AsyncGenerator<StreamEntry> {
    const known = this.remembered(stream, first);
    if (known) yield known;
    for (let place = known ? first + 1 : first; ; ) {
      const entries = await this.from(stream, place);
      yield* entries;
      const last = entries.at(-1);
      if (!last || entries.length < ENTRIES_AT_ONCE) return;
      place = last.place + 1;
    }
  }

  /** The oldest entry whose page is still kept; undefined if there is none. */
  async oldest(stream: Stream, nowMs: number): Promise<StreamEntry | undefined> {
    return this.#firstWith(stream, (entry) => isKept(entry, nowMs));
  }

  /**
   * The first entry that became known at this moment or later; undefined if none did. Takes two reads and
   * log2(entries).
   */
  async since(stream: Stream, sinceMs: number): Promise<StreamEntry | undefined> {
    return this.#firstWith(stream, ({ orderMs }) => orderMs >= sinceMs);
  }

  /** Binary search for the first entry with a property that all later entries have, too. */
  async #firstWith(stream: Stream, has: (entry: StreamEntry) => boolean): Promise<StreamEntry | undefined> {
    const first = await this.#next(stream, 0);
    if (!first || has(first)) return first;
    let [found] = await this.#query(stream, { after: 0, until: LAST, isBackward: true, limit: 1 }, false);
    if (!found || !has(found)) return undefined;
    // Nothing at `low` or before has the property; everything at `high` or after has it.
    let low = first.place;
    let high = found.place;
    while (high - low > 1) {
      const middle = low + Math.floor((high - low) / 2);
      // TTL deletes in no particular order, so there may be nothing at exactly the middle.
      const entry: StreamEntry = (await this.#next(stream, middle - 1)) ?? found;
      if (has(entry)) [found, high] = [entry, middle];
      else low = entry.place;
    }
    return found;
  }

  /** The first entry after a place. */
  async #next(stream: Stream, after: number): Promise<StreamEntry | undefined> {
    const range = { after, until: LAST, isBackward: false, limit: 1 };
    return (await this.#query(stream, range, false))[0];
  }

  async #query(
    stream: Stream,
    range: { after: number; until: number; isBackward: boolean; limit: number },
    isConsistent: boolean,
  ): Promise<readonly StreamEntry[]> {
    const { Items = [] } = await this.#db.client.send(
      new QueryCommand({
        TableName: this.#db.table,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :until",
        ExpressionAttributeValues: {
          ":pk": REPORTS_PARTITION + stream,
          ":from": sortKey(range.after + 1),
          ":until": sortKey(range.until),
        },
        ConsistentRead: isConsistent,
        ScanIndexForward: !range.isBackward,
        Limit: range.limit,
      }),
    );
    const entries = Items.map(({ sk, [EXPIRES_AT]: expiresAt, ...item }) =>
      parseStored(entrySchema, { ...item, place: sk, expiresAt }),
    );
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    for (const entry of entries) this.#remembered.set(`${stream}#${entry.place}`, entry);
    return entries;
  }
}

const LAST = 999_999_999_999;

function sortKey(at: number): string {
  return String(at).padStart(12, "0");
}
