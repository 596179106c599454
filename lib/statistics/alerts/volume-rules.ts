import { pendingOf } from "./counts.ts";
import type { Finding, Numbers, Situation } from "./finding.ts";
import type { Baseline } from "./past.ts";
import { floorTo, HOUR_MS, MINUTE_MS } from "./past-hours.ts";
import type { RecentHours } from "./recent.ts";
import { type AlertSettings, STEP_MS } from "./settings.ts";

/** Silence is looked for this far back. */
const REACH_MS = 6 * HOUR_MS;
/** The range over which a segment's recent traffic is compared with its usual traffic, before it fell silent. */
const LEVEL_MS = 6 * HOUR_MS;
/** Higher spend is not an incident if an hour in these weeks had nearly as much … */
const ABOVE_MOST = 1.5;
/** … and if the price per message is as always, it must be far larger than any campaign before. */
const DEARER = 1.5;
const MORE_THAN_MOST = 4;
const LEAST_SPENDERS = 20;

/**
 * Silence: there has been no report about any message for so long that 50 were expected, even by the poorest of the
 * weeks and of nearby hours, and given how little was sent just before (as on a holiday).
 */
export function silenceOf(
  { recent, nowMs, sinceMs }: Situation,
  baseline: Baseline,
  settings: AlertSettings,
): Finding {
  const kind = "SILENCE";
  const toMs = floorTo(nowMs - baseline.waitMs, MINUTE_MS);
  let fromMs = toMs;
  let expected = 0;
  const reported = (from: number, to: number) => {
    const counts = recent.between(from, to);
    return counts.sent - pendingOf(counts);
  };
  while (fromMs > Math.max(sinceMs, toMs - REACH_MS) && reported(fromMs - STEP_MS, fromMs) <= 0) {
    fromMs -= STEP_MS;
    expected += (baseline.at(fromMs).leastMessages * STEP_MS) / HOUR_MS;
    if (fromMs === toMs - STEP_MS && expected === 0 && baseline.at(fromMs).messages === 0) break;
  }
  if (fromMs === toMs) return { kind, isBack: true, fromMs: toMs - STEP_MS };
  if (expected < settings.silenceMessages) return { kind, fromMs };
  const level = levelBefore(fromMs, baseline, reported);
  const messages = expected * Math.min(1, level);
  if (messages < settings.silenceMessages) return { kind, fromMs };
  const windowMinutes = (toMs - fromMs) / MINUTE_MS;
  const firing = {
    windowMinutes,
    messages,
    bad: messages,
    share: 1,
    usual: 0,
    threshold: settings.silenceMessages,
  };
  return { kind, firing, isBack: false, fromMs };
}

function levelBefore(ms: number, baseline: Baseline, reported: (from: number, to: number) => number): number {
  let expected = 0;
  for (let atMs = ms - LEVEL_MS; atMs < ms; atMs += HOUR_MS) expected += baseline.at(atMs).messages;
  return expected === 0 ? 0 : reported(ms - LEVEL_MS, ms) / expected;
}

/**
 * Spend: this hour so far, or the hour before, cost more than three times as much as the same hour usually does, and
 * more than any hour: half as much again if messages have become more expensive, four times as much if there are only
 * more of them.
 */
export function spendOf(
  { recent, nowMs, sinceMs }: Situation,
  baseline: Baseline,
  settings: AlertSettings,
): Finding {
  const thisMs = floorTo(nowMs, HOUR_MS);
  const hours = [thisMs, thisMs - HOUR_MS].filter((hourMs) => hourMs >= sinceMs);
  const found = hours.map((hourMs) => spendIn(hourMs, recent, baseline, settings));
  const at = found.findIndex(({ firing }) => firing !== undefined);
  const firing = found[at]?.firing;
  if (firing) return { kind: "SPEND", firing, isBack: false, fromMs: hours[at] ?? thisMs };
  return { kind: "SPEND", isBack: found.every(({ isLow }) => isLow), fromMs: thisMs };
}

function spendIn(
  hourMs: number,
  recent: RecentHours,
  baseline: Baseline,
  settings: AlertSettings,
): { firing?: Numbers; isLow: boolean } {
  const { sent, spend } = recent.between(hourMs, hourMs + HOUR_MS);
  const usuals = baseline.at(hourMs).spend;
  let isLow = true;
  for (const [currency, amount] of Object.entries(spend)) {
    const { usual = 0, most = 0, each = 0 } = usuals[currency] ?? {};
    // For a currency that is new, or has cost nothing so far, nothing is usual.
    if (most <= 0 || amount <= 0) continue;
    const isDearer = amount / sent > DEARER * each;
    const threshold = Math.max(settings.spendFactor * usual, (isDearer ? ABOVE_MOST : MORE_THAN_MOST) * most);
    if (amount > threshold && sent >= LEAST_SPENDERS) {
      const share = usual > 0 ? amount / usual : 0;
      const firing = { windowMinutes: 60, messages: sent, bad: amount, share, usual, threshold, currency };
      return { firing, isLow: false };
    }
    if (amount > threshold / ABOVE_MOST) isLow = false;
  }
  return { isLow };
}
