import { BrokenRecordError } from "./errors.ts";
import { RECORD_FIELDS } from "./fields.ts";
import { isJsonObject, type Json, type JsonObject, parseJson, printJson, type RawNumber } from "./json.ts";
import { epochMsOfMoment } from "./moment.ts";
import type { Status } from "./status.ts";

/**
 * A decimal that keeps its digits: 0.0100 is a raw number, 0.01 a plain one. `digitsOf` returns the digits of either.
 */
export type JsonDecimal = number | RawNumber;

/** What a message cost. Here and below, fields that are not listed are kept as well. */
export interface Price extends JsonObject {
  readonly pricePerMessage?: JsonDecimal;
  readonly currency?: string;
}

/** Infobip's error object, which only reports have. */
export interface ReportError extends JsonObject {
  readonly groupId?: number;
  readonly groupName?: string;
  readonly id?: number;
  readonly name?: string;
  readonly description?: string;
  readonly permanent?: boolean;
}

/**
 * What is known of one message on one channel, in the form that is kept and served for all endpoints: the fields of the
 * seeds' omni logs document and, after them, any others. `sentAt` and `doneAt` are in Infobip's format with their
 * original offset. Absent means unknown: no field is null or "".
 */
export interface MessageRecord extends JsonObject {
  readonly bulkId?: string;
  readonly messageId: string;
  readonly to?: string;
  readonly from?: string;
  readonly text?: string;
  readonly sentAt: string;
  readonly doneAt?: string;
  readonly messageCount?: number;
  readonly mccmnc?: string;
  readonly price?: Price;
  readonly status: Status;
  readonly error?: ReportError;
  readonly channel: string;
  readonly callbackData?: string;
}

/** Makes a record of these fields: known ones in the document's order, the others after them, sorted by name. */
export function recordOf(fields: Iterable<readonly [string, Json]>): MessageRecord {
  const entries = [...fields].sort(([a], [b]) => compareFields(a, b));
  return Object.fromEntries(entries) as MessageRecord;
}

/** Are the fields in the order of `recordOf`? */
export function isInOrder(record: MessageRecord): boolean {
  const fields = Object.keys(record);
  return fields.every((field, n) => {
    const before = fields[n - 1];
    return before === undefined || compareFields(before, field) < 0;
  });
}

function compareFields(a: string, b: string): number {
  return positionOf(a) - positionOf(b) || (a < b ? -1 : 1);
}

const POSITIONS: ReadonlyMap<string, number> = new Map(RECORD_FIELDS.map((field, n) => [field, n]));

function positionOf(field: string): number {
  return POSITIONS.get(field) ?? RECORD_FIELDS.length;
}

/** The record as JSON text, exactly as `/omni/1/logs` serves it. */
export function printRecord(record: MessageRecord): string {
  return printJson(record);
}

/**
 * Reads what `printRecord` wrote. Throws BrokenRecordError if it is anything else: stored data is parsed like any other
 * input.
 */
export function parseRecord(text: string): MessageRecord {
  const json = parseJson(text);
  if (!isJsonObject(json) || !isJsonObject(json.status))
    throw new BrokenRecordError("a stored record is not a record");
  for (const field of ["messageId", "channel", "sentAt"]) {
    if (typeof json[field] !== "string") throw new BrokenRecordError(`a stored record has no ${field}`);
  }
  return json as MessageRecord;
}

/**
 * Milliseconds since 1970 for a date of a record. Throws BrokenRecordError if it is not a date: the record is then
 * corrupt.
 */
export function epochMsOf(date: string): number {
  const epochMs = epochMsOfMoment(date);
  if (epochMs === undefined) throw new BrokenRecordError("a stored date is not in Infobip's format");
  return epochMs;
}

/** When a record stops being served, in seconds since 1970: max(sentAt, doneAt) + retention. */
export function expiresAtSeconds(record: MessageRecord, retentionHours: number): number {
  const lastMs = Math.max(epochMsOf(record.sentAt), record.doneAt ? epochMsOf(record.doneAt) : -Infinity);
  return Math.ceil(lastMs / 1000) + Math.round(retentionHours * 3600);
}
