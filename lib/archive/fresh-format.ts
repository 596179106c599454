import { FORMAT_SK, FRESH_IDS, SMALL_VERSION } from "./fresh.ts";
import { DAY_SECONDS, type Item } from "./keys.ts";

/**
 * Earlier versions look for ids among `fresh-ids` only, where what few records tell is not any more. This item stands there from
 * before the first of those until after the last, and is of their version: so an earlier version refuses to look for ids.
 *
 *     pk  fresh-ids   sk  format   v  5   e  a day after the pages it is for
 *
 * This knows until when the item is there (seconds since 1970), as far as this process has put it.
 */
export class FreshFormat {
  #until = 0;

  /** The item to put before these; nearly always none. */
  missing(items: readonly Item[]): Item[] {
    const small = items.filter(({ v }) => v === SMALL_VERSION);
    const until = small.reduce((most, { e }) => Math.max(most, Number(e)), 0);
    if (until <= this.#until) return [];
    const e = (Math.ceil(until / DAY_SECONDS) + 1) * DAY_SECONDS;
    return [{ pk: FRESH_IDS, sk: FORMAT_SK, v: SMALL_VERSION, e }];
  }

  /** These items have been put. */
  remember(items: readonly Item[]): void {
    for (const { e } of items) this.#until = Math.max(this.#until, Number(e));
  }
}
