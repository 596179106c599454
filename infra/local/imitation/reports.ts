import { Digits } from "./digits.ts";
import { doneAtOf, type Message, type MessageEvent, type ReportEndpoint } from "./message.ts";
import { writeInstant } from "./time.ts";

/** The two formats of every answer, chosen by the Accept header. */
export type Format = "json" | "xml";

/** A record as it goes into an answer, field by field. */
export type WireRecord = Record<string, unknown>;

/** A report that waits on its endpoint until it is handed out. */
export interface Report {
  message: Message;
  event: MessageEvent;
}

/** The filters of the reports endpoints; `channel` on omni only. */
export interface ReportQuery {
  bulkId?: string;
  messageId?: string;
  channel?: string;
  limit: number;
}

/** Whether the report passes every filter. */
export function matchesReport({ message }: Report, query: ReportQuery): boolean {
  return (
    (query.bulkId === undefined || message.bulkId === query.bulkId) &&
    (query.messageId === undefined || message.messageId === query.messageId) &&
    (query.channel === undefined || message.channel === query.channel)
  );
}

/**
 * The report in its endpoint's own fields, as in Infobip's sms, push, email and omni reports documents.
 * The network is `mccMnc`, but `mccmnc` in the XML of omni reports.
 */
export function writeReport({ message, event }: Report, format: Format): WireRecord {
  return defined({
    bulkId: message.bulkId,
    messageId: message.messageId,
    to: message.to,
    sentAt: writeInstant(message.sentAt, message.offset),
    doneAt: doneAtOf(message, event),
    ...OWN_FIELDS[message.endpoint](message, format),
    callbackData: message.callbackData,
    price: writePrice(message),
    status: event.status,
    error: event.error,
    ...message.extra,
  });
}

/** The message's price with its digits as written. */
export function writePrice({ price }: Message): WireRecord | undefined {
  return price && { ...price, pricePerMessage: new Digits(price.pricePerMessage) };
}

/** The record without the fields that have no value. */
export function defined(record: WireRecord): WireRecord {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

const OWN_FIELDS: Record<ReportEndpoint, (message: Message, format: Format) => WireRecord> = {
  sms: ({ messageCount, mccmnc, from, fromInReports }) => ({
    ...(fromInReports && { from }),
    smsCount: messageCount,
    mccMnc: mccmnc,
  }),
  push: ({ messageCount }) => ({ messageCount }),
  email: ({ messageCount, channel }) => ({ messageCount, channel }),
  omni: ({ messageCount, channel, mccmnc, mccMncIsInteger }, format) => ({
    messageCount,
    [format === "xml" ? "mccmnc" : "mccMnc"]: mccMncIsInteger ? Number(mccmnc) : mccmnc,
    channel,
  }),
};
