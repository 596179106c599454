import { gunzipSync, gzipSync } from "node:zlib";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import * as v from "valibot";
import { EVENT_TYPES, type EventType, type MessageEvent, MOST_ID_BYTES } from "../message/event.ts";
import { isJsonObject, type JsonObject, parseJson, printJson } from "../message/json.ts";
import { type Database, isConditionFailure, queryAll } from "../runtime/dynamodb.ts";
import { expiryAfterArrival } from "../runtime/expiry.ts";
import { parseStored } from "../runtime/stored.ts";
import { EXPIRES_AT } from "../runtime/table.ts";
import { WAYS, type Way } from "./page-log.ts";

/**
 * What happened to a message besides its reports, each once however often it came, and whether or not there is a report yet:
 *
 *     event#<messageId>     <type>#<key>     when and by which way it came, and what it says, compressed
 *     event#<messageId>     moment#<ms>      a moment at which it was sent, where its reports do not agree on it: each report is
 *                                            looked for by its own
 */
export const EVENT_PARTITION = "event#";

/** A stored event. */
export interface KeptEvent {
  readonly type: EventType;
  readonly channel?: string | undefined;
  /** When it first arrived, in milliseconds since 1970. */
  readonly atMs: number;
  readonly way: Way;
  readonly source: string;
  readonly said: JsonObject;
}

/** What is known of a message besides its reports. */
export interface Beside {
  readonly events: readonly KeptEvent[];
  /** When the message was sent, if its reports disagree about it: all moments; otherwise none. */
  readonly momentsMs: readonly number[];
}

const VERSION = 1;
/** Sorts before digits. Keys of events begin with the name of their type. */
export const MOMENT = "moment#";
const storedMoment = v.object({ atMs: v.number(), v: v.literal(VERSION) });
const stored = v.object({
  type: v.picklist(EVENT_TYPES),
  channel: v.optional(v.string()),
  atMs: v.number(),
  way: v.picklist(WAYS),
  source: v.string(),
  said: v.pipe(
    v.instance(Uint8Array),
    v.transform((bytes) => parseJson(gunzipSync(bytes).toString())),
    v.custom<JsonObject>(isJsonObject),
  ),
  v: v.literal(VERSION),
});
const CONCURRENCY = 16;

/** The events of all messages. */
export class Events {
  readonly #db: Database;
  readonly #retentionHours: number | undefined;

  /** `retentionHours`: how long an event is kept after its arrival; who only reads need not know. */
  constructor(db: Database, retentionHours?: number) {
    this.#db = db;
    this.#retentionHours = retentionHours;
  }

  /** Stores the events of a page. Those that are stored already stay as they are. Throws what DynamoDB throws. */
  async keep(
    { source, way, atMs }: Pick<KeptEvent, "source" | "way" | "atMs">,
    events: readonly MessageEvent[],
  ): Promise<void> {
    const expiresAt = expiryAfterArrival(atMs, this.#retentionHours);
    await pMap(
      events,
      async ({ messageId, type, channel, key, said }) => {
        const Item = {
          ...{ pk: EVENT_PARTITION + messageId, sk: `${type}#${key}` },
          ...{ type, channel, atMs, way, source },
          said: gzipSync(printJson(said)),
          v: VERSION,
          [EXPIRES_AT]: expiresAt,
        };
        await this.#put(Item);
      },
      { concurrency: CONCURRENCY },
    );
  }

  /** Everything stored for a message, in no particular order. */
  async of(messageId: string, nowMs: number): Promise<Beside> {
    // Longer ids are never stored, and DynamoDB would reject them as a key.
    if (Buffer.byteLength(messageId) > MOST_ID_BYTES) return { events: [], momentsMs: [] };
    const query = {
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": EVENT_PARTITION + messageId },
    };
    const items = await Array.fromAsync(queryAll(this.#db, query));
    const alive = items.filter((item) => Number(item[EXPIRES_AT]) * 1000 > nowMs);
    const [moments, events] = [alive.filter(isMoment), alive.filter((item) => !isMoment(item))];
    return {
      momentsMs: moments.map(parseEventMoment),
      events: events.map((item) => {
        const { v: _, ...event } = parseStored(stored, item);
        return event;
      }),
    };
  }

  async #put(Item: Readonly<Record<string, unknown>>): Promise<void> {
    try {
      const ConditionExpression = "attribute_not_exists(pk)";
      await this.#db.client.send(new PutCommand({ TableName: this.#db.table, Item, ConditionExpression }));
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }
}

/** Is this item a moment at which a message was sent? */
export function isMoment({ pk, sk }: Readonly<Record<string, unknown>>): boolean {
  return String(pk).startsWith(EVENT_PARTITION) && String(sk).startsWith(MOMENT);
}

/** The item for a moment (milliseconds since 1970), kept until `expiresAt` (seconds since 1970). */
export function momentItem(messageId: string, atMs: number, expiresAt: number) {
  return { pk: EVENT_PARTITION + messageId, sk: MOMENT + atMs, atMs, v: VERSION, [EXPIRES_AT]: expiresAt };
}

/** Reads the moment from an item. */
export function parseEventMoment(item: Readonly<Record<string, unknown>>): number {
  return parseStored(storedMoment, item).atMs;
}
