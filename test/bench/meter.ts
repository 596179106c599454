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
  /** How often, since this was last asked, requests waited for the answers to others. */
  takeRounds(): number;
  /** What was consumed since this was last asked. */
  take(): Units;
}

interface Capacity {
  readonly CapacityUnits?: number;
  readonly Table?: { readonly CapacityUnits?: number };
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, { readonly CapacityUnits?: number }>>;
}

/**
 * Counts rounds, and nothing less: each answer is held back until all requests that are under way have theirs. So requests that follow one
 * another are told apart, even where others go on beside them.
 */
export class Rounds {
  #underWay = 0;
  #count = 0;
  #answered: (() => void)[] = [];

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay++;
    try {
      return await work();
    } finally {
      await new Promise<void>((resolve) => {
        this.#answered.push(resolve);
        if (--this.#underWay === 0) this.#release();
      });
    }
  }

  #release(): void {
    this.#count++;
    const all = this.#answered;
    this.#answered = [];
    for (const goOn of all) goOn();
  }

  take(): number {
    const count = this.#count;
    this.#count = 0;
    return count;
  }
}

const WRITES = /^(Put|Update|Delete|BatchWrite|TransactWrite)/;

/** Adds up what every request of this database consumes, whoever sends it. */
export class Meter implements UnitMeter {
  #units = { reads: 0, writes: 0, writesBy: {} as Record<string, number>, requests: 0, failedConditions: 0 };

  readonly #rounds = new Rounds();

  constructor(db: Database) {
    db.client.middlewareStack.add(
      (next, context) => async (args) => {
        const input = { ...args.input, ReturnConsumedCapacity: "INDEXES" } as typeof args.input;
        try {
          const result = await this.#rounds.during(() => next({ ...args, input }));
          const consumed = (result.output as { ConsumedCapacity?: Capacity | Capacity[] }).ConsumedCapacity;
          const isWrite = WRITES.test(context.commandName ?? "");
          this.#units.requests++;
          for (const capacity of [consumed ?? []].flat()) this.#count(capacity, isWrite);
          return result;
        } catch (error) {
          if ((error as Error).name === "ConditionalCheckFailedException") this.#units.failedConditions++;
          throw error;
        }
      },
      { step: "initialize", name: "meter", override: true },
    );
  }

  takeRounds(): number {
    return this.#rounds.take();
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
