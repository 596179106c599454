import type { Counts } from "../../../../lib/statistics/alerts/counts.ts";
import { HOUR_MS, type PastHour } from "../../../../lib/statistics/alerts/past-hours.ts";
import type { RecentHours } from "../../../../lib/statistics/alerts/recent.ts";
import type { Chance } from "./chance.ts";
import { CLUMPS, type Traffic, trafficAt } from "./traffic.ts";

/** What goes wrong: from a moment on, this share of what would have been delivered is not. */
export interface Trouble {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lost: number;
  /** Do the others fail, or stay pending? */
  readonly isPending: boolean;
}

interface Known {
  readonly delivered: Float64Array;
  readonly failed: Float64Array;
}

const MINUTE = 60_000;
/** What is slow has its end after an hour at the latest. */
const LATE = 60;

/** Every minute of a stretch: what was sent, and what is known of it at each age. */
export class Month {
  readonly #fromMs: number;
  readonly #minutes: number;
  /** Sums from the beginning, so that any stretch is a difference. `known`: within 1 … 5 minutes, and at last. */
  readonly #sent: Float64Array;
  readonly #rejected: Float64Array;
  readonly #known: readonly Known[];
  readonly #squares: Float64Array;
  readonly #price: number;

  constructor(chance: Chance, traffic: Traffic, fromMs: number, toMs: number, trouble?: Trouble) {
    const minutes = Math.ceil((toMs - fromMs) / MINUTE);
    this.#fromMs = fromMs;
    this.#minutes = minutes;
    this.#price = traffic.price;
    const sums = () => new Float64Array(minutes + 1);
    [this.#sent, this.#rejected, this.#squares] = [sums(), sums(), sums()];
    this.#known = Array.from({ length: 6 }, () => ({ delivered: sums(), failed: sums() }));
    let clump = { perMinute: 0, rate: 0 };
    let clumpSent = 0;
    for (let n = 0; n < minutes; n += 1) {
      const ms = fromMs + n * MINUTE;
      if (n % 5 === 0) {
        const { perMinute, rate } = trafficAt(traffic, ms);
        clump = { perMinute, rate: chance.beta(rate, CLUMPS) };
        clumpSent = 0;
      }
      const sent = chance.poisson(clump.perMinute);
      const rejected = chance.binomial(sent, traffic.rejected);
      let good = chance.binomial(sent - rejected, clump.rate);
      const isTrouble = trouble && ms >= trouble.fromMs && ms < trouble.toMs;
      const lost = isTrouble ? chance.binomial(good, trouble.lost) : 0;
      good -= lost;
      const bad = sent - rejected - good - (trouble?.isPending ? lost : 0);
      this.#add(this.#sent, n, sent);
      this.#add(this.#rejected, n, rejected);
      this.#add(this.#squares, n, (clumpSent + sent) ** 2 - clumpSent ** 2);
      clumpSent += sent;
      this.#spread(chance, traffic, "delivered", n, good);
      this.#spread(chance, traffic, "failed", n, bad);
    }
  }

  #add(sums: Float64Array, n: number, value: number): void {
    sums[n + 1] = (sums[n] ?? 0) + value;
  }

  /** How many of a minute's messages are known by each age. */
  #spread(chance: Chance, { slow, within }: Traffic, end: keyof Known, n: number, all: number): void {
    const fast = all - chance.binomial(all, slow);
    let [done, before] = [0, 0];
    within.forEach((share, age) => {
      done += chance.binomial(fast - done, (share - before) / (1 - before));
      before = share;
      this.#add((this.#known[age] as Known)[end], n, done);
    });
    this.#add((this.#known[5] as Known)[end], n, all);
  }

  /** What is known at a moment. */
  at(nowMs: number): RecentHours {
    const now = Math.floor((nowMs - this.#fromMs) / MINUTE);
    return {
      between: (fromMs, toMs) => this.#between(this.#index(fromMs), Math.min(now, this.#index(toMs)), now),
      squares: (fromMs, toMs) =>
        between(this.#squares, this.#index(fromMs), Math.min(now, this.#index(toMs))),
    };
  }

  #index(ms: number): number {
    return Math.max(0, Math.min(this.#minutes, Math.floor((ms - this.#fromMs) / MINUTE)));
  }

  #between(from: number, to: number, now: number): Counts {
    const [sent, rejected] = [between(this.#sent, from, to), between(this.#rejected, from, to)];
    const late = Math.min(to, Math.max(from, now - LATE));
    const early = Math.min(to, Math.max(late, now - 5));
    const [all, inFive] = [this.#known[5], this.#known[4]] as [Known, Known];
    let delivered = between(all.delivered, from, late) + between(inFive.delivered, late, early);
    let failed = between(all.failed, from, late) + between(inFive.failed, late, early);
    for (let n = early; n < to; n += 1) {
      const young = this.#known[Math.max(0, now - n - 2)] as Known;
      delivered += between(young.delivered, n, n + 1);
      failed += between(young.failed, n, n + 1);
    }
    const inTime = between(inFive.delivered, from, early) + between(inFive.failed, from, early);
    const slow = between(this.#sent, from, early) - between(this.#rejected, from, early) - inTime;
    return { sent, rejected, delivered, failed, slow, spend: { EUR: this.#price * delivered } };
  }

  /** Whole hours, as they are known in the end. */
  hours(fromMs: number, toMs: number): PastHour[] {
    const list: PastHour[] = [];
    for (let hourMs = fromMs; hourMs < toMs; hourMs += HOUR_MS) {
      const [from, to] = [this.#index(hourMs), this.#index(hourMs + HOUR_MS)];
      list.push({ hourMs, counts: this.#between(from, to, to + LATE) });
    }
    return list;
  }
}

function between(sums: Float64Array, from: number, to: number): number {
  return to <= from ? 0 : (sums[to] as number) - (sums[from] as number);
}
