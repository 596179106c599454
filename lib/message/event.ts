import type { JsonObject } from "./json.ts";

/** What a recipient did with a message, or what a provider reported later. Infobip's LATE_BOUNCE becomes BOUNCED. */
export const EVENT_TYPES = ["SEEN", "OPENED", "CLICKED", "BOUNCED", "COMPLAINED", "UNSUBSCRIBED"] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Something that happened to a message, other than its reports. */
export interface MessageEvent {
  readonly messageId: string;
  readonly type: EventType;
  readonly channel?: string | undefined;
  /** When it happened, in milliseconds since 1970, if the event says so. */
  readonly happenedAtMs?: number | undefined;
  /** Identifies the event, however often and in whatever form it arrives: at most 64 characters. */
  readonly key: string;
  /** The event as Infobip sent it. */
  readonly said: JsonObject;
}

/**
 * Events of longer message ids are not read. Reports have no longer ids either (lib/infobip/report.ts), so such an event
 * could belong to none; and every id fits a partition key of DynamoDB's, which has 2,048 bytes at most.
 */
export const MOST_ID_BYTES = 512;
