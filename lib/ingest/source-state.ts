import {
  GetCommand,
  UpdateCommand,
  type UpdateCommandInput,
  type UpdateCommandOutput,
} from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { type Database, isConditionFailure } from "../runtime/dynamodb.ts";
import { parseStored } from "../runtime/stored.ts";
import { type Rhythm, rhythmSchema } from "./rhythm.ts";

/**
 * What is under way at a source, in one item of a few hundred bytes, so that a pull that finds nothing costs two write
 * units in all:
 *
 *     source#<name>     state     open    ids of pulls that may have taken reports which are not in the log yet
 *                                 merged  the place in the source's log up to which all is merged
 *                                 goodAt  when an answer of the source was last merged, or had nothing in it
 *                                 lease   until when somebody merges what was pushed, so that of many that land beside
 *                                         each other one merges for all
 *                                 rhythm  how often something is pushed
 *
 * An id is written before the request is sent, and taken out when its page has landed or when nothing was taken. A
 * process that dies in between leaves it: the reconciler finds it and checks the 48 hours. The source `logs` is what the
 * reconciler itself found missing.
 */
export const SOURCE_PARTITION = "source#";

export interface SourceState {
  readonly open: readonly string[];
  readonly merged: number;
  /** Milliseconds since 1970; undefined before the first good pull. */
  readonly goodAtMs?: number | undefined;
  readonly rhythm?: Rhythm | undefined;
}

const VERSION = 1;
const storedState = v.object({
  open: v.optional(
    v.pipe(
      v.set(v.string()),
      v.transform((ids) => [...ids].sort()),
    ),
    new Set<string>(),
  ),
  merged: v.optional(v.number(), 0),
  goodAt: v.optional(v.number()),
  rhythm: v.optional(rhythmSchema),
  v: v.literal(VERSION),
});

/** What a pull stores when it ends. */
export interface Closing {
  /** The pulls that are over. */
  readonly ids: readonly string[];
  /** Everything up to this place is merged now. */
  readonly merged?: number;
  readonly goodAtMs?: number;
}

/** The states of all sources. */
export class SourceStates {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async load(source: string): Promise<SourceState> {
    const { Item } = await this.#db.client.send(
      new GetCommand({ TableName: this.#db.table, Key: keyOf(source), ConsistentRead: true }),
    );
    return stateOf(Item);
  }

  /**
   * Reserves the merging of a source until a moment; undefined if somebody else has reserved it. This only saves work:
   * two that merge the same do no harm.
   */
  async lease(source: string, nowMs: number, untilMs: number): Promise<SourceState | undefined> {
    try {
      const { Attributes } = await this.#update(source, {
        UpdateExpression: "SET lease = :until, #v = :v",
        ConditionExpression: "attribute_not_exists(lease) OR lease < :now",
        ExpressionAttributeNames: { "#v": "v" },
        ExpressionAttributeValues: { ":until": untilMs, ":now": nowMs, ":v": VERSION },
        ReturnValues: "ALL_NEW",
      });
      return stateOf(Attributes);
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return undefined;
    }
  }

  /** Gives up a reservation, unless it has expired and somebody else has one. */
  async release(source: string, untilMs: number, rhythm: Rhythm | undefined): Promise<void> {
    try {
      await this.#update(source, {
        UpdateExpression: `${rhythm ? "SET rhythm = :rhythm " : ""}REMOVE lease`,
        ConditionExpression: "lease = :until",
        ExpressionAttributeValues: { ":until": untilMs, ...(rhythm ? { ":rhythm": rhythm } : {}) },
      });
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }

  /** Records that a request is about to be sent. */
  async open(source: string, id: string): Promise<void> {
    await this.#update(source, {
      UpdateExpression: "ADD #open :ids SET #v = :v",
      ExpressionAttributeNames: { "#open": "open", "#v": "v" },
      ExpressionAttributeValues: { ":ids": new Set([id]), ":v": VERSION },
    });
  }

  /**
   * Removes pulls that are over. `merged` only ever rises, since a simultaneous run may have merged further. May be
   * repeated.
   */
  async close(source: string, closing: Closing): Promise<void> {
    try {
      await this.#update(source, closingUpdate(closing, true));
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      await this.#update(source, closingUpdate(closing, false));
    }
  }

  async #update(source: string, update: Update): Promise<UpdateCommandOutput> {
    return this.#db.client.send(
      new UpdateCommand({ TableName: this.#db.table, Key: keyOf(source), ...update }),
    );
  }
}

function stateOf(item: Readonly<Record<string, unknown>> | undefined): SourceState {
  if (!item) return { open: [], merged: 0 };
  const { open, merged, goodAt, rhythm } = parseStored(storedState, item);
  return { open, merged, goodAtMs: goodAt, rhythm };
}

type Update = Omit<UpdateCommandInput, "TableName" | "Key">;

function closingUpdate({ ids, merged = 0, goodAtMs }: Closing, isFirst: boolean): Update {
  const isMoved = isFirst && merged > 0;
  const set: Record<string, number> = {
    v: VERSION,
    ...(isMoved ? { merged } : {}),
    ...(goodAtMs === undefined ? {} : { goodAt: goodAtMs }),
  };
  const isClosing = ids.length > 0;
  const names = [...Object.keys(set), ...(isClosing ? ["open"] : [])];
  const values = Object.entries(set).map(([name, value]) => [`:${name}`, value]);
  return {
    UpdateExpression: `SET ${Object.keys(set)
      .map((name) => `#${name} = :${name}`)
      .join(", ")}${isClosing ? " DELETE #open :ids" : ""}`,
    ...(isMoved ? { ConditionExpression: "attribute_not_exists(#merged) OR #merged <= :merged" } : {}),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(values),
      ...(isClosing ? { ":ids": new Set(ids) } : {}),
    },
  };
}

function keyOf(source: string) {
  return { pk: SOURCE_PARTITION + source, sk: "state" };
}
