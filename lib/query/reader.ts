import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Database } from "../runtime/dynamodb.ts";
import type { Item } from "../store/codec.ts";
import { ATTRIBUTES, INDEXES, type IndexName } from "../store/keys.ts";
import { membersOf } from "../store/zone-writer.ts";
import type { ZoneKey } from "../store/zones.ts";
import type { StoredCondition } from "./filter.ts";
import { justAfter, type Range } from "./plan.ts";

/** What a query may still read, and how long it may still take. */
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

/** A partition of an index, or (without `index`) of the table. */
export interface Partition {
  readonly index?: IndexName;
  readonly key: string;
}

export interface Chunk {
  /** Items that meet the conditions, in order. */
  readonly items: readonly Item[];
  /** How many were read to find them. */
  readonly evaluated: number;
  /** What is left of the range; undefined at its end. */
  readonly rest?: Range;
}

/** Reads the table for one query, counting what that costs. */
export class Reader {
  readonly #db: Database;
  readonly #budget: Budget;
  readonly #filter: { expression: string; names: Record<string, string>; values: Record<string, unknown> };

  constructor(db: Database, budget: Budget, conditions: readonly StoredCondition[], nowMs: number) {
    this.#db = db;
    this.#budget = budget;
    this.#filter = filterOf(conditions, nowMs);
  }

  /** The next items of a partition within a range of order keys; at most `limit` are evaluated. */
  async query(partition: Partition, range: Range, limit: number | undefined): Promise<Chunk> {
    const { expression, names, values } = this.#filter;
    const answer = await this.#db.client.send(
      new QueryCommand({
        TableName: this.#db.table,
        ...(partition.index ? { IndexName: partition.index } : {}),
        KeyConditionExpression: "#partition = :partition AND #order BETWEEN :from AND :until",
        FilterExpression: expression,
        ExpressionAttributeNames: {
          "#partition": partition.index ? INDEXES[partition.index] : "pk",
          "#order": ATTRIBUTES.order,
          ...names,
        },
        ExpressionAttributeValues: {
          ":partition": partition.key,
          ":from": range.from,
          ":until": range.until,
          ...values,
        },
        ReturnConsumedCapacity: "TOTAL",
        ...(limit === undefined ? {} : { Limit: limit }),
      }),
    );
    this.#budget.spend(answer.ConsumedCapacity?.CapacityUnits);
    const last = answer.LastEvaluatedKey?.[ATTRIBUTES.order];
    return {
      items: answer.Items ?? [],
      evaluated: answer.ScannedCount ?? 0,
      ...(typeof last === "string" ? { rest: { from: justAfter(last), until: range.until } } : {}),
    };
  }

  /** Every item of one message: one for each channel it went over. */
  async message(partition: string): Promise<readonly Item[]> {
    const answer = await this.#db.client.send(
      new QueryCommand({
        TableName: this.#db.table,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": partition },
        ReturnConsumedCapacity: "TOTAL",
      }),
    );
    this.#budget.spend(answer.ConsumedCapacity?.CapacityUnits);
    return answer.Items ?? [];
  }

  /** The members of a zone; none when there is no such zone. */
  async zone(key: ZoneKey): Promise<Set<string>> {
    const answer = await this.#db.client.send(
      new GetCommand({ TableName: this.#db.table, Key: key, ReturnConsumedCapacity: "TOTAL" }),
    );
    this.#budget.spend(answer.ConsumedCapacity?.CapacityUnits);
    return membersOf(answer.Item);
  }
}

const ATTRIBUTE_OF: Record<StoredCondition["attribute"], string> = {
  from: ATTRIBUTES.from,
  channel: "sk",
  group: ATTRIBUTES.group,
  network: ATTRIBUTES.network,
};

function filterOf(conditions: readonly StoredCondition[], nowMs: number) {
  const names: Record<string, string> = { "#expiresAt": ATTRIBUTES.expiresAt };
  const values: Record<string, unknown> = { ":now": nowMs / 1000 };
  const parts = conditions.map((condition, n) => {
    names[`#c${n}`] = ATTRIBUTE_OF[condition.attribute];
    values[`:c${n}`] = "equals" in condition ? condition.equals : condition.startsWith;
    return "equals" in condition ? `#c${n} = :c${n}` : `begins_with(#c${n}, :c${n})`;
  });
  return { expression: ["#expiresAt > :now", ...parts].join(" AND "), names, values };
}
