import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import type { Database } from "../runtime/dynamodb.ts";

const window = v.object({ sinceMs: v.number(), untilMs: v.number() });
const windows = v.array(window);

const VERSION = 3;
const storedCheckpoint = v.object({
  v: v.literal(VERSION),
  /** By pass: everything sent up to here has been checked, at the age that the pass waits for. */
  passes: v.record(v.string(), v.number()),
  /**
   * A check of all that the logs still reach, because of open pulls, and how far it is; absent when there is none under
   * way. `begunMs` is the reconciler's own clock.
   */
  sweep: v.optional(
    v.object({ begunMs: v.number(), atMs: v.number(), untilMs: v.number(), pending: windows }),
  ),
  /** Messages that a sweep found still pending: looked at again, ever more rarely, until they are final. */
  rechecks: v.optional(v.object({ windows, nextMs: v.number(), waitMs: v.number() })),
  /** Stretches that Infobip could not serve: asked for again by each run, which begins with those after `gapsUpTo`. */
  gaps: v.optional(windows, []),
  gapsUpTo: v.optional(v.number()),
  /**
   * The round of trying the quarantine again: by which parser and on which day (since 1970, UTC) it began, and the last
   * entry that was tried; that is absent when the round is over. `atMs`: when the last run looked for what is fresh.
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

/** How far the reconciler has checked. All times are send times, milliseconds since 1970, unless said otherwise. */
export type Checkpoint = v.InferOutput<typeof storedCheckpoint>;

/** Nothing is checked yet. */
export const NOTHING_CHECKED: Checkpoint = { v: VERSION, passes: {}, gaps: [] };

export const RECONCILE_PARTITION = "reconcile";
const KEY = { pk: RECONCILE_PARTITION, sk: "checkpoint" };

/** The reconciler's one checkpoint. */
export class Checkpoints {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** At the first start, and where the checkpoint cannot be read, nothing counts as checked. */
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
