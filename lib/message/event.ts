import type { JsonObject } from "./json.ts";

/** What recipients did with a message, or their provider said of it later. LATE_BOUNCE of Infobip's is BOUNCED here. */
export const EVENT_TYPES = ["SEEN", "OPENED", "CLICKED", "BOUNCED", "COMPLAINED", "UNSUBSCRIBED"] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Something that happened to a message besides its reports. */
export interface MessageEvent {
  readonly messageId: string;
  readonly type: EventType;
  readonly channel?: string | undefined;
  /** When it happened, milliseconds since 1970, where it says so. */
  readonly happenedAtMs?: number | undefined;
  /** The same for the same event, however often and in whatever form it comes: at most 64 characters. */
  readonly key: string;
  /** As Infobip words it. */
  readonly said: JsonObject;
}

/** Longer ids of messages are no ids: they could not be a key of DynamoDB's, which takes 2,048 bytes. */
export const MOST_ID_BYTES = 512;
