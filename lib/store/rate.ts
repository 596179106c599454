import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
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
 * moment at which its requests so far would be used up at the steady rate. Each request moves it on by one interval;
 * one that would move it further ahead than the burst allows is refused. The database makes each step whole.
 */
export class RateLimiter {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Counts a request. Gives how many milliseconds to wait before another, when this one is too many; else undefined. */
  async take(client: string, { perMinute, burst }: Rate, nowMs: number): Promise<number | undefined> {
    const intervalMs = 60_000 / perMinute;
    const latestMs = nowMs + intervalMs * (burst - 1);
    // The usual case is tried first: either nothing is used up, or something is and there is room.
    const isIdle = await this.#move(
      client,
      "attribute_not_exists(#at) OR #at <= :limit",
      nowMs,
      ":to",
      nowMs + intervalMs,
    );
    if (isIdle === undefined) return undefined;
    const atMs = await this.#move(client, "#at <= :limit", latestMs, "#at + :to", intervalMs);
    return atMs === undefined ? undefined : Math.max(1, Math.ceil(atMs - latestMs));
  }

  /** Moves a client's number if the condition holds; else gives the number as it is. */
  async #move(
    client: string,
    condition: string,
    limit: number,
    to: string,
    value: number,
  ): Promise<number | undefined> {
    try {
      await this.#db.client.send(
        new UpdateCommand({
          TableName: this.#db.table,
          Key: { pk: `rate#${client}`, sk: "rate" },
          UpdateExpression: `SET #at = ${to}, #expiresAt = :expiresAt`,
          ConditionExpression: condition,
          ExpressionAttributeNames: { "#at": "at", "#expiresAt": ATTRIBUTES.expiresAt },
          ExpressionAttributeValues: {
            ":limit": limit,
            ":to": value,
            ":expiresAt": Math.ceil(limit / 1000) + KEPT_SECONDS,
          },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      );
      return undefined;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return heldBack(error) ?? limit;
    }
  }
}

/** The number that made a condition fail, where the database tells it. */
function heldBack(error: unknown): number | undefined {
  const { Item } = error as { Item?: { at?: { N?: string } | number } };
  const at = typeof Item?.at === "object" ? Number(Item.at.N) : Item?.at;
  return typeof at === "number" && Number.isFinite(at) ? at : undefined;
}
