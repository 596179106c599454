import { BUCKETS } from "./latency.ts";

/** With so many entries or more, a sum has a place for every bucket. */
const MANY = 512;

/**
 * Adds up times: as a list of entries while there are few, since an answer may have a hundred thousand rows, and beyond
 * that with a place for each bucket. The sum is the same in any order.
 */
export class TimesSum {
  #entries: number[] = [];
  #places: Float64Array | undefined;

  add(bucket: number, count: number): void {
    if (this.#places) this.#places[bucket] = (this.#places[bucket] ?? 0) + count;
    else if (this.#entries.push(bucket, count) >= 2 * MANY) {
      const places = new Float64Array(BUCKETS);
      this.take(places);
      this.#places = places;
      this.#entries = [];
    }
  }

  /** Writes the sum into `into`, which has a place for each bucket, replacing its content. */
  take(into: Float64Array): void {
    into.fill(0);
    if (this.#places) into.set(this.#places);
    for (let at = 0; at < this.#entries.length; at += 2) {
      const bucket = this.#entries[at] ?? 0;
      into[bucket] = (into[bucket] ?? 0) + (this.#entries[at + 1] ?? 0);
    }
  }
}
