import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Database } from "../runtime/dynamodb.ts";
import type { Pull } from "./pulls.ts";

/** How far the reconciler has checked. All times are send times, milliseconds since 1970. */
export interface Checkpoint {
  /** By pass: everything sent up to here has been checked, at the age that the pass waits for. */
  readonly passes: Readonly<Record<string, number>>;
  /** A check of all that the logs still reach, because of these doubts; absent when there is none under way. */
  readonly sweep?: { readonly atMs: number; readonly untilMs: number; readonly doubts: readonly Pull[] };
}

const KEY = { pk: "reconcile", sk: "checkpoint" };

export class Checkpoints {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Undefined at the first start, and for a checkpoint that cannot be read: both mean that nothing is checked. */
  async load(): Promise<Checkpoint | undefined> {
    const { Item } = await this.#db.client.send(
      new GetCommand({ TableName: this.#db.table, Key: KEY, ConsistentRead: true }),
    );
    const value: unknown = Item?.checkpoint;
    return isCheckpoint(value) ? value : undefined;
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    await this.#db.client.send(new PutCommand({ TableName: this.#db.table, Item: { ...KEY, checkpoint } }));
  }
}

function isCheckpoint(value: unknown): value is Checkpoint {
  if (typeof value !== "object" || value === null) return false;
  const { passes, sweep } = value as Partial<Checkpoint>;
  return (
    typeof passes === "object" &&
    passes !== null &&
    Object.values(passes).every((at) => typeof at === "number") &&
    (sweep === undefined || (typeof sweep.atMs === "number" && typeof sweep.untilMs === "number"))
  );
}
