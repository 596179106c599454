import { DeleteCommand, GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import type { Window } from "../infobip/windows.ts";
import { deleteBlob, loadBlob, storeBlob } from "../log/blob.ts";
import { nameOf } from "../log/page-log.ts";
import { type Database, queryAll } from "../runtime/dynamodb.ts";
import { expiryAfterArrival } from "../runtime/expiry.ts";
import { parseStored } from "../runtime/stored.ts";
import { EXPIRES_AT } from "../runtime/table.ts";

/** A text that could not be parsed, and why. */
export interface Quarantined {
  /** The page it came in, as named by `nameOf` of the log. */
  readonly page: string;
  readonly source: string;
  /** Its index in the page; -1 for a page (or the rest of one) that could not be split into records. */
  readonly place: number;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export interface QuarantinedItem extends Quarantined {
  readonly item: Record<string, unknown>;
}

export const QUARANTINE_PARTITION = "quarantine";

const VERSION = 1;
const storedEntry = v.object({
  page: v.string(),
  source: v.string(),
  place: v.number(),
  reason: v.string(),
  atMs: v.number(),
  v: v.literal(VERSION),
});

/** Keeps texts that do not parse, unchanged, for the retention. */
export class Quarantine {
  readonly #db: Database;
  readonly #retentionHours: number | undefined;

  /** `retentionHours`: how long a text is kept after its arrival; who only reads need not know. */
  constructor(db: Database, retentionHours?: number) {
    this.#db = db;
    this.#retentionHours = retentionHours;
  }

  /** Keeps a text. It is identified by page and index, so merging a page again keeps nothing twice. */
  async keep(entry: Quarantined, text: string | Uint8Array): Promise<void> {
    const sk = `${entry.page}#${entry.place}`;
    const expiresAt = expiryAfterArrival(entry.atMs, this.#retentionHours);
    const blob = await storeBlob(this.#db, sk, Buffer.from(text), expiresAt);
    const Item = { pk: QUARANTINE_PARTITION, sk, ...entry, v: VERSION, ...blob, [EXPIRES_AT]: expiresAt };
    await this.#db.client.send(new PutCommand({ TableName: this.#db.table, Item }));
  }

  /** The entry with a sort key; undefined if it does not exist, or no longer. */
  async find(sk: string): Promise<QuarantinedItem | undefined> {
    const { Item } = await this.#db.client.send(
      new GetCommand({
        TableName: this.#db.table,
        Key: { pk: QUARANTINE_PARTITION, sk },
        ConsistentRead: true,
      }),
    );
    return Item && entryOf(Item);
  }

  /** Everything in quarantine, by page. */
  async *list(): AsyncGenerator<QuarantinedItem> {
    for await (const item of queryAll(this.#db, ALL)) yield entryOf(item);
  }

  /**
   * Up to `most` unexpired entries after the one at `after`, or from the start: by taking a few at a time every entry
   * gets its turn. `next` is where to continue; undefined at the end.
   */
  async some(
    most: number,
    after: string | undefined,
    nowMs: number,
  ): Promise<{ entries: QuarantinedItem[]; next: string | undefined }> {
    const from = after === undefined ? {} : { ExclusiveStartKey: { pk: QUARANTINE_PARTITION, sk: after } };
    const { Items = [], LastEvaluatedKey: last } = await this.#db.client.send(
      new QueryCommand({ TableName: this.#db.table, ...ALL, ...from, Limit: most, ConsistentRead: true }),
    );
    const entries = Items.filter((item) => Number(item[EXPIRES_AT]) * 1000 > nowMs).map(entryOf);
    return { entries, next: typeof last?.sk === "string" ? last.sk : undefined };
  }

  /**
   * Up to so many unexpired entries for pages of a source whose id says that they are from this range of time (or
   * slightly before its end).
   */
  async ofPages(
    source: string,
    { sinceMs, untilMs }: Window,
    most: number,
    nowMs: number,
  ): Promise<QuarantinedItem[]> {
    const { Items = [] } = await this.#db.client.send(
      new QueryCommand({
        TableName: this.#db.table,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
        ExpressionAttributeValues: {
          ":pk": QUARANTINE_PARTITION,
          ":from": nameOf(source, String(sinceMs)),
          ":to": nameOf(source, String(untilMs)),
        },
        Limit: most,
      }),
    );
    return Items.filter((item) => Number(item[EXPIRES_AT]) * 1000 > nowMs).map(entryOf);
  }

  /** Does it contain nothing that is unexpired? */
  async isEmpty(nowMs: number): Promise<boolean> {
    for await (const item of queryAll(this.#db, { ...ALL, Limit: 25 }))
      if (Number(item[EXPIRES_AT]) * 1000 > nowMs) return false;
    return true;
  }

  /** The original bytes. */
  load({ item }: QuarantinedItem): Promise<Buffer> {
    return loadBlob(this.#db, String(item.sk), item);
  }

  /** Deletes an entry that has been replayed. */
  async release({ item }: QuarantinedItem): Promise<void> {
    await this.#db.client.send(
      new DeleteCommand({ TableName: this.#db.table, Key: { pk: item.pk, sk: item.sk } }),
    );
    await deleteBlob(this.#db, String(item.sk), item);
  }
}

const ALL = {
  KeyConditionExpression: "pk = :pk",
  ExpressionAttributeValues: { ":pk": QUARANTINE_PARTITION },
};

function entryOf(item: Record<string, unknown>): QuarantinedItem {
  return { ...parseStored(storedEntry, item), item };
}
