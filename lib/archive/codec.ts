import { deflateRawSync, inflateRawSync } from "node:zlib";
import * as v from "valibot";
import { type FieldPrecedences, type Known, merge } from "../message/merge.ts";
import { expiresAtSeconds, type MessageRecord, parseRecord, printRecord } from "../message/record.ts";

/**
 * Reports resemble each other: deflated together, with a typical one as the dictionary, a record of 540 bytes takes 70
 * to 80. The dictionary is part of the stored format: never edit it, add another version instead. Its end is its most
 * valuable part, because of the short distances.
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
const DEFLATE = { dictionary: DICTIONARY, level: 6 };

/** A record as a search returns it: its place in the order of answers, and its JSON text exactly as it is served. */
export interface FoundRecord {
  readonly order: string;
  readonly text: string;
}

/** What one block, or several merged, tell about a message. The text is kept so that it need not be printed again. */
export interface Version extends Kept {
  readonly text: string;
}

/** What is known about a message, and how long it is kept after max(sentAt, doneAt). */
export interface Kept extends Known {
  readonly keepSeconds: number;
}

/** The JSON text of a record. */
export function recordText({ text }: FoundRecord): string {
  return text;
}

/** Parses the text of a record. */
export function recordOfItem({ text }: FoundRecord): MessageRecord {
  return parseRecord(text);
}

/**
 * A line of a block: the record's JSON and, after a tab (which JSON text never contains), what merge.ts calls
 * precedences.
 */
export function printLine({ record, precedences }: Known): string {
  const text = printRecord(record);
  return precedences.size === 0 ? text : `${text}\t${JSON.stringify([...precedences])}`;
}

/** Parses a line of a block. Throws if it is invalid. */
export function parseLine(line: string, keepSeconds: number): Version {
  const [text = "", precedences] = line.split("\t");
  const record = parseRecord(text);
  return {
    record,
    precedences: precedences === undefined ? NOTHING : parsePrecedences(precedences),
    text,
    keepSeconds,
  };
}

const NOTHING: FieldPrecedences = new Map();
const precedencesSchema = v.array(v.tuple([v.string(), v.tuple([v.number(), v.number()])]));

function parsePrecedences(text: string): FieldPrecedences {
  return new Map(v.parse(precedencesSchema, JSON.parse(text)));
}

/** From when (seconds since 1970) a message is no longer served. */
export function expiryOf({ record, keepSeconds }: Kept): number {
  return expiresAtSeconds(record, keepSeconds / 3600);
}

/**
 * Caches the last merge of each version: a process that has read blocks before would merge them again for each query.
 */
const merges = new WeakMap<Version, { readonly other: Version; readonly merged: Version }>();

/** Merges two versions of the same message and channel. */
export function mergeVersions(a: Version, b: Version): Version {
  const last = merges.get(a);
  if (last?.other === b) return last.merged;
  const merged = mergeNew(a, b);
  merges.set(a, { other: b, merged });
  return merged;
}

function mergeNew(a: Version, b: Version): Version {
  const known = merge(a, b);
  const keepSeconds = Math.max(a.keepSeconds, b.keepSeconds);
  const unchanged = [a, b].find(({ record }) => record === known.record);
  return { ...known, text: unchanged?.text ?? printRecord(known.record), keepSeconds };
}

/** Deflates the lines of a block. */
export function packLines(lines: readonly string[]): Buffer {
  return deflateRawSync(lines.join("\n"), DEFLATE);
}

/** Inflates the lines of a block. Throws what zlib throws if they are corrupt. */
export function unpackLines(packed: Uint8Array): string[] {
  return inflateRawSync(packed, DEFLATE).toString().split("\n");
}
