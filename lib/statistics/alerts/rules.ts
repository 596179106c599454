import { binomialTail, wilsonLower } from "./bounds.ts";
import { SLOW_MS } from "./counts.ts";
import type { Finding, Numbers, Situation } from "./finding.ts";
import type { Baseline } from "./past.ts";
import { floorTo, MINUTE_MS } from "./past-hours.ts";
import type { AlertSettings } from "./settings.ts";
import { extraAround, leastUsual, shareWindow } from "./share-window.ts";
import { judgedOf, SHARES, type ShareKind } from "./shares.ts";
import { silenceOf, spendOf } from "./volume-rules.ts";

/** How long messages wait to be judged if it is not yet known how long they usually take. */
const UNKNOWN_WAIT_MS = 5 * 60_000;
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
    const atWorst = judgedOf(kind, situation.recent.between(fromMs, toMs), situation.channel, true);
    const isForBack = isBack === undefined && minutes >= 15 && atWorst.messages >= LEAST_TO_RECOVER;
    const least = leastUsual(kind, baseline, fromMs, toMs);
    if (!isForBack && wilsonLower(atWorst.bad, atWorst.messages, settings.z) <= least + margin) continue;
    const extra = extraAround(minutes, situation, baseline, toMs, settings);
    for (const isPendingBad of kind === "DELIVERY" ? [false, true] : [false]) {
      const window = shareWindow(kind, isPendingBad, situation, baseline, [fromMs, toMs], extra);
      const { messages, bad, usual, effect, allowance, error } = window;
      if (isForBack && messages > 0) {
        const chance = Math.sqrt((effect * usual * (1 - usual)) / messages);
        isBack = isBack !== false && bad / messages <= usual + allowance + margin / 2 + chance;
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
  }
  // A long window continues to fire for hours after everything is well again, so recovery is judged by the newest
  // messages only.
  const back = isBack === undefined ? {} : { isBack, backFromMs };
  return firing ? { kind, firing, fromMs: firingFromMs, ...back } : { kind, fromMs: backFromMs, ...back };
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
