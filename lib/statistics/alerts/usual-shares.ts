import { campaignAllowance, campaignMargin, isCampaign } from "./campaigns.ts";
import { dayOf, hourOf, median, type PastHour, weekHour } from "./past-hours.ts";
import { scatterOf } from "./scatter.ts";
import { type Judged, judgedOf, type ShareKind } from "./shares.ts";

/** The usual share of a segment counts as so many messages when it is combined with the rate of few messages. */
const DRAWN_BY = 100;

/**
 * The usual share of bad messages by hour of the week. If it is based on few messages, it is shrunk towards that of the
 * same hour on all days, and that towards the share of all hours.
 */
export function sharesOf(
  kind: ShareKind,
  all: readonly PastHour[],
  channel: string,
  usually: (hour: number) => number,
) {
  const judged = all
    .filter(({ isSpoiled }) => !isSpoiled)
    .map(({ hourMs, counts }) => {
      const { sent } = counts;
      const hour = hourOf(hourMs);
      const expected = usually(hour);
      return {
        hour,
        sent,
        expected,
        ...judgedOf(kind, counts, channel),
        isUsual: !isCampaign(sent, expected),
      };
    });
  // A campaign begins and ends within an hour, which then seems to have few messages more, and many more bad ones.
  const campaigns = judged.filter(({ isUsual }) => !isUsual);
  const near = new Set(campaigns.flatMap(({ hour }) => [hour - 1, hour, hour + 1]));
  const learned = judged.filter(({ hour }) => !near.has(hour));
  const overall = weightedMedian([...Map.groupBy(learned, ({ hour }) => dayOf(hour)).values()].map(sumOf));
  const days = new Map(
    [...Map.groupBy(learned, ({ hour }) => hour % 24)].map(([hour, list]) => [hour, sumOf(list)]),
  );
  const weeks = Map.groupBy(learned, ({ hour }) => weekHour(hour));
  /** The share in this hour according to all hours except `without`. */
  const at = (hour: number, without?: (typeof learned)[number]) => {
    const { messages, bad } = days.get(hour % 24) ?? NONE;
    const toward = drawn(
      { messages: messages - (without?.messages ?? 0), bad: bad - (without?.bad ?? 0) },
      overall,
    );
    const others = (weeks.get(weekHour(hour)) ?? []).filter((one) => one !== without);
    return median(
      others.map((one) => drawn(one, toward)),
      toward,
    );
  };
  const margin = campaignMargin(campaigns.map((one) => ({ ...one, usual: at(one.hour) })));
  // The hours of a campaign only tell about the campaign: counted as scatter, a few of them would make the rules blind
  // for a segment.
  const scatter = scatterOf(
    learned.map((own) => ({ ...own, own, allowance: campaignAllowance(own.sent, own.expected, margin) })),
    ({ hour, own }) => at(hour, own),
  );
  return { at: (hour: number) => at(hour), scatter, campaign: margin };
}

const NONE = { messages: 0, bad: 0 };

function drawn({ messages, bad }: Judged, toward: number): number {
  return (bad + DRAWN_BY * toward) / (messages + DRAWN_BY);
}

function sumOf(list: readonly { messages: number; bad: number }[]) {
  return {
    messages: list.reduce((sum, { messages }) => sum + messages, 0),
    bad: list.reduce((sum, { bad }) => sum + bad, 0),
  };
}

/** The median of the days' shares, weighted by messages. */
function weightedMedian(days: readonly { messages: number; bad: number }[]): number {
  const sorted = days
    .filter(({ messages }) => messages > 0)
    .map(({ messages, bad }) => ({ messages, share: bad / messages }))
    .sort((a, b) => a.share - b.share);
  let left = sorted.reduce((sum, { messages }) => sum + messages, 0) / 2;
  for (const { messages, share } of sorted) {
    left -= messages;
    if (left <= 0) return share;
  }
  return 0;
}
