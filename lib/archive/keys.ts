import { epochMsOf, type MessageRecord } from "../message/record.ts";
import { compareUtf8 } from "../message/utf8.ts";

/**
 * The order of every answer, and the periods that the archive is kept by. One table holds, told apart by `pk`, which the
 * modules below make for what is theirs:
 *
 *     d#<day>                <class>#<newest>#<hash>  a block: records of one UTC day of sentAt (block.ts)
 *     archive                days                     which days hold blocks (days.ts)
 *     archive                catalog                  what has been settled (catalog.ts)
 *     fresh, fresh-ids       <arrival>#<hash>         which values and ids blocks hold that are not settled (fresh.ts)
 *     run#<id>               …                        the same for settled blocks, sorted by fingerprint (run.ts)
 *     trash                  <run>                    what a settling has replaced, until it is deleted (trash.ts)
 */

export type { Item, Key, KeyRange } from "../runtime/stored.ts";

/** The latest moment that the format can express, 9999-12-31: times are stored as their distance to it. */
const END_OF_TIME_MS = 253_402_300_799_999;
const START_OF_TIME_MS = -62_167_219_200_000;
const INVERTED_DIGITS = 15;

/** The beginning of an order key for a moment: newer moments sort first. */
export function orderPrefix(sentAtMs: number): string {
  return String(END_OF_TIME_MS - Math.min(sentAtMs, END_OF_TIME_MS)).padStart(INVERTED_DIGITS, "0");
}

/** Sorts before all characters of ids, including spaces, so that "ab" comes before "ab c". */
const SEPARATOR = "\u0001";

/** The place of a record in the order of every answer: newest `sentAt` first, then by messageId, then by channel. */
export function orderKey(record: Pick<MessageRecord, "messageId" | "channel" | "sentAt">): string {
  const { messageId, channel, sentAt } = record;
  return `${orderPrefix(epochMsOf(sentAt))}${SEPARATOR}${messageId}${SEPARATOR}${channel}`;
}

/** The moment that an order key begins with, in milliseconds since 1970. */
export function momentOfOrder(order: string): number {
  return END_OF_TIME_MS - Number(order.slice(0, INVERTED_DIGITS));
}

export { compareUtf8 as compareOrder };

/** What identifies a record: a message on a channel. */
export function identityOf({ messageId, channel }: Pick<MessageRecord, "messageId" | "channel">): string {
  return `${messageId.length} ${messageId}${channel}`;
}

export const DAY_MS = 86_400_000;
export const DAY_SECONDS = DAY_MS / 1000;

/** The UTC day of a moment, yyyy-mm-dd: the period that a partition of blocks spans. */
export function dayOf(epochMs: number): string {
  // With an offset, a moment may be slightly outside the years with four digits.
  return new Date(Math.min(Math.max(epochMs, START_OF_TIME_MS), END_OF_TIME_MS)).toISOString().slice(0, 10);
}

/** The first moment of a UTC day, in milliseconds since 1970. */
export function dayStart(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}
