import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import type { Database } from "../runtime/dynamodb.ts";

const window = v.object({ sinceMs: v.number(), untilMs: v.number() });
const windows = v.array(window);

const VERSION = 3;
const storedCheckpoint = v.object({
  v: v.literal(VERSION),
  /** By pass: everything sent before this moment has been checked at the age that the pass waits for. */
  passes: v.record(v.string(), v.number()),
  /**
   * A sweep checks everything that the logs still hold, because of open pulls. This is how far it is; absent if none is
   * under way. `begunMs` is by the reconciler's own clock.
   */
  sweep: v.optional(
    v.object({ begunMs: v.number(), atMs: v.number(), untilMs: v.number(), pending: windows }),
  ),
  /** Messages that a sweep found pending. They are checked again, at growing intervals, until they are final. */
  rechecks: v.optional(v.object({ windows, nextMs: v.number(), waitMs: v.number() })),
  /** Ranges that Infobip could not serve. Each run asks for them again, starting after `gapsUpTo`. */
  gaps: v.optional(windows, []),
  gapsUpTo: v.optional(v.number()),
  /**
   * The round of replaying the quarantine: the parser version and the day (since 1970, UTC) with which it began, and
   * the last entry that was tried (absent once the round is complete). `atMs`: when the last run looked for fresh
   * entries.
   */
  replay: v.optional(
    v.object({
      parser: v.number(),
      day: v.number(),
      upTo: v.optional(v.string()),
      atMs: v.optional(v.number()),
    }),
  ),
});

/** How far the reconciler has checked. Unless stated otherwise, times are send times in milliseconds since 1970. */
export type Checkpoint = v.InferOutput<typeof storedCheckpoint>;

/** Nothing has been checked yet. */
export const NOTHING_CHECKED: Checkpoint = { v: VERSION, passes: {}, gaps: [] };

export const RECONCILE_PARTITION = "reconcile";
const KEY = { pk: RECONCILE_PARTITION, sk: "checkpoint" };

/** Stores the reconciler's checkpoint, of which there is one. */
export class Checkpoints {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** On the first start, and if the checkpoint cannot be read, nothing counts as checked. */
  async load(): Promise<Checkpoint> {
    const { Item } = await this.#db.client.send(
      new GetCommand({ TableName: this.#db.table, Key: KEY, ConsistentRead: true }),
    );
    const result = v.safeParse(storedCheckpoint, Item?.checkpoint);
    return result.success ? result.output : NOTHING_CHECKED;
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    await this.#db.client.send(new PutCommand({ TableName: this.#db.table, Item: { ...KEY, checkpoint } }));
  }
}
