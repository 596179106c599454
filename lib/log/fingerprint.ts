import { hash } from "node:crypto";
import type { MessageRecord } from "../message/record.ts";
import { epochMsOf } from "../message/record.ts";
import { rankOf, statusGroupOf } from "../message/status.ts";

/** Which message a report is of and what it says, in twelve bytes; and the stretch of sending time that it is remembered by. */
export interface Fingerprint {
  /** Twelve characters, one a byte: those of the message first. */
  readonly mark: string;
  readonly slot: number;
}

/** So many bytes of a mark tell the message: enough to find the few pages that may hold it, which are then looked into. */
export const MESSAGE_BYTES = 4;
/** So many more tell what is said: with a million reports in a slot, one in ten million million is taken for another. */
export const CONTENT_BYTES = 8;
export const MARK_BYTES = MESSAGE_BYTES + CONTENT_BYTES;
/**
 * The same report by another way says the same `sentAt`, so what must be looked through is the slot of it and no more. Ten
 * minutes of a million messages a day are 83 KB.
 */
const SLOT_MS = 600_000;

/**
 * The fingerprint of a report: which message over which channel, which status, and when that was reached. Two that agree
 * in this say the same, whatever else one of them leaves out: a log has no `error` and no `callbackData`, a report no
 * text. The description of a status is for people and not looked at.
 */
export function fingerprintOf({ messageId, channel, status, doneAt, sentAt }: MessageRecord): Fingerprint {
  const state = [statusGroupOf(status), status.id ?? status.name ?? ""];
  const said = JSON.stringify([messageId, channel, ...state, doneAt === undefined ? "" : epochMsOf(doneAt)]);
  return { mark: messageMarkOf(messageId) + hashOf(said, CONTENT_BYTES), slot: slotAt(epochMsOf(sentAt)) };
}

/** What the marks of a message's reports begin with, over whatever channel. */
export function messageMarkOf(messageId: string): string {
  return hashOf(messageId, MESSAGE_BYTES);
}

/** The slot of a moment, milliseconds since 1970. */
export function slotAt(ms: number): number {
  return Math.floor(ms / SLOT_MS);
}

function hashOf(text: string, bytes: number): string {
  return hash("sha256", text, "binary").slice(0, bytes);
}

/**
 * Would a report have said this? Infobip reports what became of a message. Its logs know of it from the first moment, and what
 * is accepted or pending there is no report that was lost.
 */
export function isReportable({ status }: MessageRecord): boolean {
  return rankOf(status) >= 2;
}
