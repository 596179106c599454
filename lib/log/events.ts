import { gunzipSync, gzipSync } from "node:zlib";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import * as v from "valibot";
import { EVENT_TYPES, type EventType, type MessageEvent, MOST_ID_BYTES } from "../message/event.ts";
import { isJsonObject, type JsonObject, parseJson, printJson } from "../message/json.ts";
import { type Database, isConditionFailure, queryAll } from "../runtime/dynamodb.ts";
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

/** An event as it is kept. */
export interface KeptEvent {
  readonly type: EventType;
  readonly channel?: string | undefined;
  /** When it arrived first, milliseconds since 1970. */
  readonly atMs: number;
  readonly way: Way;
  readonly source: string;
  readonly said: JsonObject;
}

/** What is known of a message beside its reports. */
export interface Beside {
  readonly events: readonly KeptEvent[];
  /** The moments at which it was sent, by reports that do not agree on it; none where they do. */
  readonly momentsMs: readonly number[];
}

const VERSION = 1;
/** Before digits; events begin with the name of their type. */
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
  readonly #retentionHours: number;

  /** `retentionHours`: how long an event is kept after its arrival. */
  constructor(db: Database, retentionHours: number) {
    this.#db = db;
    this.#retentionHours = retentionHours;
  }

  /** Keeps events of a page; what is kept already stays as it is. Throws what DynamoDB throws. */
  async keep(
    { source, way, atMs }: Pick<KeptEvent, "source" | "way" | "atMs">,
    events: readonly MessageEvent[],
  ): Promise<void> {
    const expiresAt = Math.ceil(atMs / 1000) + Math.round(this.#retentionHours * 3600);
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

  /** What is kept of a message, in no order. */
  async of(messageId: string, nowMs: number): Promise<Beside> {
    // Longer ones are not taken, and DynamoDB would not look for them.
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

/** Is it a moment at which a message was sent? */
export function isMoment({ pk, sk }: Readonly<Record<string, unknown>>): boolean {
  return String(pk).startsWith(EVENT_PARTITION) && String(sk).startsWith(MOMENT);
}

/** The item of a moment, milliseconds since 1970, kept until `expiresAt`, seconds since 1970. */
export function momentItem(messageId: string, atMs: number, expiresAt: number) {
  return { pk: EVENT_PARTITION + messageId, sk: MOMENT + atMs, atMs, v: VERSION, [EXPIRES_AT]: expiresAt };
}

/** Reads the moment of an item. */
export function parseEventMoment(item: Readonly<Record<string, unknown>>): number {
  return parseStored(storedMoment, item).atMs;
}
