import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type Database, isConditionFailure } from "../runtime/dynamodb.ts";
import { ATTRIBUTES } from "./keys.ts";

export interface Rate {
  readonly perMinute: number;
  /** How many may come at once. */
  readonly burst: number;
}

const KEPT_SECONDS = 24 * 3600;

/**
 * Counts requests of a client across all Lambdas, by the generic cell rate algorithm: one number for each client, the
 * moment (in microseconds) at which its requests so far would be used up at the steady rate. Each request moves it on by one interval;
 * one that would move it further ahead than the burst allows is refused. The database makes each step whole.
 */
export class RateLimiter {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Counts a request. Gives how many milliseconds to wait before another, when this one is too many; else undefined. */
  async take(client: string, { perMinute, burst }: Rate, nowMs: number): Promise<number | undefined> {
    // Whole microseconds: fractions would be rounded here and not in the database, and the last of a burst be refused.
    const now = Math.round(nowMs) * 1_000;
    const interval = Math.ceil(60_000_000 / perMinute);
    const latest = now + interval * (burst - 1);
    // Either nothing is used up, or something is and there is room.
    const isNew = "attribute_not_exists(#at) OR #at <= :limit";
    const isStarted = await this.#move(client, isNew, now, ":to", now + interval);
    if (isStarted || (await this.#move(client, "#at <= :limit", latest, "#at + :to", interval)))
      return undefined;
    return Math.max(1, Math.ceil(((await this.#read(client)) - latest) / 1_000));
  }

  /** Moves a client's number if the condition holds. Did it? */
  async #move(client: string, condition: string, limit: number, to: string, value: number): Promise<boolean> {
    try {
      await this.#db.client.send(
        new UpdateCommand({
          TableName: this.#db.table,
          Key: keyOf(client),
          UpdateExpression: `SET #at = ${to}, #expiresAt = :expiresAt`,
          ConditionExpression: condition,
          ExpressionAttributeNames: { "#at": "at", "#expiresAt": ATTRIBUTES.expiresAt },
          ExpressionAttributeValues: {
            ":limit": limit,
            ":to": value,
            ":expiresAt": Math.ceil(limit / 1_000_000) + KEPT_SECONDS,
          },
        }),
      );
      return true;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return false;
    }
  }

  /** The number of a client that is held back. */
  async #read(client: string): Promise<number> {
    const { Item } = await this.#db.client.send(
      new GetCommand({ TableName: this.#db.table, Key: keyOf(client), ConsistentRead: true }),
    );
    return Number(Item?.at ?? 0);
  }
}

function keyOf(client: string): { pk: string; sk: string } {
  return { pk: `rate#${client}`, sk: "rate" };
}
