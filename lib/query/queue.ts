import { momentOfOrder } from "../store/keys.ts";
import type { Segment } from "./collect.ts";

/** How long a time a segment spans, in milliseconds; 0 for one without partitions, where there is nothing to read. */
export function durationOf({ partitions, range }: Segment): number {
  return partitions.length === 0 ? 0 : momentOfOrder(range.from) - momentOfOrder(range.until) + 1;
}

/** Segments in their order, taken several at a time. */
export class Queue {
  readonly #source: AsyncGenerator<Segment>;
  #waiting: Segment | undefined;

  constructor(source: AsyncGenerator<Segment>) {
    this.#source = source;
  }

  /** The next segments: one in any case, and more while there are few and they span no longer than `mostMs`. */
  async take(most: number, mostMs: number): Promise<Segment[]> {
    const taken: Segment[] = [];
    for (let spanMs = 0; taken.length < most; ) {
      const segment = this.#waiting ?? (await this.#source.next()).value;
      this.#waiting = segment;
      if (!segment) break;
      spanMs += durationOf(segment);
      if (taken.length > 0 && spanMs > mostMs) break;
      taken.push(segment);
      this.#waiting = undefined;
    }
    return taken;
  }
}
