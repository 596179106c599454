import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { type Database, isConditionFailure } from "../runtime/dynamodb.ts";
import { EXPIRES_AT } from "../runtime/table.ts";

export interface Rate {
  readonly perMinute: number;
  /** How many requests may come at once. */
  readonly burst: number;
}

/** What is left of a client's rate after a request. */
export interface Allowance {
  /** How many requests may come at once. */
  readonly limit: number;
  /** How many of these are left now. */
  readonly remaining: number;
  /** How long until all of them are available again, in milliseconds. */
  readonly resetMs: number;
  /**
   * If the request exceeded the rate: how long until the next one can succeed, in milliseconds. Otherwise undefined.
   */
  readonly waitMs?: number;
}

export const RATE_PARTITION = "rate#";
/** Also the life of the last use in the item, which clients may want to know for a year. */
const KEPT_SECONDS = 400 * 24 * 3600;
/** The attributes that we read, both in microseconds since 1970. */
const rateItem = v.object({ at: v.optional(v.number(), 0), used: v.optional(v.number()) });

/**
 * Counts the requests of a client across all Lambdas with the generic cell rate algorithm. It needs one number per
 * client: the moment (in microseconds) at which its requests so far would be used up at the steady rate. Each request
 * moves it on by one interval, and is refused if that would be further ahead than the burst allows. Conditional updates
 * make each step atomic.
 */
export class RateLimiter {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Counts a request, unless it exceeds the rate; then `waitMs` is set. */
  async take(client: string, { perMinute, burst }: Rate, nowMs: number): Promise<Allowance> {
    // Whole microseconds: the database would not round fractions as we do, and refuse the last request of a burst.
    const now = Math.round(nowMs) * 1_000;
    const interval = Math.ceil(60_000_000 / perMinute);
    const latest = now + interval * (burst - 1);
    const allowance = (at: number) => ({
      limit: burst,
      remaining: Math.max(0, Math.floor((latest + interval - at) / interval)),
      resetMs: Math.max(0, Math.ceil((at - now) / 1_000)),
    });
    // Either nothing has been used, or there is room left.
    const isNew = "attribute_not_exists(#at) OR #at <= :limit";
    const started = await this.#move(client, isNew, { limit: now, to: ":by", by: now + interval, now });
    if (started !== undefined) return allowance(started);
    const moved = await this.#move(client, "#at <= :limit", {
      limit: latest,
      to: "#at + :by",
      by: interval,
      now,
    });
    if (moved !== undefined) return allowance(moved);
    const { at } = await this.#read(client);
    return { ...allowance(at), waitMs: Math.max(1, Math.ceil((at - latest) / 1_000)) };
  }

  /**
   * When a client was last admitted, in milliseconds since 1970; undefined if it never was, or more than a year ago.
   */
  async lastUsedMs(client: string): Promise<number | undefined> {
    const { used } = await this.#read(client);
    return used === undefined ? undefined : Math.round(used / 1_000);
  }

  /** Moves a client's number if the condition holds. Returns its new value; undefined if the condition did not hold. */
  async #move(
    client: string,
    condition: string,
    { limit, to, by, now }: { limit: number; to: string; by: number; now: number },
  ): Promise<number | undefined> {
    try {
      const { Attributes } = await this.#db.client.send(
        new UpdateCommand({
          TableName: this.#db.table,
          Key: keyOf(client),
          // Storing the last use along with a write that is made anyway costs nothing.
          UpdateExpression: `SET #at = ${to}, #used = :now, #expiresAt = :expiresAt`,
          ConditionExpression: condition,
          ExpressionAttributeNames: { "#at": "at", "#used": "used", "#expiresAt": EXPIRES_AT },
          ExpressionAttributeValues: {
            ":limit": limit,
            ":by": by,
            ":now": now,
            ":expiresAt": Math.ceil(limit / 1_000_000) + KEPT_SECONDS,
          },
          ReturnValues: "UPDATED_NEW",
        }),
      );
      return v.parse(rateItem, Attributes).at;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return undefined;
    }
  }

  async #read(client: string): Promise<v.InferOutput<typeof rateItem>> {
    const { Item = {} } = await this.#db.client.send(
      new GetCommand({ TableName: this.#db.table, Key: keyOf(client), ConsistentRead: true }),
    );
    return v.parse(rateItem, Item);
  }
}

function keyOf(client: string): { pk: string; sk: string } {
  return { pk: RATE_PARTITION + client, sk: "rate" };
}
