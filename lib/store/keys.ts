import { compareUtf8, hash32, sha256 } from "../runtime/text.ts";
import { epochMsOf, type MessageRecord, statusGroupOf } from "./record.ts";

/**
 * The keys of records, the attributes and the indexes. One table holds, told apart by `pk`, which the stores below it
 * make for what is theirs:
 *
 *     m#<messageId>          <channel>            a record
 *     pull#<source>          <startedAt>#<id>     a pull under way, or its landed page until that is merged
 *     piece#<page>           <number>             a piece of a page (or quarantined text) too big for one item
 *     quarantine             <page>#<place>       what could not be parsed
 *     zone#<period>          <kind>               which children of a period hold which values (zones.ts)
 *     health                 <source>             when a source was last pulled well
 *     reconcile              checkpoint           how far the reconciler has checked
 *     client                 <id>                 who may query, and what they may see
 *     rate#<client>          rate                 what a client has used up of its rate
 *
 * Every index orders by `o`, newest `sentAt` first, then messageId, then channel: the order of the answers, so that a
 * query reads forward and stops.
 */
export const TABLE_KEY = { partition: "pk", sort: "sk" } as const;

/** Names are short because each is stored, and paid for, with every record in every index. */
export const ATTRIBUTES = {
  /** Orders every index: inverted sentAt, messageId, channel. */
  order: "o",
  /** byTime's partition: UTC day of sentAt # shard. */
  time: "t",
  /** byRecipient's partition: `to`. */
  recipient: "r",
  /** byBulk's partition: bulkId # shard. */
  bulk: "b",
  /** byException's partition: status group # day # shard; only on records whose group is not DELIVERED. */
  exception: "x",
  /** Filtered in the database, to spare the transfer: sender, network, status group. */
  from: "f",
  network: "n",
  group: "g",
  /** The record: JSON text, deflated with the dictionary of codec.ts. */
  record: "d",
  /** What merge.ts calls lesser; only where there is any. */
  lesser: "l",
  /** Counts the writes of an item; a conditional write names the one it read. */
  version: "v",
  /** Time to live: seconds since 1970. */
  expiresAt: "e",
} as const;

export type IndexName = "byTime" | "byRecipient" | "byBulk" | "byException";

/** The partition attribute of each index; the sort attribute is `o` everywhere. */
export const INDEXES: Readonly<Record<IndexName, string>> = {
  byTime: ATTRIBUTES.time,
  byRecipient: ATTRIBUTES.recipient,
  byBulk: ATTRIBUTES.bulk,
  byException: ATTRIBUTES.exception,
};

/** The latest moment the format can name, 9999-12-31: times are stored as their distance to it. */
const END_OF_TIME_MS = 253_402_300_799_999;
const INVERTED_DIGITS = 15;

/** The start of `o` for a moment: newer moments sort first. */
export function orderPrefix(sentAtMs: number): string {
  return String(END_OF_TIME_MS - sentAtMs).padStart(INVERTED_DIGITS, "0");
}

/** Sorts before whatever an id is made of, spaces included: "ab" comes before "ab c" then, as it should. */
const SEPARATOR = "\u0001";

/** `o`: the place of a record in the order of every answer. */
export function orderKey(record: Pick<MessageRecord, "messageId" | "channel" | "sentAt">): string {
  return [orderPrefix(epochMsOf(record.sentAt)), record.messageId, record.channel].join(SEPARATOR);
}

/** The moment that an order key starts with, in milliseconds since 1970. */
export function momentOfOrder(order: string): number {
  return END_OF_TIME_MS - Number(order.slice(0, INVERTED_DIGITS));
}

export { compareUtf8 as compareOrder };

const MESSAGE = "m#";
const HASHED = "sha256:";
/** Stands for a status group that is not known; DynamoDB's keys cannot be empty. */
export const NO_GROUP = "-";

/** A value as a part of a key: itself, or its hash where DynamoDB's limits on keys would not take it. */
export function keyPart(value: string): string {
  const fits = Buffer.byteLength(value) <= 256 && !value.startsWith(HASHED);
  return fits ? value : HASHED + sha256(value);
}

/** The UTC day of a moment, yyyy-mm-dd: the period that an index partition spans. */
export function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/** Which of `shards` a message belongs to. */
export function shardOf(messageId: string, shards: number): number {
  return hash32(messageId) % shards;
}

export function recordPartition(messageId: string): string {
  return MESSAGE + messageId;
}

export function timePartition(day: string, shard: number): string {
  return `${day}#${shard}`;
}

export function bulkPartition(bulkId: string, shard: number): string {
  return `${keyPart(bulkId)}#${shard}`;
}

export function exceptionPartition(group: string, day: string, shard: number): string {
  return `${keyPart(group)}#${day}#${shard}`;
}

/** The groups that byException holds: all but DELIVERED, which nearly every record ends in. */
export function isException(group: string): boolean {
  return group !== "DELIVERED";
}

/** The keys of a record in the table and in every index it belongs to. */
export function recordKeys(record: MessageRecord, shards: number): Record<string, string> {
  const day = dayOf(epochMsOf(record.sentAt));
  const shard = shardOf(record.messageId, shards);
  const group = statusGroupOf(record.status);
  return {
    pk: recordPartition(record.messageId),
    sk: record.channel,
    [ATTRIBUTES.order]: orderKey(record),
    [ATTRIBUTES.time]: timePartition(day, shard),
    ...(record.to ? { [ATTRIBUTES.recipient]: keyPart(record.to) } : {}),
    ...(record.bulkId ? { [ATTRIBUTES.bulk]: bulkPartition(record.bulkId, shard) } : {}),
    ...(isException(group) ? { [ATTRIBUTES.exception]: exceptionPartition(group, day, shard) } : {}),
  };
}

/**
 * What `recordKeys` and the filtered attributes of an item say of its record; undefined where a value was too long for
 * a key, so that only its hash is there.
 */
export function storedFacts(item: Readonly<Record<string, unknown>>) {
  const { pk, sk, o, r, b, f, n, g } = item as Record<string, string | undefined>;
  if ([r, b, f, n].some((part) => part?.startsWith(HASHED))) return undefined;
  return {
    messageId: String(pk).slice(MESSAGE.length),
    channel: String(sk),
    sentAtMs: momentOfOrder(String(o)),
    group: g === NO_GROUP ? "" : String(g),
    to: r,
    from: f,
    bulkId: b?.slice(0, b.lastIndexOf("#")),
    mccmnc: n,
  };
}
