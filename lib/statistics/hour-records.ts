import type { Version } from "../archive/codec.ts";
import type { IndexReader } from "../archive/search/index-reader.ts";
import type { Stretch } from "../archive/search/plan.ts";
import type { Reader } from "../archive/search/reader.ts";
import { type ContentOfStretch, StretchBlocks } from "../archive/search/stretch-blocks.ts";
import { messageTerm } from "../archive/terms.ts";
import { epochMsOf, type MessageRecord } from "../message/record.ts";
import { HOUR_MS, hourOf, stretchesOf } from "./periods.ts";
import type { Moves } from "./unsettled-moves.ts";

/** Everything that the archive knows about the messages of an hour. */
export interface HourRecords {
  /** Merged, each message once. */
  readonly records: readonly MessageRecord[];
  /** The blocks that were read, as `pk sk`. */
  readonly names: ReadonlySet<string>;
  /**
   * When the first of these may be deleted, so that fewer messages would be counted, in milliseconds since 1970;
   * Infinity if there are none.
   */
  readonly finalFromMs: number;
}

/**
 * The blocks of hours. Neighbours among the hours that are to be read share requests: a small account has few blocks a day,
 * and a request costs at least half a unit.
 */
export class HourBlocks {
  readonly #reader: Reader;
  readonly #shared: ReadonlyMap<number, StretchBlocks>;

  /** `hours`: in the order in which they will be read, the newest first. */
  constructor(reader: Reader, hours: readonly number[] = []) {
    this.#reader = reader;
    this.#shared = new Map(
      stretchesOf(hours).flatMap((stretch) => {
        const blocks = new StretchBlocks(reader, momentsOf(stretch));
        return stretch.map((hourMs) => [hourMs, blocks] as const);
      }),
    );
  }

  read(hourMs: number): Promise<ContentOfStretch> {
    const part = momentsOf([hourMs]);
    return (this.#shared.get(hourMs) ?? new StretchBlocks(this.#reader, part)).read(part);
  }
}

function momentsOf(hours: readonly number[]): Stretch {
  return { sinceMs: Math.min(...hours), untilMs: Math.max(...hours) + HOUR_MS - 1 };
}

/**
 * Reads the messages sent in an hour. If the reports of a message disagree about when it was sent, everything known
 * about it decides which hour it belongs to.
 */
export async function recordsOfHour(
  hourMs: number,
  blocks: HourBlocks,
  index: IndexReader,
  { terms }: Pick<Moves, "terms">,
): Promise<HourRecords> {
  const [{ versions, names, goneFromMs }, settled] = await Promise.all([blocks.read(hourMs), index.moved()]);
  const moved = settled.union(terms);
  const isMoved = ({ record }: Version) => moved.has(messageTerm(record.messageId));
  const whole = moved.size === 0 ? versions : await index.completed(versions, isMoved);
  const own = whole.filter(({ record }) => {
    return hourOf(epochMsOf(record.sentAt)) === hourMs;
  });
  return { records: own.map(({ record }) => record), names, finalFromMs: goneFromMs };
}
