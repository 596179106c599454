import { dayOf, dayStart, orderKey, orderPrefix } from "../keys.ts";
import { messageTerm } from "../terms.ts";
import type { Collector, Placed } from "./answer.ts";
import { DayWalk } from "./day-walk.ts";
import { frontOf } from "./front.ts";
import type { IndexReader } from "./index-reader.ts";
import { type Stretch, stretchOf } from "./plan.ts";
import { reachesOf } from "./reach.ts";
import type { Reader } from "./reader.ts";

/** This many days are read at once, if they have yielded little so far. */
const MOST_DAYS = 32;
/** So much more than should be enough is read each time that it was not, but not more than so much: a query has a budget. */
const MORE = 2;
const MOST = 16;
/** What the index tells of the share of records that match counts like so many that were looked at. */
const TOLD = 100;

/**
 * Reads the days of a range, newest first, each time as far as should be enough. About `share` of the records match, as far as can be told
 * before any is read.
 */
export async function walkDays(
  days: readonly string[],
  index: IndexReader,
  reader: Reader,
  answer: Collector,
  share = 1,
): Promise<void> {
  const stretch = stretchOf(answer.range);
  const unread = daysWithin(days, stretch);
  const walks: DayWalk[] = [];
  // Where a run tells how much there is, the second time is as sure as the first.
  const sure = index.runs.length > 0 ? 1 : 0;
  for (let reads = 0, least = 1; ; reads++) {
    walks.push(
      ...unread
        .splice(0, MOST_DAYS - walks.length)
        .map((day) => new DayWalk(reader, day, stretch, frontOf(index.runs, dayStart(day), index.nowMs))),
    );
    const known = (answer.matched + share * TOLD) / (answer.considered + TOLD);
    const wanted = (answer.missing / known) * Math.min(MOST, MORE ** Math.max(0, reads - sure));
    const reaches = reachesOf(
      walks.map((walk) => walk.rest(index.nowMs)),
      wanted,
    );
    const last = reaches.at(-1) ?? { wanted, reachMs: -Infinity };
    const read = walks.slice(0, Math.max(reaches.length, least));
    await Promise.all([...read.map((walk, n) => walk.read(reaches[n] ?? last)), index.moved()]);
    const placed = walks[0]?.take() ?? [];
    // Days hold less than was expected.
    if (walks[0]?.isOver()) least *= 2;
    while (walks[0]?.isOver()) {
      walks.shift();
      placed.push(...(walks[0]?.take() ?? []));
    }
    answer.add(await inPlace(placed, index));
    if (answer.missing <= 0) return;
    const [next] = walks;
    if (!next && unread.length === 0) return;
    // Even with a small budget, a query that continues from here must make progress.
    const reached = next && orderPrefix(next.frontierMs);
    if (reached && answer.budget.isSpent() && reached > answer.range.from) return answer.cut(reached);
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
