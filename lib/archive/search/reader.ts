import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { getAll } from "../../runtime/batch.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Database } from "../../runtime/dynamodb.ts";
import type { Item, Key, KeyRange } from "../keys.ts";

/** How much a query may still read, and for how long. */
export class Budget {
  readonly #now: () => number;
  readonly #units: number;
  readonly #deadlineMs: number;
  #spentUnits = 0;

  constructor(limits: { units: number; timeoutMs: number }, now: () => number) {
    this.#now = now;
    this.#units = limits.units;
    this.#deadlineMs = now() + limits.timeoutMs;
  }

  spend(units: number | undefined): void {
    this.#spentUnits += units ?? 0;
  }

  get spentUnits(): number {
    return this.#spentUnits;
  }

  isSpent(): boolean {
    return this.#spentUnits >= this.#units || this.#now() >= this.#deadlineMs;
  }
}

export interface Chunk {
  readonly items: readonly Item[];
  /** The sort key to continue after; undefined at the end of the range. */
  readonly last?: string;
}

/** Reads the table for one query, and counts the cost. */
export class Reader {
  readonly #db: Database;
  readonly #budget: Budget;
  readonly #clock: Clock;
  /** Does it read items by key as they are, and never as they were a moment ago? */
  readonly isExact: boolean;

  /** `isExact`: read items by key consistently, rather than as they were a moment ago. */
  constructor(db: Database, budget: Budget, clock: Clock, { isExact = false } = {}) {
    this.#db = db;
    this.#budget = budget;
    this.#clock = clock;
    this.isExact = isExact;
  }

  /** Items of a partition from sort key `from` to `until`, both included; at most `limit`, if given. */
  async query(pk: string, from: string, until: string, limit?: number): Promise<Chunk> {
    const answer = await this.#db.client.send(
      new QueryCommand({
        TableName: this.#db.table,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :until",
        ExpressionAttributeValues: { ":pk": pk, ":from": from, ":until": until },
        ReturnConsumedCapacity: "TOTAL",
        ...(limit === undefined ? {} : { Limit: limit }),
      }),
    );
    this.#budget.spend(answer.ConsumedCapacity?.CapacityUnits);
    const last = answer.LastEvaluatedKey?.sk;
    return { items: answer.Items ?? [], ...(typeof last === "string" ? { last } : {}) };
  }

  /** Every item of a partition. */
  queryAll(pk: string): Promise<Item[]> {
    return this.queryWhole({ pk, from: "!", until: "~" });
  }

  /** Every item of a range, both ends included. */
  async queryWhole({ pk, from: first, until }: KeyRange): Promise<Item[]> {
    const items: Item[] = [];
    for (let from = first; ; ) {
      const chunk = await this.query(pk, from, until);
      items.push(...chunk.items);
      if (chunk.last === undefined) return items;
      from = `${chunk.last}\u0000`;
    }
  }

  /** The items with these keys that exist; `isExact`, where it is given, for this time. */
  get(keys: readonly Key[], { isExact = this.isExact } = {}): Promise<Item[]> {
    if (keys.length === 0) return Promise.resolve([]);
    const onUnits = (units: number) => this.#budget.spend(units);
    return getAll(this.#db, keys, this.#clock, { onUnits, consistent: isExact });
  }
}
