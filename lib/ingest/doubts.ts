import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { type Database, queryAll } from "../runtime/dynamodb.ts";
import { parseStored } from "../runtime/stored.ts";
import { EXPIRES_AT } from "../runtime/table.ts";

/**
 * Pulls of which reports were, or may have been, taken that are not all in the archive:
 *
 *     doubt     <source>#<id of the pull>     why
 *
 * The reconciler settles them. One that it cannot settle in 72 hours is forgotten with the logs that could tell.
 */
export interface Doubt {
  readonly source: string;
  /** The id of the pull. */
  readonly id: string;
  /** Why its answer is incomplete: a fixed word or an error code, never data. */
  readonly reason: string;
}

export const DOUBT_PARTITION = "doubt";
const KEPT_SECONDS = 72 * 3600;
const VERSION = 1;
const storedDoubt = v.object({
  source: v.string(),
  id: v.string(),
  reason: v.string(),
  v: v.literal(VERSION),
});

/** The doubts of all sources. */
export class Doubts {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Stores a doubt. Repeating it only extends how long it is kept. */
  async raise(doubt: Doubt, nowMs: number): Promise<void> {
    const expiresAt = Math.ceil(nowMs / 1000) + KEPT_SECONDS;
    const Item = { ...keyOf(doubt), ...doubt, v: VERSION, [EXPIRES_AT]: expiresAt };
    await this.#db.client.send(new PutCommand({ TableName: this.#db.table, Item }));
  }

  async list(): Promise<Doubt[]> {
    const query = {
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": DOUBT_PARTITION },
      ConsistentRead: true,
    };
    const items = await Array.fromAsync(queryAll(this.#db, query));
    return items.map((item) => parseStored(storedDoubt, item));
  }

  async settle(doubt: Pick<Doubt, "source" | "id">): Promise<void> {
    await this.#db.client.send(new DeleteCommand({ TableName: this.#db.table, Key: keyOf(doubt) }));
  }
}

function keyOf({ source, id }: Pick<Doubt, "source" | "id">) {
  return { pk: DOUBT_PARTITION, sk: `${source}#${id}` };
}
