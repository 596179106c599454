import { designEffect } from "./bounds.ts";
import { extraShare } from "./campaigns.ts";
import type { Situation } from "./finding.ts";
import type { Baseline } from "./past.ts";
import { floorTo, HOUR_MS, MINUTE_MS } from "./past-hours.ts";
import type { AlertSettings } from "./settings.ts";
import { judgedOf, type ShareKind } from "./shares.ts";

/**
 * Some messages always take longer than nine in ten do. So many of a window's messages are usually pending: a tenth of
 * the youngest five minutes, less of older ones, plus somewhat more than the usual share of slow ones.
 */
const PENDING_OF_YOUNGEST = 0.1;
const YOUNGEST_MS = 5 * MINUTE_MS;
const PENDING_OF_SLOW = 1.2;
/**
 * How wrong a usual share may be: a percentage point, or more if it is based on few messages (as many as this hour had
 * on so many days).
 */
const UNSURE = { least: 0.01, errors: 1.5, days: 28 };
/** A campaign shows in the last hour, where a few minutes have too few messages to tell it from chance. */
const CAMPAIGN_MINUTES = 60;

/** The lowest usual share of the hours in a window. */
export function leastUsual(kind: ShareKind, baseline: Baseline, fromMs: number, toMs: number): number {
  let least = 1;
  for (let atMs = floorTo(fromMs, HOUR_MS); atMs < toMs; atMs += HOUR_MS)
    least = Math.min(least, baseline.at(atMs).shares[kind].share);
  return least;
}

/** The share of a window's messages that are beyond the usual number. */
function extraIn({ recent }: Situation, baseline: Baseline, fromMs: number, toMs: number): number {
  let [all, extra] = [0, 0];
  for (const [atMs, endMs] of hoursOf(fromMs, toMs)) {
    const { sent } = recent.between(atMs, endMs);
    const expected = (baseline.at(atMs).messages * (endMs - atMs)) / HOUR_MS;
    all += sent;
    extra += sent * extraShare(sent, expected);
  }
  return all > 0 ? extra / all : 0;
}

/** The same of this window or of a longer one, up to an hour: whichever shows most of a campaign. */
export function extraAround(
  minutes: number,
  situation: Situation,
  baseline: Baseline,
  toMs: number,
  { windowsMinutes }: AlertSettings,
): number {
  const lengths = windowsMinutes.filter((length) => length > minutes && length <= CAMPAIGN_MINUTES);
  return Math.max(
    ...[minutes, ...lengths].map((length) => extraIn(situation, baseline, toMs - length * MINUTE_MS, toMs)),
  );
}

type Range = readonly [fromMs: number, toMs: number];

/** A range of time, hour by hour. */
function hoursOf(fromMs: number, toMs: number): Range[] {
  const ranges: Range[] = [];
  for (let atMs = fromMs; atMs < toMs; ) {
    const endMs = Math.min(toMs, floorTo(atMs, HOUR_MS) + HOUR_MS);
    ranges.push([atMs, endMs]);
    atMs = endMs;
  }
  return ranges;
}

/**
 * A window, hour by hour, since what is usual depends on the hour. Of messages that are pending either none is judged,
 * or all are bad (`isPendingBad`) and so many more are usual. `extra`: the share that belongs to a campaign.
 */
export function shareWindow(
  kind: ShareKind,
  isPendingBad: boolean,
  situation: Situation,
  baseline: Baseline,
  [fromMs, toMs]: Range,
  extra: number,
) {
  const { recent, channel } = situation;
  let [sent, messages, bad, expectedBad, known] = [0, 0, 0, 0, 0];
  const young = PENDING_OF_YOUNGEST * Math.min(1, YOUNGEST_MS / Math.max(1, toMs - fromMs));
  const { scatter, campaign } = baseline.at(toMs).shares[kind];
  for (const [atMs, endMs] of hoursOf(fromMs, toMs)) {
    const { shares, messages: usually } = baseline.at(atMs);
    const pending = isPendingBad ? young + PENDING_OF_SLOW * shares.SLOW.share : 0;
    const counts = recent.between(atMs, endMs);
    const judged = judgedOf(kind, counts, channel, isPendingBad);
    sent += counts.sent;
    known += usually * UNSURE.days;
    messages += judged.messages;
    bad += judged.bad;
    expectedBad += judged.messages * Math.min(1, shares[kind].share + pending);
  }
  const usual = messages > 0 ? expectedBad / messages : 0;
  const clumpSize = sent > 0 ? recent.squares(fromMs, toMs) / sent : 0;
  const allowance = extra * campaign * (1 - usual);
  const effect = designEffect(messages, clumpSize, scatter);
  const standardError = Math.sqrt((effect * usual * (1 - usual)) / (known + 1));
  const error = Math.max(UNSURE.least, UNSURE.errors * standardError);
  return { messages, bad, usual, allowance, effect, error };
}
