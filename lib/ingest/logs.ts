import { backoffMs, type Clock } from "../runtime/clock.ts";
import { formatMoment } from "../runtime/time.ts";
import { type Answer, type InfobipClient, REQUEST_TIMEOUT_MS } from "./client.ts";
import type { Pace } from "./pace.ts";
import { type PageContent, readPage } from "./page.ts";
import { LOGS_PATH, MOST_RESULTS } from "./sources.ts";

/** A stretch of send times, milliseconds since 1970, both ends in it. */
export interface Window {
  readonly sinceMs: number;
  readonly untilMs: number;
}

export interface LogsServices {
  readonly infobip: InfobipClient;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly remainingMs: () => number;
}

export type LogsAnswer =
  /** Where records could not be read, `content` holds those of several answers: what one spoils, another may have. */
  | { readonly kind: "read"; readonly content: PageContent }
  /** There is no time left, or Infobip gives no usable answer; `reason` says which. */
  | { readonly kind: "gaveUp"; readonly reason: string };

/** The time and the pace are what bounds a run; this only keeps one window from taking all of both for ever. */
const MOST_ATTEMPTS = 60;
const HOLD_BACK_AFTER_429_MS = 5_000;
/** Time to merge what one answer holds. */
const MERGE_MS = 10_000;

/** The logs of a window. Logs can be read again, so whatever goes wrong is repeated, at our pace, while there is time. */
export async function readLogs(window: Window, services: LogsServices): Promise<LogsAnswer> {
  const { clock, pace, remainingMs } = services;
  let reason = "no time left";
  let best: PageContent | undefined;
  for (let n = 0; n < MOST_ATTEMPTS; n++) {
    const waitMs = Math.max(pace.waitMs(), n > 0 ? backoffMs(n - 1, clock) : 0);
    if (remainingMs() - waitMs < REQUEST_TIMEOUT_MS + MERGE_MS) break;
    if (waitMs > 0) await clock.sleep(waitMs);
    const answer = await ask(window, services);
    if (answer.kind !== "ok") {
      reason = answer.reason;
      continue;
    }
    const content = readPage(answer.body, { path: LOGS_PATH });
    if (!isWhole(content)) {
      reason = "an answer that cannot be read to its end";
      continue;
    }
    if (content.rejects.length === 0) return { kind: "read", content };
    const isLasting = best !== undefined && hasSameRejects(best, content);
    best = best ? { ...content, records: [...best.records, ...content.records] } : content;
    if (isLasting) break;
  }
  return best ? { kind: "read", content: best } : { kind: "gaveUp", reason };
}

/** Could the answer be split into its records, readable or not? If not, it says nothing of the rest of its window. */
function isWhole(content: PageContent): boolean {
  return content.rejects.every(({ place }) => place >= 0);
}

/** What cannot be read in two answers alike was not spoilt on its way: a third would be the same. */
function hasSameRejects(before: PageContent, after: PageContent): boolean {
  const known = new Set(before.rejects.map(({ text }) => text));
  return after.rejects.every(({ text }) => known.has(text));
}

async function ask({ sinceMs, untilMs }: Window, { infobip, pace, clock }: LogsServices): Promise<Answer> {
  pace.sent();
  const answer = await infobip.get(LOGS_PATH, {
    sentSince: formatMoment(sinceMs),
    sentUntil: formatMoment(untilMs),
    limit: String(MOST_RESULTS),
  });
  if (answer.kind === "refused" && answer.status === 429) {
    pace.holdBack(Math.max(answer.retryAfterMs ?? 0, HOLD_BACK_AFTER_429_MS * (0.5 + clock.random())));
  }
  return answer;
}
