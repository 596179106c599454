import { hash } from "node:crypto";
import type { MessageRecord } from "../message/record.ts";
import { epochMsOf } from "../message/record.ts";
import { rankOf, statusGroupOf } from "../message/status.ts";

/**
 * Identifies, in twelve bytes, the message that a report is about and what the report says; and the slot of sending
 * time under which it is stored.
 */
export interface Fingerprint {
  /** Twelve characters, one per byte. Those of the message come first. */
  readonly mark: string;
  readonly slot: number;
}

/**
 * The bytes of a mark that identify the message: enough to find the few pages that may contain it, which are then
 * searched.
 */
export const MESSAGE_BYTES = 4;
/**
 * The further bytes that identify what is said. With a million reports in a slot, one in ten million million is
 * mistaken for another.
 */
export const CONTENT_BYTES = 8;
export const MARK_BYTES = MESSAGE_BYTES + CONTENT_BYTES;
/**
 * The same report has the same `sentAt` whichever way it arrives, so only that slot must be searched. Ten minutes at a
 * million messages a day are 83 KB.
 */
const SLOT_MS = 600_000;

/**
 * The fingerprint of a report: its message, channel, status, and when that status was reached. Reports with equal
 * fingerprints say the same, even if one has fewer fields: logs have no `error` and no `callbackData`, reports have no
 * text. The description of a status is for people, and ignored.
 */
export function fingerprintOf({ messageId, channel, status, doneAt, sentAt }: MessageRecord): Fingerprint {
  const state = [statusGroupOf(status), status.id ?? status.name ?? ""];
  const said = JSON.stringify([messageId, channel, ...state, doneAt === undefined ? "" : epochMsOf(doneAt)]);
  return { mark: messageMarkOf(messageId) + hashOf(said, CONTENT_BYTES), slot: slotAt(epochMsOf(sentAt)) };
}

/** What all marks of a message begin with, whatever the channel. */
export function messageMarkOf(messageId: string): string {
  return hashOf(messageId, MESSAGE_BYTES);
}

/** The slot of a moment (milliseconds since 1970). */
export function slotAt(ms: number): number {
  return Math.floor(ms / SLOT_MS);
}

function hashOf(text: string, bytes: number): string {
  return hash("sha256", text, "binary").slice(0, bytes);
}

/**
 * Would Infobip have sent a report of this? Reports tell the outcome of a message, whereas logs list it from the
 * beginning: an accepted or pending one in the logs is not a report that was lost.
 */
export function isReportable({ status }: MessageRecord): boolean {
  return rankOf(status) >= 2;
}
