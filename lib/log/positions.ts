import { DeleteCommand, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { type Database, isConditionFailure, queryAll } from "../runtime/dynamodb.ts";
import { BusyError } from "../runtime/errors.ts";
import { parseStored } from "../runtime/stored.ts";
import { type Reading, readingFrom } from "./position.ts";
import { rowsSchema, storedRows } from "./rows.ts";
import { STREAMS, type Stream } from "./streams.ts";

/**
 * How far each client has read each stream:
 *
 *     position     <client>#<stream>     version, place, row, what was taken out of order, what is not acknowledged
 *
 * All of them are one partition, so that one question tells who is behind.
 */
export const POSITION_PARTITION = "position";

const positionSchema = v.object({
  client: v.string(),
  stream: v.picklist(STREAMS),
  version: v.number(),
  place: v.number(),
  row: v.number(),
  taken: rowsSchema,
  batches: v.array(
    v.object({ id: v.number(), given: v.number(), after: v.string(), rows: rowsSchema, atMs: v.number() }),
  ),
  by: v.array(v.string()),
  v: v.literal(1),
});

const MOST_ATTEMPTS = 100;
const MOST_REMEMBERED_POSITIONS = 1_000;
/** While a change is repeated, this many changes by others may happen before it is no longer recognised. */
const MOST_REMEMBERED = 16;

/** A position, and its owner. */
export interface StoredReading {
  readonly client: string;
  readonly stream: Stream;
  readonly reading: Reading;
}

/** The positions of all clients. */
export class Positions {
  readonly #db: Database;
  readonly #remembered = new Map<string, Reading>();

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * A client's position; undefined if it has never asked. Unless the read is consistent, it may be slightly out of
   * date.
   */
  async load(client: string, stream: Stream, isConsistent: boolean): Promise<Reading | undefined> {
    const { Item } = await this.#db.client.send(
      new GetCommand({
        TableName: this.#db.table,
        Key: keyOf(client, stream),
        ConsistentRead: isConsistent,
      }),
    );
    return Item ? parse(Item).reading : undefined;
  }

  /**
   * The position as this process last moved it. Others may have moved it since, but it is good enough for an attempt.
   */
  remembered(client: string, stream: Stream): Reading | undefined {
    return this.#remembered.get(keyOf(client, stream).sk);
  }

  /** Gives a client its first position, unless it has one. Had it none? */
  begin(client: string, stream: Stream, place: number): Promise<boolean> {
    return this.#put(client, stream, readingFrom(place), { ConditionExpression: "attribute_not_exists(pk)" });
  }

  /** Moves a position if its version is still the one before. Was it? `by` is unique to this change. */
  async move(
    client: string,
    stream: Stream,
    reading: Reading,
    { fromVersion, by }: { fromVersion: number; by: string },
  ): Promise<boolean> {
    const changed = { ...reading, by: [by, ...reading.by].slice(0, MOST_REMEMBERED) };
    const condition = {
      ConditionExpression: "#version = :from",
      ExpressionAttributeValues: { ":from": fromVersion },
    };
    this.#remembered.delete(keyOf(client, stream).sk);
    try {
      if (await this.#put(client, stream, changed, condition)) {
        this.#remember(client, stream, changed);
        return true;
      }
    } catch (error) {
      // The change may have been made, and then what it hands out must be handed out.
      if (await this.#isMadeBy(client, stream, by)) return true;
      throw error;
    }
    return this.#isMadeBy(client, stream, by);
  }

  /**
   * Moves a client to the start of an entry from wherever it was. What it has not acknowledged and what it has taken
   * out of order is forgotten. A simultaneous poll counts as either before or after.
   */
  async rewind(client: string, stream: Stream, place: number, by: string): Promise<void> {
    for (let n = 0; n < MOST_ATTEMPTS; n++) {
      const current = await this.load(client, stream, true);
      const isDone = current
        ? await this.move(client, stream, readingFrom(place, current.version + 1), {
            fromVersion: current.version,
            by,
          })
        : await this.begin(client, stream, place);
      if (isDone) return;
    }
    throw new BusyError("too many move a position at once");
  }

  async #isMadeBy(client: string, stream: Stream, by: string): Promise<boolean> {
    return (await this.load(client, stream, true))?.by.includes(by) === true;
  }

  #remember(client: string, stream: Stream, reading: Reading): void {
    if (this.#remembered.size >= MOST_REMEMBERED_POSITIONS) this.#remembered.clear();
    this.#remembered.set(keyOf(client, stream).sk, reading);
  }

  /** Every client's position in every stream that it has read. */
  async *list(): AsyncGenerator<StoredReading> {
    const query = {
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": POSITION_PARTITION },
    };
    for await (const item of queryAll(this.#db, query)) yield parse(item);
  }

  /** Deletes the positions of a client that no longer exists. */
  async forget(client: string): Promise<void> {
    for (const stream of STREAMS) {
      await this.#db.client.send(
        new DeleteCommand({ TableName: this.#db.table, Key: keyOf(client, stream) }),
      );
    }
  }

  async #put(
    client: string,
    stream: Stream,
    { version, next, taken, batches, by }: Reading,
    condition: { ConditionExpression: string; ExpressionAttributeValues?: Record<string, number> },
  ): Promise<boolean> {
    const item = {
      client,
      stream,
      version,
      ...next,
      taken: storedRows(taken),
      batches: batches.map((batch) => ({ ...batch, rows: storedRows(batch.rows) })),
      by,
      v: 1,
    };
    try {
      const { ExpressionAttributeValues: tested = {}, ConditionExpression } = condition;
      const names = Object.keys(item);
      await this.#db.client.send(
        // An update even though it writes everything, because the endpoint has no right to put.
        new UpdateCommand({
          TableName: this.#db.table,
          Key: keyOf(client, stream),
          UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(", ")}`,
          ConditionExpression,
          ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
          ExpressionAttributeValues: {
            ...Object.fromEntries(Object.entries(item).map(([name, value]) => [`:${name}`, value])),
            ...tested,
          },
        }),
      );
      return true;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return false;
    }
  }
}

const keyOf = (client: string, stream: Stream) => ({ pk: POSITION_PARTITION, sk: `${client}#${stream}` });

function parse(item: Record<string, unknown>): StoredReading {
  const { client, stream, place, row, ...reading } = parseStored(positionSchema, item);
  const { version, taken, batches, by } = reading;
  return { client, stream, reading: { version, next: { place, row }, taken, batches, by } };
}
