import { formatMoment } from "../message/moment.ts";
import { backoffMs, type Clock } from "../runtime/clock.ts";
import { type InfobipAnswer, REQUEST_TIMEOUT_MS, type Upstream } from "./client.ts";
import type { Pace } from "./pace.ts";
import { type PageContent, readPage } from "./page.ts";
import { LOGS_PATH, MOST_RESULTS } from "./sources.ts";
import type { Window } from "./windows.ts";

export interface LogsServices {
  readonly infobip: Upstream;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly remainingMs: () => number;
}

export type LogsAnswer =
  /**
   * If some records could not be read, `content` combines several answers: what is damaged in one may be intact in
   * another.
   */
  | { readonly kind: "read"; readonly content: PageContent }
  /** Infobip accepts the window but never gives a complete answer to it, however often it is asked. */
  | { readonly kind: "unservable"; readonly reason: string }
  /** Infobip rejects the window (400), perhaps because it begins before what its logs still hold. */
  | { readonly kind: "refused"; readonly reason: string }
  /** No time is left, or Infobip does not answer at all; `reason` says which. */
  | { readonly kind: "gaveUp"; readonly reason: string };

/** With the waits in between these take most of a minute. Faults that pass by themselves have passed by then. */
const MOST_ATTEMPTS = 8;
/** A run is bounded by its time and its pace. This only keeps one window from using up both. */
const MOST_REQUESTS = 60;
const HOLD_BACK_AFTER_429_MS = 5_000;
/** Time to merge the records of one answer. */
const MERGE_MS = 10_000;

/**
 * Reads the logs of a window. Logs can be read again, so anything that may pass is retried at our pace while there is
 * time. What is refused for good (a wrong key) is not.
 */
export async function readLogs(
  window: Window,
  services: LogsServices,
  mostAttempts = MOST_ATTEMPTS,
): Promise<LogsAnswer> {
  let last: Attempt = { kind: "gaveUp", reason: "no time left" };
  let best: PageContent | undefined;
  let failures = 0;
  for (let n = 0, most = mostAttempts; failures < most && n < MOST_REQUESTS; n++) {
    const attempt = await attemptOnce(window, services, n);
    if (attempt.kind === "gaveUp" || attempt.kind === "refused")
      return best ? { kind: "read", content: best } : attempt;
    last = attempt;
    if (attempt.kind !== "read") {
      // A 429 is about our pace and not about the window: it costs time, but no attempt.
      if (attempt.kind !== "throttled") failures++;
      // Nor does it say anything about the window when nobody answers.
      most = attempt.kind === "unreachable" ? MOST_ATTEMPTS : mostAttempts;
      continue;
    }
    const { content } = attempt;
    if (content.rejects.length === 0) return { kind: "read", content };
    const isLasting = best !== undefined && hasSameRejects(best, content);
    best = best ? combine(best, content) : content;
    if (isLasting) break;
  }
  if (best) return { kind: "read", content: best };
  return last.kind === "unservable" ? last : { kind: "gaveUp", reason: reasonOf(last) };
}

type Attempt =
  | LogsAnswer
  /** Too many requests, or nobody answers. */
  | { readonly kind: "throttled" | "unreachable"; readonly reason: string };

function reasonOf(attempt: Attempt): string {
  return "reason" in attempt ? attempt.reason : attempt.kind;
}

/** Sends one request at our pace, and works out what its answer means for the window. */
async function attemptOnce(window: Window, services: LogsServices, n: number): Promise<Attempt> {
  const { clock, pace, remainingMs } = services;
  const waitMs = Math.max(pace.waitMs(), n > 0 ? backoffMs(n - 1, clock) : 0);
  if (remainingMs() - waitMs < REQUEST_TIMEOUT_MS + MERGE_MS)
    return { kind: "gaveUp", reason: "no time left" };
  if (waitMs > 0) await clock.sleep(waitMs);
  const answer = await askForLogs(window, services);
  if (answer.kind === "doubt") return { kind: "unservable", reason: answer.reason };
  if (answer.kind === "refused") return meaningOf(answer);
  const content = readPage(answer.body, { path: LOGS_PATH });
  return isWhole(content)
    ? { kind: "read", content }
    : { kind: "unservable", reason: "an answer that cannot be read to its end" };
}

function meaningOf({ reason, status, retryAfterMs }: Extract<InfobipAnswer, { kind: "refused" }>): Attempt {
  if (retryAfterMs !== undefined) return { kind: status === 429 ? "throttled" : "unreachable", reason };
  return { kind: status === 400 ? "refused" : "gaveUp", reason };
}

/** Combines the records of both answers, since what is damaged in one may be intact in the other. */
function combine(before: PageContent, content: PageContent): PageContent {
  const records = [...before.records, ...content.records];
  return { ...content, records, texts: [...before.texts, ...content.texts] };
}

/**
 * Could the answer be split into its records, readable or not? If not, it says nothing about the rest of its window.
 */
function isWhole(content: PageContent): boolean {
  return content.rejects.every(({ place, bytes }) => place >= 0 || bytes !== undefined);
}

/** A record that is unreadable in two answers alike was not damaged on its way. A third answer would be the same. */
function hasSameRejects(before: PageContent, after: PageContent): boolean {
  const known = new Set(before.rejects.map(({ text }) => text));
  return after.rejects.every(({ text }) => known.has(text));
}

async function askForLogs(
  { sinceMs, untilMs }: Window,
  { infobip, pace, clock }: LogsServices,
): Promise<InfobipAnswer> {
  const key = await infobip.authorize();
  if ("kind" in key) return key;
  pace.sent();
  const query = {
    sentSince: formatMoment(sinceMs),
    sentUntil: formatMoment(untilMs),
    limit: String(MOST_RESULTS),
  };
  const answer = await infobip.get(LOGS_PATH, query, key);
  if (answer.kind === "refused" && answer.status === 429) {
    pace.holdBack(Math.max(answer.retryAfterMs ?? 0, HOLD_BACK_AFTER_429_MS * (0.5 + clock.random())));
  }
  return answer;
}
