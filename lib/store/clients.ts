import { DeleteCommand, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { type Database, queryAll } from "../runtime/dynamodb.ts";

const PARTITION = "client";
const REMEMBERED_MS = 30_000;
const MOST_REMEMBERED = 1_000;

/** The clients that may query, as items of the table; what is in them is for the reader to check. */
export class Clients {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #remembered = new Map<string, { readonly item: unknown; readonly untilMs: number }>();

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** A client by its id, at most half a minute old: that is how long a revoked one may still ask. */
  async find(id: string): Promise<unknown> {
    const remembered = this.#remembered.get(id);
    if (remembered && remembered.untilMs > this.#now()) return remembered.item;
    const { Item } = await this.#db.client.send(
      new GetCommand({ TableName: this.#db.table, Key: { pk: PARTITION, sk: id } }),
    );
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(id, { item: Item, untilMs: this.#now() + REMEMBERED_MS });
    return Item;
  }

  async save(client: { readonly id: string; readonly [right: string]: unknown }): Promise<void> {
    const Item = { pk: PARTITION, sk: client.id, ...client };
    await this.#db.client.send(new PutCommand({ TableName: this.#db.table, Item }));
  }

  async revoke(id: string): Promise<void> {
    await this.#db.client.send(
      new DeleteCommand({ TableName: this.#db.table, Key: { pk: PARTITION, sk: id } }),
    );
  }

  list(): AsyncGenerator<Record<string, unknown>> {
    return queryAll(this.#db, {
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": PARTITION },
    });
  }
}
