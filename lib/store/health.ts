import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Database } from "../runtime/dynamodb.ts";

/** When each source was last pulled well, kept in the table so that it outlives the process that knows. */
export class Health {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async goodPull(source: string, atMs: number): Promise<void> {
    await this.#db.client.send(
      new PutCommand({ TableName: this.#db.table, Item: { pk: "health", sk: source, goodPullMs: atMs } }),
    );
  }

  /** Milliseconds since 1970; undefined before the first good pull. */
  async lastGoodPull(source: string): Promise<number | undefined> {
    const Key = { pk: "health", sk: source };
    const { Item } = await this.#db.client.send(new GetCommand({ TableName: this.#db.table, Key }));
    return typeof Item?.goodPullMs === "number" ? Item.goodPullMs : undefined;
  }
}
