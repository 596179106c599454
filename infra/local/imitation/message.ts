import { type Offset, writeInstant } from "./time.ts";

/** Infobip's status object, as in its reports and logs documents. */
export interface Status {
  groupId: number;
  groupName: string;
  id: number;
  name: string;
  description: string;
  action?: string;
}

/** Infobip's error object, known from reports only. */
export interface ReportError {
  groupId: number;
  groupName: string;
  id: number;
  name: string;
  description: string;
  permanent: boolean;
}

/** `pricePerMessage` holds the digits as written, since a binary number would lose some. */
export interface Price {
  pricePerMessage: string;
  currency: string;
}

/** The endpoints that hand out reports, by the first part of their path. */
export const REPORT_ENDPOINTS = ["sms", "push", "email", "omni"] as const;
export type ReportEndpoint = (typeof REPORT_ENDPOINTS)[number];

/** One step in a message's life. */
export interface MessageEvent {
  /** Epoch ms. */
  at: number;
  status: Status;
  error?: ReportError;
  /** Whether Infobip writes a doneAt; default true. */
  done?: boolean;
  /** Whether the event yields a report; default: every one but those of group PENDING. */
  reported?: boolean;
}

/** A message on one channel. Failover gives two of them with one messageId. */
export interface Message {
  messageId: string;
  channel: string;
  /** The one endpoint that hands out its reports. */
  endpoint: ReportEndpoint;
  to: string;
  /** Epoch ms. */
  sentAt: number;
  offset: Offset;
  messageCount: number;
  /** Oldest first. */
  events: MessageEvent[];
  bulkId?: string;
  from?: string;
  text?: string;
  /** Mobile country and network code; the text "null" as Infobip sometimes writes it. */
  mccmnc?: string;
  /** Whether omni reports write mccMnc as an integer. */
  mccMncIsInteger?: boolean;
  price?: Price;
  callbackData?: string;
  /** Fields no document names, in every report of the message. */
  extra?: Record<string, unknown>;
  /** Whether reports name the sender (the sms document lists `from`, its examples lack it). */
  fromInReports?: boolean;
}

/** A message of which only the parts that matter to a test are given. */
export type MessageSpec = Partial<Message> & Pick<Message, "messageId" | "sentAt">;

export const DELIVERED: Status = {
  groupId: 3,
  groupName: "DELIVERED",
  id: 5,
  name: "DELIVERED_TO_HANDSET",
  description: "Message delivered to handset",
};

export const NO_ERROR: ReportError = {
  groupId: 0,
  groupName: "OK",
  id: 0,
  name: "NO_ERROR",
  description: "No Error",
  permanent: false,
};

/** Fills in what is missing: an SMS to Infobip's example number, delivered after one second. */
export function completeMessage(spec: MessageSpec): Message {
  const channel = spec.channel ?? "SMS";
  return {
    channel,
    endpoint: endpointOf(channel),
    to: "41793026727",
    offset: "+0000",
    messageCount: 1,
    events: [{ at: spec.sentAt + 1000, status: DELIVERED, error: NO_ERROR }],
    ...spec,
  };
}

/** Where a channel's reports are handed out; failover messages are all on omni. */
export function endpointOf(channel: string): ReportEndpoint {
  const own = channel.toLowerCase();
  return own === "sms" || own === "push" || own === "email" ? own : "omni";
}

/** Whether the event yields a report. */
export function isReported(event: MessageEvent): boolean {
  return event.reported ?? event.status.groupName !== "PENDING";
}

/** The later stage of two is the one that holds: pending (0), with the operator (1), final (2). */
export function rankOf(status: Status): 0 | 1 | 2 {
  if (status.groupName === "PENDING") return 0;
  return status.groupName === "DELIVERED" && status.id === 2 ? 1 : 2;
}

/** The event whose status holds among those given: the highest rank, and of equals the last. */
export function latestEvent(events: readonly MessageEvent[]): MessageEvent | undefined {
  return events.reduce<MessageEvent | undefined>(
    (held, event) => (held && rankOf(held.status) > rankOf(event.status) ? held : event),
    undefined,
  );
}

/** The message's state at a moment; a message without an event yet has just been accepted. */
export function stateAt(message: Message, now: number): MessageEvent {
  const happened = message.events.filter((event) => event.at <= now);
  return latestEvent(happened) ?? { at: message.sentAt, status: ACCEPTED, done: false };
}

/** The event's doneAt as Infobip writes it, with the offset of the message's sentAt. */
export function doneAtOf(message: Message, event: MessageEvent): string | undefined {
  return event.done === false ? undefined : writeInstant(event.at, message.offset);
}

export const ACCEPTED: Status = {
  groupId: 1,
  groupName: "PENDING",
  id: 26,
  name: "PENDING_ACCEPTED",
  description: "Message accepted, pending for delivery",
};
