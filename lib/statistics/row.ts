import { type Cells, textOf } from "./cells.ts";
import { addDecimals, type Decimal, parseDecimal, timesDecimal, ZERO } from "./decimal.ts";
import type { Totals } from "./metrics.ts";
import { outcomeOf } from "./series.ts";
import { TimesSum } from "./times-sum.ts";

const EMAIL = "EMAIL";

/**
 * The price of the messages of one row: counts by price, since a few prices cover most of them, and sums for the rest.
 */
class PriceSum {
  readonly #each = new Map<string, { messages: number; parts: number }>();
  #price = ZERO;
  #priceOfParts = ZERO;

  add(line: string, messages: number, parts: number): void {
    const at = line.indexOf(" ");
    if (at >= 0) {
      this.#price = addDecimals(this.#price, decimalOf(line.slice(0, at)));
      this.#priceOfParts = addDecimals(this.#priceOfParts, decimalOf(line.slice(at + 1)));
      return;
    }
    const known = this.#each.get(line);
    if (known) {
      known.messages += messages;
      known.parts += parts;
    } else this.#each.set(line, { messages, parts });
  }

  take(): { price: Decimal; priceOfParts: Decimal } {
    let [price, priceOfParts] = [this.#price, this.#priceOfParts];
    for (const [digits, { messages, parts }] of this.#each) {
      const each = decimalOf(digits);
      price = addDecimals(price, timesDecimal(each, messages));
      priceOfParts = addDecimals(priceOfParts, timesDecimal(each, parts));
    }
    return { price, priceOfParts };
  }
}

const decimalOf = (digits: string): Decimal => parseDecimal(digits) ?? ZERO;

/** Adds up the cells of one row. */
export class RowSums {
  readonly dimensions: readonly string[];
  #sent = 0;
  #basis = 0;
  readonly #outcomes = { delivered: 0, rejected: 0, failed: 0, pending: 0 };
  #parts = 0;
  readonly #prices = new PriceSum();
  /** Does any of its messages have a price? */
  #isPriced = false;
  readonly #times = new TimesSum();

  constructor(dimensions: readonly string[]) {
    this.dimensions = dimensions;
  }

  /** Adds a cell. */
  add(cells: Cells, n: number): void {
    const { messages, parts, prices, starts, buckets, counts } = cells;
    const [own, ownParts] = [messages[n] ?? 0, parts[n] ?? 0];
    this.count(cells, n, own);
    this.#parts += ownParts;
    if (prices.length > 0) {
      const line = prices[n] ?? "0";
      this.#isPriced ||= textOf(cells, "currency", n) !== "" || !/^0(?: |$)/.test(line);
      if (line !== "0") this.#prices.add(line, own, ownParts);
    }
    for (let at = starts[n] ?? 0; at < (starts[n + 1] ?? 0); at++)
      this.#times.add(buckets[at] ?? 0, counts[at] ?? 0);
  }

  /** Adds so many of a cell's messages, and nothing else of it. */
  count(cells: Cells, n: number, messages: number): void {
    const outcome = outcomeOf(textOf(cells, "group", n));
    this.#sent += messages;
    if (outcome !== "rejected" || textOf(cells, "channel", n) === EMAIL) this.#basis += messages;
    this.#outcomes[outcome] += messages;
  }

  addTime(bucket: number, count: number): void {
    this.#times.add(bucket, count);
  }

  /**
   * `isSplit`: the messages of cells were divided by how long they took. `times` is overwritten, and shared with the
   * result.
   */
  totals(isSplit: boolean, times: Float64Array): Totals {
    this.#times.take(times);
    return {
      ...{ sent: this.#sent, basis: this.#basis, outcomes: this.#outcomes, times },
      parts: isSplit ? undefined : this.#parts,
      ...(isSplit || !this.#isPriced ? { price: undefined, priceOfParts: undefined } : this.#prices.take()),
    };
  }
}
