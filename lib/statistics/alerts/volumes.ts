import type { Counts } from "./counts.ts";
import { hourOf, median, type PastHour, WEEK_HOURS, weekHour } from "./past-hours.ts";

const MOST_GROWTH = 4;

/** By currency: the usual spend in this hour, the most in any hour, and the price per message. */
export type SpendByCurrency = Readonly<
  Record<string, { readonly usual: number; readonly most: number; readonly each: number }>
>;

/** The number of messages by hour of the week: the median of its weeks, adjusted for growth, and the minimum. */
export function volumesOf(history: readonly PastHour[], firstMs: number, untilMs: number) {
  const byHour = new Map(history.map(({ hourMs, counts }) => [hourOf(hourMs), counts.sent]));
  const spoiled = new Set(history.filter(({ isSpoiled }) => isSpoiled).map(({ hourMs }) => hourOf(hourMs)));
  const [first, until] = [hourOf(firstMs), hourOf(untilMs)];
  const weeks: number[][] = Array.from({ length: WEEK_HOURS }, () => []);
  for (let hour = first; hour < until; hour += 1)
    if (!spoiled.has(hour)) weeks[weekHour(hour)]?.push(byHour.get(hour) ?? 0);
  const growth = growthOf(byHour, first, until);
  const usual = weeks.map((sent) => median(sent) * Math.min(MOST_GROWTH, Math.max(1, growth)));
  const least = weeks.map((sent) => (sent.length === 0 ? 0 : Math.min(...sent) * Math.min(1, growth)));
  return {
    usual: (hour: number) => usual[weekHour(hour)] ?? 0,
    least: (hour: number) => least[weekHour(hour)] ?? 0,
  };
}

/** The usual day of the last week compared with that of all weeks: as medians, since a campaign is not growth. */
function growthOf(byHour: ReadonlyMap<number, number>, first: number, until: number): number {
  const days: number[] = [];
  for (let end = until; end - 24 >= first; end -= 24) {
    let sent = 0;
    for (let hour = end - 24; hour < end; hour += 1) sent += byHour.get(hour) ?? 0;
    days.push(sent);
  }
  const all = median(days);
  return all === 0 ? 1 : median(days.slice(0, 7)) / all;
}

/** A segment's spend by hour of the week, and its maximum. */
export function spendsOf(history: readonly PastHour[]): (hour: number) => SpendByCurrency {
  const good = history.filter(({ isSpoiled }) => !isSpoiled);
  const currencies = [...new Set(good.flatMap(({ counts }) => Object.keys(counts.spend)))];
  const weeks = Map.groupBy(good, ({ hourMs }) => weekHour(hourOf(hourMs)));
  const of = (counts: Counts, currency: string) => counts.spend[currency] ?? 0;
  const most = new Map(
    currencies.map((currency) => [
      currency,
      good.reduce((top, { counts }) => Math.max(top, of(counts, currency)), 0),
    ]),
  );
  const sent = Math.max(
    1,
    good.reduce((sum, { counts }) => sum + counts.sent, 0),
  );
  const total = new Map(
    currencies.map((currency) => [currency, good.reduce((sum, { counts }) => sum + of(counts, currency), 0)]),
  );
  return (hour) =>
    Object.fromEntries(
      currencies.map((currency) => {
        const usual = median((weeks.get(weekHour(hour)) ?? []).map(({ counts }) => of(counts, currency)));
        return [currency, { usual, most: most.get(currency) ?? 0, each: (total.get(currency) ?? 0) / sent }];
      }),
    );
}
