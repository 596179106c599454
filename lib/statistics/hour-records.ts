import type { Version } from "../archive/codec.ts";
import type { IndexReader } from "../archive/search/index-reader.ts";
import type { Reader } from "../archive/search/reader.ts";
import { blocksBetween } from "../archive/search/stretch-blocks.ts";
import { messageTerm } from "../archive/terms.ts";
import { epochMsOf, type MessageRecord } from "../message/record.ts";
import { HOUR_MS } from "./periods.ts";
import type { Moves } from "./unsettled-moves.ts";

/** Everything that the archive knows about the messages of an hour. */
export interface HourRecords {
  /** Merged, each message once. */
  readonly records: readonly MessageRecord[];
  /** The blocks that were read, as `pk sk`. */
  readonly blocks: ReadonlySet<string>;
  /**
   * When the first of these may be deleted, so that fewer messages would be counted, in milliseconds since 1970;
   * Infinity if there are none.
   */
  readonly finalFromMs: number;
}

/**
 * Reads the messages sent in an hour. If the reports of a message disagree about when it was sent, everything known
 * about it decides which hour it belongs to.
 */
export async function recordsOfHour(
  hourMs: number,
  reader: Reader,
  index: IndexReader,
  { terms }: Pick<Moves, "terms">,
): Promise<HourRecords> {
  const stretch = { sinceMs: hourMs, untilMs: hourMs + HOUR_MS - 1 };
  const [{ versions, names, goneFromMs }, settled] = await Promise.all([
    blocksBetween(reader, stretch),
    index.moved(),
  ]);
  const moved = settled.union(terms);
  const isMoved = ({ record }: Version) => moved.has(messageTerm(record.messageId));
  const whole = moved.size === 0 ? versions : await index.completed(versions, isMoved);
  const own = whole.filter(({ record }) => {
    const atMs = epochMsOf(record.sentAt);
    return atMs >= stretch.sinceMs && atMs <= stretch.untilMs;
  });
  return { records: own.map(({ record }) => record), blocks: names, finalFromMs: goneFromMs };
}
