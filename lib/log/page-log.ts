import { GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { type Database, isConditionFailure, queryAll } from "../runtime/dynamodb.ts";
import { BusyError } from "../runtime/errors.ts";
import { expiryAfterArrival } from "../runtime/expiry.ts";
import { parseStored } from "../runtime/stored.ts";
import { EXPIRES_AT } from "../runtime/table.ts";
import { loadBlob, storeBlob, unpackedLength } from "./blob.ts";

/**
 * Everything that arrives, in order: one item a page, raw, at the next free place of its source's log.
 *
 *     log#<source>     <place, 12 digits>     the bytes, when and by which way they came, and how many they are unpacked
 *
 * A page is put on the condition that its place is free, so landing and commit are one step: place n + 1 cannot exist
 * before n, and a consistent read shows no gap, with any number of writers. A position made from a counter or a clock
 * would let a page appear behind a reader that has already passed it.
 */
export const LOG_PARTITION = "log#";

/**
 * How a page arrived: pulled; pushed by Infobip; found missing by the reconciler, in Infobip's logs; or read at last
 * from quarantine. The bytes are those of `{"results":[...]}`, or of a pushed body as it came. If only its headers tell
 * how to read the body (deflate, br, a charset), it is stored uncompressed, or converted to UTF-8.
 */
export const WAYS = ["pull", "push", "repair", "replay"] as const;
export type Way = (typeof WAYS)[number];

export interface Page {
  readonly source: string;
  /** Starts at 1, without gaps. */
  readonly place: number;
  /** Unique: if the answer to an append is lost, this is how the page is recognised. */
  readonly id: string;
  /**
   * When it arrived, in milliseconds since 1970, by the clock of the process that appended it; not necessarily
   * ascending.
   */
  readonly atMs: number;
  readonly way: Way;
  readonly item: Readonly<Record<string, unknown>>;
}

/** What is known of a page before it has a place. */
export type NewPage = Pick<Page, "id" | "atMs" | "way">;

/** The format of the stored item. Pages of another format are not read. */
const VERSION = 1;
const storedPlace = v.pipe(v.string(), v.regex(/^\d{12}$/), v.transform(Number));
const storedPage = v.object({
  sk: storedPlace,
  id: v.string(),
  atMs: v.number(),
  way: v.picklist(WAYS),
  v: v.literal(VERSION),
});

/** Others may append at the same moment, but nobody loses that race so often in a row. */
const MOST_ATTEMPTS = 100;

/** The logs of all sources. */
export class PageLog {
  readonly #db: Database;
  readonly #retentionHours: number | undefined;

  /** `retentionHours`: how long a page is kept after its arrival; who only reads need not know. */
  constructor(db: Database, retentionHours?: number) {
    this.#db = db;
    this.#retentionHours = retentionHours;
  }

  /**
   * Appends a page: afterwards nothing of it can be lost. `after` is a place known to be taken, or passed by a reader,
   * since a log that TTL has emptied must continue after it. Throws what DynamoDB throws.
   */
  async append(source: string, page: NewPage, body: Uint8Array, after: number): Promise<Page> {
    const expiresAt = expiryAfterArrival(page.atMs, this.#retentionHours);
    const blob = await storeBlob(this.#db, nameOf(source, page.id), body, expiresAt);
    const item = { ...page, v: VERSION, bytes: unpackedLength(body), ...blob, [EXPIRES_AT]: expiresAt };
    let place = after + 1;
    for (let n = 0; n < MOST_ATTEMPTS; n++) {
      if ((await this.#put(source, place, item)) || (await this.#isOwn(source, place, page.id)))
        return { ...page, source, place, item };
      // Trying a taken place costs as much as a free one, so the end is looked up instead.
      place = Math.max(place, await this.end(source)) + 1;
    }
    throw new BusyError("too many append to a log at once");
  }

  /** The last place that is taken; 0 if there is none, perhaps because TTL has emptied the log. */
  async end(source: string): Promise<number> {
    const { Items = [] } = await this.#db.client.send(
      new QueryCommand({
        TableName: this.#db.table,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": LOG_PARTITION + source },
        ProjectionExpression: "sk",
        ConsistentRead: true,
        ScanIndexForward: false,
        Limit: 1,
      }),
    );
    return Items[0] ? v.parse(storedPlace, Items[0].sk) : 0;
  }

  /**
   * The pages after a place, oldest first. Readers that want only some of them stop early, and say how many are read
   * `atOnce`.
   */
  async *read(source: string, after: number, atOnce?: number): AsyncGenerator<Page> {
    const query = {
      KeyConditionExpression: "pk = :pk AND sk > :after",
      ExpressionAttributeValues: { ":pk": LOG_PARTITION + source, ":after": sortKey(after) },
      ConsistentRead: true,
      ...(atOnce === undefined ? {} : { Limit: atOnce }),
    };
    for await (const item of queryAll(this.#db, query)) yield parsePage(source, item);
  }

  /** One page; undefined if it does not exist, or no longer. */
  async at(source: string, place: number): Promise<Page | undefined> {
    // A page never changes, so one that is found is right. Only one that is not found must be read again consistently.
    for (const ConsistentRead of [false, true]) {
      const { Item } = await this.#db.client.send(
        new GetCommand({ TableName: this.#db.table, Key: keyOf(source, place), ConsistentRead }),
      );
      if (Item) return parsePage(source, Item);
    }
    return undefined;
  }

  /** The bytes of a page as they arrived. Throws if they are not those that were written. */
  load({ source, id, item }: Page): Promise<Buffer> {
    return loadBlob(this.#db, nameOf(source, id), item);
  }

  /** Was the place free? */
  async #put(source: string, place: number, item: Readonly<Record<string, unknown>>): Promise<boolean> {
    try {
      await this.#db.client.send(
        new PutCommand({
          TableName: this.#db.table,
          Item: { ...keyOf(source, place), ...item },
          ConditionExpression: "attribute_not_exists(pk)",
        }),
      );
      return true;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return false;
    }
  }

  /** When an append's answer is lost and the SDK repeats it, it fails because of its own page. */
  async #isOwn(source: string, place: number, id: string): Promise<boolean> {
    const { Item } = await this.#db.client.send(
      new GetCommand({
        TableName: this.#db.table,
        Key: keyOf(source, place),
        ConsistentRead: true,
        ProjectionExpression: "id",
      }),
    );
    return Item?.id === id;
  }
}

function keyOf(source: string, place: number) {
  return { pk: LOG_PARTITION + source, sk: sortKey(place) };
}

function sortKey(place: number): string {
  return String(place).padStart(12, "0");
}

/** The name of a page in logs, in quarantine and in the keys of its pieces. */
export function nameOf(source: string, id: string): string {
  return `${source}#${id}`;
}

function parsePage(source: string, item: Record<string, unknown>): Page {
  const { sk: place, id, atMs, way } = parseStored(storedPage, item);
  return { source, place, id, atMs, way, item };
}
