import { expiryOf, type FoundRecord, type Version } from "../codec.ts";
import { compareOrder, identityOf } from "../keys.ts";
import { type Filter, matches, mayMatch } from "./filters.ts";
import type { Range } from "./plan.ts";
import type { Budget } from "./reader.ts";

/** Everything that the archive knows about a message, merged, and its place in the order of answers. */
export interface Placed {
  readonly order: string;
  readonly version: Version;
}

export interface SearchAnswer {
  /** Matching records, newest first; ties by messageId, then by channel. */
  readonly items: readonly FoundRecord[];
  /** The order key to continue after; undefined if there are no more. */
  readonly after?: string;
  /** Are there fewer than asked for because the budget was spent? */
  readonly isIncomplete: boolean;
  readonly spentUnits: number;
  /**
   * When the messages that were asked for by id were sent, according to each report: nearly always one moment;
   * undefined if none was asked for by id.
   */
  readonly momentsMs?: ReadonlySet<number>;
}

/** Collects the answer to one query. */
export class Collector {
  readonly filter: Filter;
  readonly range: Range;
  readonly budget: Budget;
  readonly #limit: number;
  readonly #nowMs: number;
  readonly #rows: FoundRecord[] = [];
  readonly #seen = new Set<string>();
  /** How many messages in the range were looked at, and how many of them matched. */
  considered = 0;
  readonly momentsMs = new Set<number>();
  matched = 0;
  #cutAt: string | undefined;

  constructor(request: { filter: Filter; limit: number; range: Range; nowMs: number }, budget: Budget) {
    this.filter = request.filter;
    this.range = request.range;
    this.budget = budget;
    this.#limit = request.limit;
    this.#nowMs = request.nowMs;
  }

  /** How many more records are wanted. One more than the limit tells whether there are any more. */
  get missing(): number {
    return this.#limit + 1 - this.#rows.length;
  }

  isMatch(placed: Placed): boolean {
    return (
      this.#isInRange(placed) &&
      matches(this.filter, placed.version.record) &&
      expiryOf(placed.version) * 1000 > this.#nowMs
    );
  }

  /** May it match, with what else is known about its message? */
  mayMatch(placed: Placed): boolean {
    return this.#isInRange(placed) && mayMatch(this.filter, placed.version.record);
  }

  #isInRange({ order }: Placed): boolean {
    return compareOrder(order, this.range.from) >= 0 && compareOrder(order, this.range.until) <= 0;
  }

  /** Adds what comes next in the order of answers: nothing that is added later may come before any of these. */
  add(placed: readonly Placed[]): void {
    const within = placed.filter((one) => this.#isInRange(one));
    const fitting = within.filter((one) => this.isMatch(one));
    this.considered += within.length;
    this.matched += fitting.length;
    fitting.sort((a, b) => compareOrder(a.order, b.order));
    for (const { order, version } of fitting) {
      const id = identityOf(version.record);
      if (this.missing > 0 && !this.#seen.has(id)) this.#rows.push({ order, text: version.text });
      this.#seen.add(id);
    }
  }

  /** Ends the search because the budget is spent: everything before `order` has been considered. */
  cut(order: string): void {
    this.#cutAt = order;
  }

  found(): SearchAnswer {
    const items = this.#rows.slice(0, this.#limit);
    const last = items.at(-1);
    const after = this.#rows.length > this.#limit && last ? last.order : this.#cutAt;
    const isIncomplete = items.length < this.#limit && this.#cutAt !== undefined;
    const { spentUnits } = this.budget;
    const { momentsMs } = this;
    return {
      ...{ items, isIncomplete, spentUnits },
      ...(momentsMs.size > 0 ? { momentsMs } : {}),
      ...(after === undefined ? {} : { after }),
    };
  }
}
