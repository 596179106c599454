import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { type Database, queryAll } from "../runtime/dynamodb.ts";
import { deleteBlob, loadBlob, storeBlob } from "./blob.ts";
import { ATTRIBUTES } from "./keys.ts";

/** What could not be parsed, and why. */
export interface Quarantined {
  /** The page it came in, as `pageName` calls it. */
  readonly page: string;
  readonly source: string;
  /** Its place in the page; -1 for a page (or the rest of one) that could not be split into records. */
  readonly place: number;
  readonly reason: string;
  readonly atMs: number;
}

export interface QuarantinedItem extends Quarantined {
  readonly item: Record<string, unknown>;
}

const PARTITION = "quarantine";

/** Where texts that do not parse are kept, whole, for the retention. */
export class Quarantine {
  readonly #db: Database;
  readonly #retentionHours: number;

  constructor(db: Database, retentionHours: number) {
    this.#db = db;
    this.#retentionHours = retentionHours;
  }

  /** Keeps a text. The same place of the same page is kept once, however often the page is merged. */
  async keep(entry: Quarantined, text: string | Uint8Array): Promise<void> {
    const sk = `${entry.page}#${entry.place}`;
    const expiresAt = Math.ceil(entry.atMs / 1000) + Math.round(this.#retentionHours * 3600);
    const blob = await storeBlob(this.#db, sk, Buffer.from(text), expiresAt);
    const Item = { pk: PARTITION, sk, ...entry, ...blob, [ATTRIBUTES.expiresAt]: expiresAt };
    await this.#db.client.send(new PutCommand({ TableName: this.#db.table, Item }));
  }

  /** Everything in quarantine, by page. */
  async *list(): AsyncGenerator<QuarantinedItem> {
    const query = { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": PARTITION } };
    for await (const item of queryAll(this.#db, query)) yield entryOf(item);
  }

  /** Is there anything in it? */
  async isEmpty(nowMs: number): Promise<boolean> {
    const query = {
      KeyConditionExpression: "pk = :pk",
      FilterExpression: "#expiresAt > :now",
      ExpressionAttributeNames: { "#expiresAt": ATTRIBUTES.expiresAt },
      ExpressionAttributeValues: { ":pk": PARTITION, ":now": nowMs / 1000 },
      Limit: 10,
    };
    for await (const _item of queryAll(this.#db, query)) return false;
    return true;
  }

  /** The text as it came. */
  async load({ item }: QuarantinedItem): Promise<string> {
    return (await loadBlob(this.#db, String(item.sk), item)).toString();
  }

  /** Lets go of an entry that has been replayed. */
  async release({ item }: QuarantinedItem): Promise<void> {
    await this.#db.client.send(
      new DeleteCommand({ TableName: this.#db.table, Key: { pk: item.pk, sk: item.sk } }),
    );
    await deleteBlob(this.#db, String(item.sk), item);
  }
}

function entryOf(item: Record<string, unknown>): QuarantinedItem {
  return {
    page: String(item.page),
    source: String(item.source),
    place: Number(item.place),
    reason: String(item.reason),
    atMs: Number(item.atMs),
    item,
  };
}
