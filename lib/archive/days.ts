import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { type Database, isConditionFailure } from "../runtime/dynamodb.ts";
import { parseStored } from "../runtime/stored.ts";
import { DAY_SECONDS } from "./keys.ts";

/**
 * Which days hold blocks, and until when (seconds since 1970): one item, one attribute a day. A day is named here before
 * its first block is written, and stays until a while after everything in it has expired: that is what lets a process
 * remember what it has written here.
 *
 *     pk archive   sk days   <yyyy-mm-dd>: <seconds since 1970>     v  1 or, as until now, none
 *
 * Every query begins with this item. So a later version that stores what this one would pass by says so here before it does, by
 * another v.
 */
export const DAYS_KEY = { pk: "archive", sk: "days" } as const;

const DAY = /^\d{4}-\d{2}-\d{2}$/;

const FORMAT = 1;
const stored = v.object({ pk: v.string(), v: v.optional(v.literal(FORMAT)) });

/**
 * The days in the item, each with the moment (seconds since 1970) from which nothing in it is served any more. Throws
 * OtherFormatError if a later version says that there is what this one would pass by.
 */
export function parseDays(item: Readonly<Record<string, unknown>> | undefined): Map<string, number> {
  if (item) parseStored(stored, item);
  const entries = Object.entries(item ?? {}).flatMap(([day, until]) =>
    DAY.test(day) && typeof until === "number" ? [[day, until] as const] : [],
  );
  return new Map(entries);
}

export class Days {
  readonly #db: Database;
  readonly #written = new Map<string, number>();

  constructor(db: Database) {
    this.#db = db;
  }

  async load(): Promise<Map<string, number>> {
    const { Item } = await this.#db.client.send(
      new GetCommand({ TableName: this.#db.table, Key: DAYS_KEY, ConsistentRead: true }),
    );
    return parseDays(Item);
  }

  /** Makes sure that a day is listed until at least `untilSeconds`. Usually that is known, and no request is sent. */
  async ensure(day: string, untilSeconds: number): Promise<void> {
    if ((this.#written.get(day) ?? 0) >= untilSeconds) return;
    // A little longer than necessary, since the next report will expire a little later.
    const until = (Math.ceil(untilSeconds / DAY_SECONDS) + 1) * DAY_SECONDS;
    await this.#update("SET #day = :until", "attribute_not_exists(#day) OR #day < :until", day, until);
    this.#written.set(day, until);
  }

  /** Removes a day, unless somebody has extended it in the meantime. */
  async remove(day: string, untilSeconds: number): Promise<void> {
    await this.#update("REMOVE #day", "#day = :until", day, untilSeconds);
  }

  async #update(change: string, condition: string, day: string, until: number): Promise<void> {
    try {
      await this.#db.client.send(
        new UpdateCommand({
          TableName: this.#db.table,
          Key: DAYS_KEY,
          UpdateExpression: change,
          ConditionExpression: condition,
          ExpressionAttributeNames: { "#day": day },
          ExpressionAttributeValues: { ":until": until },
        }),
      );
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }
}
