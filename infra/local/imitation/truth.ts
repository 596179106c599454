import {
  doneAtOf,
  isReported,
  latestEvent,
  type Message,
  type Price,
  type ReportError,
  type Status,
  stateAt,
} from "./message.ts";
import { normaliseInstant, writeInstant } from "./time.ts";

/** A record as a perfect archive serves it: what the logs and all reports so far say together. */
export interface TruthRecord {
  bulkId?: string;
  messageId: string;
  to: string;
  from?: string;
  text?: string;
  /** `yyyy-MM-dd'T'HH:mm:ss.SSS±hhmm` */
  sentAt: string;
  /** The same form as sentAt. */
  doneAt?: string;
  messageCount: number;
  mccmnc?: string;
  price?: Price;
  status: Status;
  error?: ReportError;
  channel: string;
  callbackData?: string;
  extra?: Record<string, unknown>;
}

/** The message's record at `now` (epoch ms). Error, callback data and extra fields come with reports only. */
export function truthOf(message: Message, now: number): TruthRecord {
  const { messageId, to, from, text, messageCount, channel, bulkId, mccmnc, price } = message;
  const state = stateAt(message, now);
  const doneAt = doneAtOf(message, state);
  return {
    messageId,
    to,
    sentAt: normaliseInstant(writeInstant(message.sentAt, message.offset)),
    messageCount,
    status: state.status,
    channel,
    ...(bulkId && { bulkId }),
    ...(from !== undefined && { from }),
    ...(text !== undefined && { text }),
    ...(doneAt !== undefined && { doneAt: normaliseInstant(doneAt) }),
    ...(mccmnc !== undefined && mccmnc !== "null" && { mccmnc }),
    ...(price && { price }),
    ...reportedPart(message, now),
  };
}

function reportedPart(message: Message, now: number): Pick<TruthRecord, "error" | "callbackData" | "extra"> {
  const reported = message.events.filter((event) => event.at <= now && isReported(event));
  const error = latestEvent(reported.filter((event) => event.error))?.error;
  if (reported.length === 0) return {};
  return {
    ...(error && { error }),
    ...(message.callbackData !== undefined && { callbackData: message.callbackData }),
    ...(message.extra && { extra: message.extra }),
  };
}
