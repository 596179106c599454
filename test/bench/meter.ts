import type { Database } from "../../lib/runtime/dynamodb.ts";

/** Units by table and index, as DynamoDB itself counts them. */
export interface Units {
  readonly reads: number;
  readonly writes: number;
  /** Write units by "table", or the name of an index; where the meter can tell, by the kind of what is written. */
  readonly writesBy: Readonly<Record<string, number>>;
  /** Read units by the kind of what is read, where the meter can tell. */
  readonly readsBy?: Readonly<Record<string, number>>;
  readonly requests: number;
  /** Conditional writes that lost: billed, but DynamoDB does not say with how much. */
  readonly failedConditions: number;
}

/** What counts units and rounds, on whatever database. */
export interface UnitMeter {
  /** How often, since this was last asked, requests were sent after all earlier ones had been answered. */
  takeRounds(): number;
  /** What was consumed since this was last asked. */
  take(): Units;
}

interface Capacity {
  readonly CapacityUnits?: number;
  readonly Table?: { readonly CapacityUnits?: number };
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, { readonly CapacityUnits?: number }>>;
}

const WRITES = /^(Put|Update|Delete|BatchWrite|TransactWrite)/;

/** Adds up what every request of this database consumes, whoever sends it. */
export class Meter implements UnitMeter {
  #units = { reads: 0, writes: 0, writesBy: {} as Record<string, number>, requests: 0, failedConditions: 0 };

  #underWay = 0;
  #rounds = 0;

  constructor(db: Database) {
    db.client.middlewareStack.add(
      (next, context) => async (args) => {
        const input = { ...args.input, ReturnConsumedCapacity: "INDEXES" } as typeof args.input;
        if (this.#underWay++ === 0) this.#rounds++;
        try {
          const result = await next({ ...args, input });
          const consumed = (result.output as { ConsumedCapacity?: Capacity | Capacity[] }).ConsumedCapacity;
          const isWrite = WRITES.test(context.commandName ?? "");
          this.#units.requests++;
          for (const capacity of [consumed ?? []].flat()) this.#count(capacity, isWrite);
          return result;
        } catch (error) {
          if ((error as Error).name === "ConditionalCheckFailedException") this.#units.failedConditions++;
          throw error;
        } finally {
          this.#underWay--;
        }
      },
      { step: "initialize", name: "meter", override: true },
    );
  }

  takeRounds(): number {
    const rounds = this.#rounds;
    this.#rounds = 0;
    return rounds;
  }

  take(): Units {
    const units = this.#units;
    this.#units = { reads: 0, writes: 0, writesBy: {}, requests: 0, failedConditions: 0 };
    return units;
  }

  #count(capacity: Capacity, isWrite: boolean): void {
    const units = capacity.CapacityUnits ?? 0;
    if (!isWrite) {
      this.#units.reads += units;
      return;
    }
    this.#units.writes += units;
    this.#add("table", capacity.Table?.CapacityUnits);
    for (const [index, { CapacityUnits }] of Object.entries(capacity.GlobalSecondaryIndexes ?? {}))
      this.#add(index, CapacityUnits);
  }

  #add(where: string, units = 0): void {
    this.#units.writesBy[where] = (this.#units.writesBy[where] ?? 0) + units;
  }
}
