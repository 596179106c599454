import { binomialTail, designEffect, wilsonLower } from "./bounds.ts";
import { campaignAllowance } from "./campaigns.ts";
import { SLOW_MS } from "./counts.ts";
import type { Finding, Numbers, Situation } from "./finding.ts";
import type { Baseline } from "./past.ts";
import { floorTo, HOUR_MS, MINUTE_MS } from "./past-hours.ts";
import type { AlertSettings } from "./settings.ts";
import { judgedOf, SHARES, type ShareKind } from "./shares.ts";
import { silenceOf, spendOf } from "./volume-rules.ts";

/** How long messages wait to be judged if it is not yet known how long they usually take. */
const UNKNOWN_WAIT_MS = 5 * 60_000;
/**
 * Some messages always take longer than nine in ten do. This share of those pending in a window is not counted: a tenth
 * of the youngest five minutes, less for older ones, plus somewhat more than the usual share of slow ones.
 */
const FORGIVEN_OF_YOUNGEST = 0.1;
const YOUNGEST_MS = 5 * MINUTE_MS;
const FORGIVEN_OF_SLOW = 1.2;
/**
 * How wrong a usual share may be: a percentage point, or more if it is based on few messages (as many as this hour had
 * on so many days).
 */
const UNSURE = { least: 0.01, errors: 1.5, days: 28 };
/** Recovery is judged by the shortest range with this many messages. */
const LEAST_TO_RECOVER = 20;

/** What the rules say about a segment at a moment. Pure: the same situation gives the same findings. */
export function judge(situation: Situation, settings: AlertSettings): Finding[] {
  const { baseline } = situation;
  if (!baseline) return [withoutHistory(situation, settings)];
  return [
    ...SHARES.map((kind) => shareFinding(kind, situation, baseline, settings)),
    silenceOf(situation, baseline, settings),
    spendOf(situation, baseline, settings),
  ];
}

function shareFinding(
  kind: ShareKind,
  situation: Situation,
  baseline: Baseline,
  settings: AlertSettings,
): Finding {
  const wait = kind === "SLOW" ? Math.max(SLOW_MS, baseline.waitMs) : baseline.waitMs;
  const toMs = floorTo(situation.nowMs - wait, MINUTE_MS);
  const margin = settings.margins[kind];
  let isBack: boolean | undefined;
  let backFromMs = situation.sinceMs;
  let firing: Numbers | undefined;
  let firingFromMs = 0;
  for (const minutes of settings.windowsMinutes) {
    const fromMs = Math.max(situation.sinceMs, toMs - minutes * MINUTE_MS);
    // Most windows are as usual, which is seen without looking at each of their hours.
    const atWorst = judgedOf(kind, situation.recent.between(fromMs, toMs), situation.channel, 0);
    const isForBack = isBack === undefined && minutes >= 15 && atWorst.messages >= LEAST_TO_RECOVER;
    const least = leastUsual(kind, baseline, fromMs, toMs);
    if (!isForBack && wilsonLower(atWorst.bad, atWorst.messages, settings.z) <= least + margin) continue;
    const window = shareWindow(kind, situation, baseline, fromMs, toMs);
    const { messages, bad, usual, effect, allowance, error } = window;
    if (isBack === undefined && minutes >= 15 && messages >= LEAST_TO_RECOVER) {
      const chance = Math.sqrt((effect * usual * (1 - usual)) / messages);
      isBack = bad / messages <= usual + allowance + margin / 2 + chance;
      backFromMs = fromMs;
    }
    if (messages < settings.leastMessages) continue;
    const threshold = usual + margin + allowance;
    const fewer = { bad: bad / effect, messages: messages / effect };
    if (wilsonLower(fewer.bad, fewer.messages, settings.z) <= threshold) continue;
    const chance = binomialTail(fewer.bad, fewer.messages, usual + allowance + error);
    if (firing && chance >= (firing.chance ?? 1)) continue;
    firing = { windowMinutes: minutes, messages, bad, share: bad / messages, usual, threshold, chance };
    firingFromMs = fromMs;
  }
  // A long window continues to fire for hours after everything is well again, so recovery is judged by the newest
  // messages only.
  const back = isBack === undefined ? {} : { isBack, backFromMs };
  return firing ? { kind, firing, fromMs: firingFromMs, ...back } : { kind, fromMs: backFromMs, ...back };
}

/** The lowest usual share of the hours in a window. */
function leastUsual(kind: ShareKind, baseline: Baseline, fromMs: number, toMs: number): number {
  let least = 1;
  for (let atMs = floorTo(fromMs, HOUR_MS); atMs < toMs; atMs += HOUR_MS)
    least = Math.min(least, baseline.at(atMs).shares[kind].share);
  return least;
}

/** A window, hour by hour, since what is usual depends on the hour. */
function shareWindow(
  kind: ShareKind,
  situation: Situation,
  baseline: Baseline,
  fromMs: number,
  toMs: number,
) {
  const { recent, channel } = situation;
  let [sent, messages, bad, expectedBad, allowed, known] = [0, 0, 0, 0, 0, 0];
  const young = FORGIVEN_OF_YOUNGEST * Math.min(1, YOUNGEST_MS / Math.max(1, toMs - fromMs));
  const scatter = baseline.at(toMs).shares[kind].scatter;
  for (let atMs = fromMs; atMs < toMs; ) {
    const endMs = Math.min(toMs, floorTo(atMs, HOUR_MS) + HOUR_MS);
    const { shares, messages: usually } = baseline.at(atMs);
    const forgiven = young + FORGIVEN_OF_SLOW * shares.SLOW.share;
    const counts = recent.between(atMs, endMs);
    const judged = judgedOf(kind, counts, channel, forgiven);
    sent += counts.sent;
    known += usually * UNSURE.days;
    messages += judged.messages;
    bad += judged.bad;
    expectedBad += judged.messages * shares[kind].share;
    const expected = (usually * (endMs - atMs)) / HOUR_MS;
    allowed += counts.sent * campaignAllowance(counts.sent, expected, shares[kind].campaign);
    atMs = endMs;
  }
  const usual = messages > 0 ? expectedBad / messages : 0;
  const clumpSize = sent > 0 ? recent.squares(fromMs, toMs) / sent : 0;
  const allowance = sent > 0 ? (allowed / sent) * (1 - usual) : 0;
  const effect = designEffect(messages, clumpSize, scatter);
  const standardError = Math.sqrt((effect * usual * (1 - usual)) / (known + 1));
  const error = Math.max(UNSURE.least, UNSURE.errors * standardError);
  return { messages, bad, usual, allowance, effect, error };
}

/** The only judgement possible without a history: nothing at all is delivered. */
function withoutHistory({ recent, nowMs, sinceMs }: Situation, settings: AlertSettings): Finding {
  const toMs = floorTo(nowMs - UNKNOWN_WAIT_MS, MINUTE_MS);
  for (const minutes of settings.windowsMinutes) {
    const fromMs = Math.max(sinceMs, toMs - minutes * MINUTE_MS);
    const { sent, rejected, delivered } = recent.between(fromMs, toMs);
    const messages = sent - rejected;
    if (messages < settings.leastWithoutHistory) continue;
    if (delivered > 0) return { kind: "DELIVERY", isBack: true, backFromMs: fromMs, fromMs };
    const firing = { windowMinutes: minutes, messages, bad: messages, share: 1, usual: 0, threshold: 1 };
    return { kind: "DELIVERY", firing, isBack: false, fromMs };
  }
  return { kind: "DELIVERY", fromMs: sinceMs };
}
