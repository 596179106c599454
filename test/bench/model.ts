import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { TABLE } from "../../lib/archive/table.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { writeUnits } from "../simulation/dynamodb/batch.ts";
import { execute } from "../simulation/dynamodb/commands.ts";
import { Table } from "../simulation/dynamodb/table.ts";
import { Rounds, type UnitMeter, type Units } from "./meter.ts";

interface Answer {
  readonly ConsumedCapacity?: { readonly CapacityUnits?: number } | { readonly CapacityUnits?: number }[];
}

/**
 * The simulation's model of DynamoDB, in this process: it counts the same units (a test holds it to the real thing), in a
 * tenth of the time and without Java. Writes are told apart by the kind of what is written.
 */
export function openModel(now: () => number): {
  db: Database;
  meter: UnitMeter;
  items: () => Iterable<Readonly<Record<string, unknown>>>;
} {
  const table = new Table(TABLE);
  const meter = new ModelMeter();
  table.watchers.push(({ key, before, after }) => {
    const kind = `${key.partition.split("#")[0] ?? ""}${after ? "" : " deleted"}`;
    meter.wrote(kind, writeUnits(before, after));
  });
  const client = {
    send: async (command: { input: object }) => {
      const isRead = "KeyConditionExpression" in command.input || !isWrite(command.input);
      return meter.during(async () => {
        // Whoever waits goes on in a later turn, as over a network: so rounds can be told apart.
        await new Promise<void>((resolve) => setImmediate(resolve));
        if (isRead && !("RequestItems" in command.input))
          Object.assign(command.input, { ReturnConsumedCapacity: "TOTAL" });
        const answer = execute(command, table, { nowMs: now(), lagMs: 0, shuffle: (list) => [...list] });
        if (isRead) meter.read((answer as Answer).ConsumedCapacity, kindsRead(command.input));
        return answer;
      });
    },
    destroy: () => undefined,
  };
  const db = { client: client as unknown as DynamoDBDocumentClient, table: "model" };
  return { db, meter, items: () => table.all(now()) };
}

/** The kinds of what a request asks for: one for each key. */
function kindsRead(input: object): string[] {
  const { ExpressionAttributeValues: values, RequestItems = {} } = input as {
    ExpressionAttributeValues?: Readonly<Record<string, unknown>>;
    RequestItems?: Readonly<Record<string, { readonly Keys?: readonly { readonly pk: string }[] }>>;
  };
  const keys = Object.values(RequestItems).flatMap(({ Keys = [] }) => Keys.map(({ pk }) => pk));
  return [...keys, ...(values ? [String(values[":pk"])] : [])].map((pk) => pk.split("#")[0] ?? "");
}

function isWrite(input: object): boolean {
  if ("Item" in input || "UpdateExpression" in input) return true;
  const requests = "RequestItems" in input ? Object.values(input.RequestItems ?? {}) : [];
  return requests.some((request) => Array.isArray(request));
}

class ModelMeter implements UnitMeter {
  #units = empty();
  readonly #rounds = new Rounds();

  wrote(kind: string, units: number): void {
    this.#units.writes += units;
    this.#units.writesBy[kind] = (this.#units.writesBy[kind] ?? 0) + units;
  }

  /** Where several kinds are read together, each has its share by how many keys. */
  read(consumed: Answer["ConsumedCapacity"], kinds: readonly string[]): void {
    const units = [consumed ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
    this.#units.reads += units;
    const { readsBy } = this.#units;
    for (const kind of kinds) readsBy[kind] = (readsBy[kind] ?? 0) + units / kinds.length;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#units.requests++;
    try {
      return await this.#rounds.during(work);
    } catch (error) {
      if ((error as Error).name === "ConditionalCheckFailedException") this.#units.failedConditions++;
      throw error;
    }
  }

  takeRounds(): number {
    return this.#rounds.take();
  }

  take(): Units {
    const units = this.#units;
    this.#units = empty();
    return units;
  }
}

function empty() {
  return {
    reads: 0,
    writes: 0,
    writesBy: {} as Record<string, number>,
    readsBy: {} as Record<string, number>,
    requests: 0,
    failedConditions: 0,
  };
}
