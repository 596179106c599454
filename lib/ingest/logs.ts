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
  | { readonly kind: "read"; readonly content: PageContent; readonly bytes: Uint8Array }
  /** There is no time left, or Infobip gives no usable answer; `reason` says which. */
  | { readonly kind: "gaveUp"; readonly reason: string };

const MOST_ATTEMPTS = 6;
/** An answer with records that do not parse is asked for again so often: they may be right the next time. */
const ATTEMPTS_FOR_FLAWS = 3;
const HOLD_BACK_AFTER_429_MS = 5_000;
/** Time to merge what one answer holds. */
const MERGE_MS = 10_000;

/** The logs of a window. Logs can be read again, so whatever goes wrong is repeated, at our pace, while there is time. */
export async function readLogs(window: Window, services: LogsServices): Promise<LogsAnswer> {
  const { clock, pace, remainingMs } = services;
  let reason = "no time left";
  let best: LogsAnswer | undefined;
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
    best = { kind: "read", content, bytes: answer.body };
    if (content.rejects.length === 0 || n + 1 >= ATTEMPTS_FOR_FLAWS) return best;
  }
  // A list that could not be read to its end says nothing of the rest of its window.
  return best?.kind === "read" && isWhole(best.content) ? best : { kind: "gaveUp", reason };
}

/** Could the answer be split into its records, readable or not? */
export function isWhole(content: PageContent): boolean {
  return content.rejects.every(({ place }) => place >= 0);
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
