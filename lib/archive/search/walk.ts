import { dayOf, dayStart, orderKey, orderPrefix } from "../keys.ts";
import { messageTerm } from "../terms.ts";
import type { Collector, Placed } from "./answer.ts";
import { DayWalk, FEW } from "./day-walk.ts";
import { type Front, frontOf } from "./front.ts";
import type { IndexReader } from "./index-reader.ts";
import { type Stretch, stretchOf } from "./plan.ts";
import type { Reader } from "./reader.ts";

/** This many days are read at once, if they have yielded little so far. */
const MOST_DAYS = 32;

/** Reads the days of a range, newest first. */
export async function walkDays(
  days: readonly string[],
  index: IndexReader,
  reader: Reader,
  answer: Collector,
): Promise<void> {
  const stretch = stretchOf(answer.range);
  const within = daysWithin(days, stretch);
  for (let at = 0, least = 1, size = 1; at < within.length; at += size, least *= 2) {
    const next = within.slice(at, at + MOST_DAYS);
    const fronts = next.map((day) => frontOf(index.runs, dayStart(day), index.nowMs));
    const needed = daysHolding(answer.missing, fronts);
    size = Math.min(MOST_DAYS, Math.max(least, needed));
    const wanted = wantedOfEach(answer, fronts);
    const walks = next.slice(0, size).map((day, n) => new DayWalk(reader, day, stretch, fronts[n]));
    await Promise.all(walks.map((walk, n) => walk.read(wanted[n])));
    for (const [n, walk] of walks.entries()) {
      // All but the last of those that are needed are probably needed whole.
      const isNeeded = (other: number) => n + other + 1 < needed - 1;
      if (await finish(walk, walks.slice(n + 1), isNeeded, index, answer)) return;
    }
  }
}

/** How many of these days, the newest first, hold so many records, as far as can be told before any of them is read. */
function daysHolding(wanted: number, days: readonly Front[]): number {
  let held = 0;
  const enough = days.findIndex(({ records }) => {
    held += records;
    return held >= wanted;
  });
  return enough < 0 ? days.length : enough + 1;
}

/** Traffic is not even: so much of what is expected of a day is counted on when those before it are read. */
const SURE = 0.75;

/** How many records are wanted of each of these days: what those after it are not expected to yield. */
function wantedOfEach({ missing, matched, considered }: Collector, days: readonly Front[]): number[] {
  const share = considered === 0 ? 1 : matched / considered;
  let wanted = missing;
  return days.map(({ records }) => {
    const own = Math.max(1, wanted);
    if (Number.isFinite(records)) wanted -= SURE * share * records;
    return own;
  });
}

/**
 * Walks a day to its end, and meanwhile reads on those behind it that are needed, as far as can be told. Is the search over,
 * because there is enough or the budget is spent?
 */
async function finish(
  walk: DayWalk,
  behind: readonly DayWalk[],
  isNeeded: (other: number) => boolean,
  index: IndexReader,
  answer: Collector,
): Promise<boolean> {
  for (;;) {
    answer.add(await inPlace(walk.take(), index));
    if (answer.missing <= 0) return true;
    if (walk.isOver()) return false;
    // Even with a small budget, a query that continues from here must make progress.
    const reached = orderPrefix(walk.frontierMs);
    if (answer.budget.isSpent() && reached > answer.range.from) {
      answer.cut(reached);
      return true;
    }
    const wanted = answer.missing * Math.max(1, answer.considered / Math.max(answer.matched, 1));
    let { held } = walk;
    const others = behind.filter((one, other) => {
      // Of a day with few blocks the rest is needed as well if what has been read before it is not enough.
      const isNext = isNeeded(other) || (one.isOne && held < wanted && wanted <= FEW);
      held += one.held;
      return isNext && !one.isOver();
    });
    await Promise.all([walk, ...others].map((one) => one.read(wanted)));
  }
}

/** Leaves out messages whose other reports say that they were sent at another moment, since they belong there. */
async function inPlace(placed: readonly Placed[], index: IndexReader): Promise<readonly Placed[]> {
  const moved = await index.moved();
  if (moved.size === 0) return placed;
  const isDoubtful = ({ version }: Placed) => moved.has(messageTerm(version.record.messageId));
  const whole = await index.messages(
    placed.filter(isDoubtful).map(({ version }) => version.record.messageId),
  );
  const orders = new Map(whole.map((version) => [orderKey(version.record), version]));
  return placed.flatMap((one) => {
    if (!isDoubtful(one)) return [one];
    const version = orders.get(one.order);
    return version ? [{ order: one.order, version }] : [];
  });
}

/** The days of a range that contain anything, newest first. */
function daysWithin(days: readonly string[], { sinceMs, untilMs }: Stretch): string[] {
  const [first, last] = [dayOf(sinceMs), dayOf(untilMs)];
  return days
    .filter((day) => day >= first && day <= last)
    .sort()
    .reverse();
}
