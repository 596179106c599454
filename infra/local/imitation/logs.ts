import { doneAtOf, type Message, type MessageEvent, stateAt } from "./message.ts";
import { defined, type WireRecord, writePrice } from "./reports.ts";
import { writeInstant } from "./time.ts";

/** Messages sent longer ago are in no answer of the logs. */
export const LOGS_KEPT_MS = 48 * 3600 * 1000;

/** The filters of Infobip's omni logs document. `sentSince` and `sentUntil` are epoch ms, both included. */
export interface LogQuery {
  from?: string;
  to?: string;
  /** Any of them. */
  bulkIds: readonly string[];
  /** Any of them. */
  messageIds: readonly string[];
  generalStatus?: string;
  sentSince?: number;
  sentUntil?: number;
  mcc?: string;
  mnc?: string;
  channel?: string;
  limit: number;
}

/** The messages of the last 48 hours that pass every filter, newest first, at most `limit` of them. */
export function selectLogs(messages: readonly Message[], query: LogQuery, now: number): Message[] {
  return messages
    .filter((message) => message.sentAt <= now && message.sentAt >= now - LOGS_KEPT_MS)
    .filter((message) => matchesLog(message, query, now))
    .sort((one, other) => other.sentAt - one.sentAt)
    .slice(0, query.limit);
}

/** What each message was written as last, in which state: neither ever changes, and the same ones are asked for again and again. */
const written = new WeakMap<Message, { readonly state: MessageEvent; readonly record: WireRecord }>();

/** The message as the omni logs document shows it, with its status as of now. */
export function writeLog(message: Message, now: number): WireRecord {
  const state = stateAt(message, now);
  const known = written.get(message);
  if (known?.state === state) return known.record;
  const record = writeState(message, state);
  written.set(message, { state, record });
  return record;
}

function writeState(message: Message, state: MessageEvent): WireRecord {
  return defined({
    bulkId: message.bulkId,
    messageId: message.messageId,
    to: message.to,
    from: message.from,
    text: message.text,
    sentAt: writeInstant(message.sentAt, message.offset),
    doneAt: doneAtOf(message, state),
    messageCount: message.messageCount,
    mccmnc: message.mccmnc,
    price: writePrice(message),
    status: state.status,
    channel: message.channel,
  });
}

function matchesLog(message: Message, query: LogQuery, now: number): boolean {
  return (
    is(query.from, message.from) &&
    is(query.to, message.to) &&
    isAmong(query.bulkIds, message.bulkId) &&
    isAmong(query.messageIds, message.messageId) &&
    is(query.channel, message.channel) &&
    is(query.mcc, message.mccmnc?.slice(0, 3)) &&
    is(query.mnc, message.mccmnc?.slice(3)) &&
    message.sentAt >= (query.sentSince ?? -Infinity) &&
    message.sentAt <= (query.sentUntil ?? Infinity) &&
    (query.generalStatus === undefined || stateAt(message, now).status.groupName === query.generalStatus)
  );
}

function is(wanted: string | undefined, value: string | undefined): boolean {
  return wanted === undefined || wanted === value;
}

function isAmong(wanted: readonly string[], value: string | undefined): boolean {
  return wanted.length === 0 || (value !== undefined && wanted.includes(value));
}
