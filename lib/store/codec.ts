import { deflateRawSync, inflateRawSync } from "node:zlib";
import { ATTRIBUTES, keyPart, NO_GROUP, recordKeys } from "./keys.ts";
import type { Known, Lesser } from "./merge.ts";
import { expiresAtSeconds, type MessageRecord, parseRecord, printRecord, statusGroupOf } from "./record.ts";

/** An item of the table, as the document client takes and gives it. */
export type Item = Record<string, unknown>;

/**
 * Reports resemble each other: deflated against a typical one, a record of 540 bytes takes about 110 (16 µs to pack,
 * 8 µs to unpack). That halves what every query reads, and keeps messages with a text inside the one kilobyte
 * that a write unit buys. The dictionary is part of the stored format: never edit it, add another attribute instead.
 * Its end is its most valuable part, being the shortest distance away.
 */
const DICTIONARY = Buffer.from(
  '"EXPIRED","id":15,"name":"EXPIRED_EXPIRED","description":"Message expired""PENDING","id":26,"name":"PENDING_ACCEPTED",' +
    '"description":"Message accepted, pending for delivery""id":7,"name":"PENDING_ENROUTE","description":"Message sent to ' +
    'next instance""REJECTED","id":6,"name":"REJECTED_NETWORK","description":"Network is forbidden","action":"Contact ' +
    'account manager""id":4,"name":"UNDELIVERABLE_REJECTED_OPERATOR""groupId":1,"groupName":"HANDSET_ERRORS","id":27,' +
    '"name":"EC_ABSENT_SUBSCRIBER","description":"Absent Subscriber","permanent":true"callbackData":"+0000""currency":' +
    '"UNKNOWN""channel":"EMAIL""VIBER""WHATSAPP""PUSH""VOICE""groupId":3,"groupName":"DELIVERED","id":2,"name":' +
    '"DELIVERED_TO_OPERATOR","description":"Message delivered to operator""groupId":2,"groupName":"UNDELIVERABLE","id":9,' +
    '"name":"UNDELIVERABLE_NOT_DELIVERED","description":"Message sent not delivered"' +
    '{"bulkId":"","messageId":"","to":"41793026727","from":"InfoSMS","text":"Your code is ","sentAt":' +
    '"2026-11-22T09:58:20.323+0100","doneAt":"2026-11-22T09:58:20.337+0100","messageCount":1,"mccmnc":"22801","price":' +
    '{"pricePerMessage":0.01,"currency":"EUR"},"status":{"groupId":3,"groupName":"DELIVERED","id":5,"name":' +
    '"DELIVERED_TO_HANDSET","description":"Message delivered to handset"},"error":{"groupId":0,"groupName":"OK","id":0,' +
    '"name":"NO_ERROR","description":"No Error","permanent":false},"channel":"SMS"}',
);
/** The chunks are as small as the records: zlib's own, of 16 KB, take longer to set aside than a record to unpack. */
const DEFLATE = { dictionary: DICTIONARY, windowBits: 12, memLevel: 4, level: 6, chunkSize: 1_024 };
/** The window of the reader must be at least the writer's; the largest reads them all. */
const INFLATE = { dictionary: DICTIONARY, windowBits: 15, chunkSize: 2_048 };

/** The item that stores what is known of a message, at this version. */
export function toItem(
  known: Known,
  version: number,
  settings: { shards: number; retentionHours: number },
): Item {
  const { record, lesser } = known;
  return {
    ...recordKeys(record, settings.shards),
    ...(record.from ? { [ATTRIBUTES.from]: keyPart(record.from) } : {}),
    ...(record.mccmnc ? { [ATTRIBUTES.network]: keyPart(record.mccmnc) } : {}),
    [ATTRIBUTES.group]: statusGroupOf(record.status) || NO_GROUP,
    [ATTRIBUTES.record]: deflateRawSync(printRecord(record), DEFLATE),
    ...(lesser.size > 0 ? { [ATTRIBUTES.lesser]: JSON.stringify([...lesser]) } : {}),
    [ATTRIBUTES.version]: version,
    [ATTRIBUTES.expiresAt]: expiresAtSeconds(record, settings.retentionHours),
  };
}

/** The JSON text of a stored record, exactly as it is served. Throws if the item holds none. */
export function recordText(item: Item): string {
  const packed = item[ATTRIBUTES.record];
  if (!(packed instanceof Uint8Array)) throw new Error("an item holds no record");
  return inflateRawSync(packed, INFLATE).toString();
}

/** The record of an item. */
export function recordOfItem(item: Item): MessageRecord {
  return parseRecord(recordText(item));
}

/** What an item tells of its message, for merging, and the version that it was read at. */
export function fromItem(item: Item): { known: Known; version: number } {
  const lesser = item[ATTRIBUTES.lesser];
  return {
    known: {
      record: recordOfItem(item),
      lesser: typeof lesser === "string" ? (new Map(JSON.parse(lesser)) as Lesser) : new Map(),
    },
    version: Number(item[ATTRIBUTES.version]),
  };
}
