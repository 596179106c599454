import { addCounts, type Counts, NO_COUNTS, withoutCounts } from "./counts.ts";

/** What is known about a segment's newest hours at this moment. */
export interface RecentHours {
  /** The messages sent from `fromMs` until before `toMs`. */
  between(fromMs: number, toMs: number): Counts;
  /** Σ n² over the five-minute intervals of that range, where n is the number of messages: a measure of clumping. */
  squares(fromMs: number, toMs: number): number;
}

/** A range of sending times. Those in one series do not overlap, and each counts where it begins. */
export interface Bin {
  readonly fromMs: number;
  readonly counts: Counts;
}

const CLUMP_MS = 5 * 60_000;

/** A series of bins of at most five minutes, in any order. */
export function recentOf(bins: readonly Bin[]): RecentHours {
  const sorted = [...bins].sort((a, b) => a.fromMs - b.fromMs);
  // Prefix sums: every range is a difference of two.
  const sums: Counts[] = [NO_COUNTS];
  for (const { counts } of sorted) sums.push(addCounts(sums.at(-1) ?? NO_COUNTS, counts));
  const place = (ms: number) => firstFrom(sorted, ms);
  return {
    between: (fromMs, toMs) =>
      withoutCounts(sums[place(toMs)] ?? NO_COUNTS, sums[place(fromMs)] ?? NO_COUNTS),
    squares: (fromMs, toMs) => squaresOf(sorted.slice(place(fromMs), place(toMs))),
  };
}

/** A segment without these parts of it, which share no messages. */
export function withoutParts(whole: RecentHours, parts: readonly RecentHours[]): RecentHours {
  return {
    between: (fromMs, toMs) =>
      parts.reduce(
        (rest, part) => withoutCounts(rest, part.between(fromMs, toMs)),
        whole.between(fromMs, toMs),
      ),
    // More than the rest really has, so that it seems more clumped than it is: this makes the rules careful.
    squares: (fromMs, toMs) => whole.squares(fromMs, toMs),
  };
}

/** How many bins begin before this moment. */
function firstFrom(sorted: readonly Bin[], ms: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.fromMs ?? Number.POSITIVE_INFINITY) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

function squaresOf(bins: readonly Bin[]): number {
  const clumps = new Map<number, number>();
  for (const { fromMs, counts } of bins) {
    const clump = Math.floor(fromMs / CLUMP_MS);
    clumps.set(clump, (clumps.get(clump) ?? 0) + counts.sent);
  }
  return [...clumps.values()].reduce((sum, sent) => sum + sent * sent, 0);
}
