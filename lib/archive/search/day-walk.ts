import { blockPartition, newestOf } from "../block.ts";
import { mergeVersions, type Version } from "../codec.ts";
import { parseBlocks } from "../day-format.ts";
import { DAY_MS, dayStart, identityOf, momentOfOrder, orderKey } from "../keys.ts";
import type { Placed } from "./answer.ts";
import { type Front, UNKNOWN } from "./front.ts";
import type { Stretch } from "./plan.ts";
import type { Chunk, Reader } from "./reader.ts";
import { limitOf, streamsOf, type WalkStream } from "./walk-stream.ts";

interface Place extends Placed {
  readonly id: string;
  readonly sentAtMs: number;
}

/** Versions stay what they are, and a process that has read blocks before has their versions still (recent-blocks.ts). */
const places = new WeakMap<Version, Place>();

function placeOf(version: Version): Place {
  const known = places.get(version);
  if (known) return known;
  const order = orderKey(version.record);
  const place = { version, order, id: identityOf(version.record), sentAtMs: momentOfOrder(order) };
  places.set(version, place);
  return place;
}

/** If so few records are wanted, what is read ahead in vain is little, and saves a round nearly always. */
export const FEW = 100;

/**
 * Reads a day's blocks, newest first, and merges the versions of each message. Blocks overlap, and a message may be in
 * several; but once all blocks whose newest record is at `t` or later have been read, every version of a record sent
 * after `t` is known. That makes the walk exact, however the blocks came about.
 */
export class DayWalk {
  readonly #reader: Reader;
  readonly #pk: string;
  readonly #startMs: number;
  readonly #streams: WalkStream[];
  /** Is all of the day one range at first? Then it is settled and has few blocks, probably of one class only. */
  readonly isOne: boolean;
  #hasBegun = false;
  readonly #known = new Map<string, Place>();

  constructor(reader: Reader, day: string, stretch: Stretch, front: Front = UNKNOWN) {
    this.#reader = reader;
    this.#pk = blockPartition(day);
    this.#startMs = Math.min(stretch.untilMs, dayStart(day) + DAY_MS - 1);
    this.#streams = streamsOf(day, stretch, front);
    this.isOne = this.#streams.length === 1;
  }

  isOver(): boolean {
    return this.#streams.length === 0;
  }

  /** How many messages have been read and not been taken. */
  get held(): number {
    return this.#known.size;
  }

  /** Everything sent after this moment has been read. */
  get frontierMs(): number {
    return Math.min(
      this.#startMs,
      this.#streams.reduce((ms, { boundMs }) => Math.max(ms, boundMs), -Infinity),
    );
  }

  /**
   * Reads on, for about so many records, wherever that advances the frontier; and where it will be needed next, since what is behind
   * is probably empty.
   */
  async read(wanted = Infinity): Promise<void> {
    const frontierMs = this.#streams.reduce((ms, { boundMs }) => Math.max(ms, boundMs), -Infinity);
    const isAll = !this.#hasBegun || (this.isOne && this.#known.size < wanted && wanted <= FEW);
    const behind = this.#streams.filter(({ boundMs }) => isAll || boundMs >= frontierMs);
    this.#hasBegun = true;
    await Promise.all(behind.map((stream) => this.#readStream(stream, limitOf(stream, wanted))));
  }

  async #readStream(stream: WalkStream, limit: number | undefined): Promise<void> {
    const { items, last } = await this.#query(stream, limit);
    const blocks = parseBlocks(items);
    stream.blocks += blocks.length;
    for (const { versions } of blocks) {
      stream.records += versions.length;
      for (const version of versions) this.#add(version);
    }
    if (last === undefined) {
      this.#streams.splice(this.#streams.indexOf(stream), 1);
      return;
    }
    this.#part(stream, last);
    stream.from = `${last}\u0000`;
    // What stands before the newest block, as the day's format, does not tell of a newer one.
    stream.boundMs = Math.min(stream.boundMs, newestOf(last));
  }

  async #query(stream: WalkStream, limit: number | undefined): Promise<Chunk> {
    const { from, within, until } = stream;
    stream.within = undefined;
    if (within === undefined || limit === undefined) return this.#reader.query(this.#pk, from, until, limit);
    const [ahead, { items, last }] = await Promise.all([
      this.#reader.queryWhole({ pk: this.#pk, from, until: within }),
      this.#reader.query(this.#pk, within, until, limit),
    ]);
    return { items: [...ahead, ...items], ...(last === undefined ? {} : { last }) };
  }

  /** Goes on in the range that the answer ended in, and separates those behind it from that. */
  #part(stream: WalkStream, last: string): void {
    let { next } = stream;
    while (next && last >= next.from) next = next.next;
    stream.next = undefined;
    if (!next) return;
    stream.until = `${last.slice(0, 2)}~`;
    this.#streams.push(next);
  }

  #add(version: Version): void {
    const { id } = placeOf(version);
    const other = this.#known.get(id);
    this.#known.set(id, other ? placeOf(mergeVersions(other.version, version)) : placeOf(version));
  }

  /** Takes what is certain: everything sent after the frontier, in no particular order. */
  take(): Placed[] {
    const frontierMs = this.isOver() ? -Infinity : this.frontierMs;
    const certain: Placed[] = [];
    for (const [id, one] of this.#known) {
      if (one.sentAtMs <= frontierMs) continue;
      certain.push(one);
      this.#known.delete(id);
    }
    return certain;
  }

  /** Everything that was read, by identity. */
  all(): Map<string, Version> {
    return new Map([...this.#known].map(([id, { version }]) => [id, version]));
  }
}
