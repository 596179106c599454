import type { Scatter } from "./bounds.ts";
import { HOUR_MS, hourOf, type PastHour } from "./past-hours.ts";
import { SHARES, type ShareKind } from "./shares.ts";
import { sharesOf } from "./usual-shares.ts";
import { type SpendByCurrency, spendsOf, volumesOf } from "./volumes.ts";

/** What is usual for a segment in one hour, from its own history. */
export interface Usual {
  /** By kind: the usual share of bad messages, its scatter, and how many more may be bad in a campaign. */
  readonly shares: Readonly<
    Record<ShareKind, { readonly share: number; readonly scatter: Scatter; readonly campaign: number }>
  >;
  /** The number of messages in this hour: the usual one, and the minimum over nearby hours. */
  readonly messages: number;
  readonly leastMessages: number;
  readonly spend: SpendByCurrency;
}

/** What is usual for a segment, by hour. */
export interface Baseline {
  /** Messages are judged when they are older than this: nine in ten are final by then. */
  readonly waitMs: number;
  at(hourMs: number): Usual;
}

/** The hours around one, of which the poorest is expected: clocks are changed, and days begin late. */
const SHIFT_HOURS = 3;

export interface PastOptions {
  readonly channel: string;
  /** The age at which nine in ten messages are final. */
  readonly waitMs: number;
  readonly historyDays: number;
  readonly leastMessages: number;
  /** The end of the history: in an hour before it without an entry nothing was sent. */
  readonly untilMs: number;
}

/**
 * The baseline from a history of up to 28 days (in any order; hours with an incident are left out): for each hour of
 * the week the median of its weeks. Undefined while there is too little of it.
 */
export function baselineOf(history: readonly PastHour[], options: PastOptions): Baseline | undefined {
  const good = history.filter(({ counts }) => counts.sent > 0);
  if (good.length === 0) return undefined;
  const firstMs = good.reduce((least, { hourMs }) => Math.min(least, hourMs), Number.POSITIVE_INFINITY);
  const { untilMs } = options;
  const messages = good.reduce((sum, { counts }) => sum + counts.sent, 0);
  if (untilMs - firstMs < options.historyDays * 24 * HOUR_MS || messages < options.leastMessages)
    return undefined;
  const volumes = volumesOf(history, firstMs, untilMs);
  const shares = SHARES.map((kind) => [kind, sharesOf(kind, good, options.channel, volumes.usual)] as const);
  const spends = spendsOf(good);
  const cache = new Map<number, Usual>();
  return {
    waitMs: options.waitMs,
    at: (hourMs) => {
      const hour = hourOf(hourMs);
      const found = cache.get(hour);
      if (found) return found;
      const near = Array.from({ length: 2 * SHIFT_HOURS + 1 }, (_, n) =>
        volumes.least(hour + n - SHIFT_HOURS),
      );
      const usual: Usual = {
        shares: Object.fromEntries(
          shares.map(([kind, { at, scatter, campaign }]) => [kind, { share: at(hour), scatter, campaign }]),
        ) as Usual["shares"],
        messages: volumes.usual(hour),
        leastMessages: Math.min(...near),
        spend: spends(hour),
      };
      cache.set(hour, usual);
      return usual;
    },
  };
}
