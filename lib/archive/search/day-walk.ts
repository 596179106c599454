import { blockPartition, newestOf } from "../block.ts";
import { mergeVersions, type Version } from "../codec.ts";
import { parseBlocks } from "../day-format.ts";
import { DAY_MS, dayStart, identityOf, momentOfOrder, orderKey } from "../keys.ts";
import type { Placed } from "./answer.ts";
import { type Front, UNKNOWN } from "./front.ts";
import type { Stretch } from "./plan.ts";
import type { Reach, RestOfDay } from "./reach.ts";
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

/** After so many messages have been taken, their moments say more of how many there are than the runs do. */
const SEEN = 20;
const MINUTE_MS = 60_000;
const ALL: Reach = { wanted: Infinity, reachMs: -Infinity };

/**
 * Reads a day's blocks, newest first, and merges the versions of each message. Blocks overlap, and a message may be in
 * several; but once all blocks whose newest record is at `t` or later have been read, every version of a record sent
 * after `t` is known. That makes the walk exact, however the blocks came about.
 */
export class DayWalk {
  readonly #reader: Reader;
  readonly #pk: string;
  readonly #startMs: number;
  readonly #dayMs: number;
  readonly #endMs: number;
  readonly #front: Front;
  readonly #streams: WalkStream[];
  readonly #known = new Map<string, Place>();
  /** How many messages have been taken, and when the newest of them was sent. */
  #taken = 0;
  #newestMs = -Infinity;

  constructor(reader: Reader, day: string, stretch: Stretch, front: Front = UNKNOWN) {
    this.#reader = reader;
    this.#pk = blockPartition(day);
    this.#dayMs = dayStart(day);
    this.#startMs = Math.min(stretch.untilMs, this.#dayMs + DAY_MS - 1);
    this.#endMs = Math.max(stretch.sinceMs, this.#dayMs);
    this.#front = front;
    this.#streams = streamsOf(day, stretch, front);
  }

  isOver(): boolean {
    return this.#streams.length === 0;
  }

  /** Everything sent after this moment has been read. */
  get frontierMs(): number {
    return Math.min(this.#startMs, this.#boundMs);
  }

  get #boundMs(): number {
    return this.#streams.reduce((ms, { boundMs }) => Math.max(ms, boundMs), -Infinity);
  }

  /** What can be told of what has not been taken yet. */
  rest(nowMs: number): RestOfDay {
    const frontierMs = Math.min(this.frontierMs, nowMs);
    const heldMs = [...this.#known.values()].map(({ sentAtMs }) => sentAtMs).sort((a, b) => b - a);
    const takenPerMs = this.#taken / Math.max(1, this.#newestMs - frontierMs);
    const expectedPerMs = this.#expectedPerMs(nowMs);
    // If no run tells, the few that have been taken must do.
    const least = Number.isFinite(expectedPerMs) ? SEEN : 1;
    const perMs = this.#taken < least ? expectedPerMs : takenPerMs;
    return { frontierMs, endMs: this.#endMs, heldMs, perMs };
  }

  #expectedPerMs(nowMs: number): number {
    const { records, perMinute, settledUntilMs } = this.#front;
    if (this.frontierMs > settledUntilMs && Number.isFinite(perMinute)) return perMinute / MINUTE_MS;
    return records / Math.max(1, Math.min(nowMs - this.#dayMs, DAY_MS));
  }

  /** Reads on, as far as that: the classes that have not come so far yet. */
  async read(reach: Reach = ALL): Promise<void> {
    const reachMs = Math.min(reach.reachMs, this.frontierMs);
    const behind = this.#streams.filter(({ boundMs }) => boundMs >= reachMs);
    await Promise.all(behind.map((stream) => this.#readStream(stream, limitOf(stream, reach))));
  }

  async #readStream(stream: WalkStream, limit: number | undefined): Promise<void> {
    const { items, last } = await this.#query(stream, limit);
    const blocks = parseBlocks(items);
    stream.blocks += blocks.length;
    for (const { versions, newestMs } of blocks) {
      stream.newestMs = Math.max(stream.newestMs, newestMs);
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
    const behind = stream.others.filter(({ from }) => last < from);
    stream.others = [];
    if (behind.length === 0) return;
    stream.until = `${last.slice(0, 2)}~`;
    this.#streams.push(...behind);
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
      this.#newestMs = Math.max(this.#newestMs, one.sentAtMs);
      this.#known.delete(id);
    }
    this.#taken += certain.length;
    return certain;
  }

  /** Everything that was read, by identity. */
  all(): Map<string, Version> {
    return new Map([...this.#known].map(([id, { version }]) => [id, version]));
  }
}
