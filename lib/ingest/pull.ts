import { type InfobipAnswer, REQUEST_TIMEOUT_MS, type Upstream } from "../infobip/client.ts";
import { isEmptyPage } from "../infobip/page.ts";
import { MOST_RESULTS, SOURCES, type SourceName } from "../infobip/sources.ts";
import { backoffMs } from "../runtime/clock.ts";
import { landAndMerge, MERGE_MS, type MergeServices, mergeLog } from "./merge-log.ts";
import type { MergedPage, ReportCount } from "./merge-page.ts";
import { newId } from "./repairs.ts";

/**
 * The pull of one source, which never loses a report that Infobip gave it:
 *
 *     merge what earlier runs left in the log
 *     while there is time for a whole page:
 *       open     write down that a request is about to be sent
 *       ask      once; what may have been processed is not sent again
 *       land     append the bytes to the source's log, before anything looks into them
 *       merge    record by record, and move the source's position
 *       stop when the page was not full
 *
 * Dead before `land`, the open pull tells the reconciler; dead after it, the next run merges the page.
 */
export interface PullServices extends MergeServices {
  readonly infobip: Upstream;
}

/** What a run did, for the log and the metrics. */
export interface PullRun {
  readonly source: SourceName;
  /** The results in the pages that were merged. */
  readonly pulled: number;
  readonly quarantined: number;
  /** The number of answers that were lost after the request was sent, and why the last one was. */
  readonly inDoubt: number;
  readonly doubtReason?: string | undefined;
  /** The number of requests refused before anything was taken, and why the last one was. */
  readonly refused: number;
  readonly refusal?: string | undefined;
  /** Is there no API key yet? */
  readonly isKeyMissing: boolean;
  /** Pages of earlier runs that this one finished. If there are more each time, a backlog builds up. */
  readonly resumed: number;
  readonly unmergedPages: number;
  /** Did the run end while pages were still full? */
  readonly saturated: boolean;
  /** How old the newest report of a full page was. It grows while reports arrive faster than they are pulled. */
  readonly backlogSeconds: number;
  /** What arrived, by channel and status group. */
  readonly reports: readonly ReportCount[];
  /** The time since this source's last answer that was merged, or empty. */
  readonly lastGoodPullAgeSeconds?: number | undefined;
}

/**
 * If recording the pull took longer, no request is sent: the reconciler does not wait that long for one that may
 * follow.
 */
const OPENING_TIMEOUT_MS = 10_000;
const MOST_REFUSALS = 4;

/**
 * Pulls a source until a page is not full or the time is up. Throws what DynamoDB throws; may be repeated at any time.
 */
export async function pullSource(source: SourceName, services: PullServices): Promise<PullRun> {
  const state = await services.states.load(source);
  const resumed = await mergeLog(source, state.merged, services);
  const pulled = resumed.unmerged > 0 ? nothingPulled : await pullPages(source, resumed.merged, services);
  const goodAtMs = pulled.goodAtMs ?? state.goodAtMs;
  const lastPage = [...resumed.pages, ...pulled.pages].at(-1);
  return {
    source,
    ...sumOf([...resumed.pages, ...pulled.pages]),
    inDoubt: pulled.doubts.length,
    doubtReason: pulled.doubts.at(-1),
    refused: pulled.refusals.length,
    refusal: pulled.refusals.at(-1),
    isKeyMissing: pulled.isKeyMissing,
    resumed: resumed.pages.length,
    unmergedPages: resumed.unmerged,
    saturated: pulled.isSaturated,
    backlogSeconds: lastPage ? backlogOf(lastPage, services.clock.now()) : 0,
    lastGoodPullAgeSeconds:
      goodAtMs === undefined ? undefined : Math.max(0, (services.clock.now() - goodAtMs) / 1000),
  };
}

interface Pulled {
  readonly pages: readonly MergedPage[];
  readonly refusals: readonly string[];
  readonly doubts: readonly string[];
  readonly isKeyMissing: boolean;
  readonly isSaturated: boolean;
  readonly goodAtMs?: number | undefined;
}

const nothingPulled: Pulled = {
  pages: [],
  refusals: [],
  doubts: [],
  isKeyMissing: false,
  isSaturated: false,
};

/** Pulls while pages are full and time is left. */
async function pullPages(source: SourceName, after: number, services: PullServices): Promise<Pulled> {
  const pages: MergedPage[] = [];
  const refusals: string[] = [];
  let merged = after;
  let goodAtMs: number | undefined;
  for (;;) {
    if (services.remainingMs() < REQUEST_TIMEOUT_MS + MERGE_MS)
      return { ...nothingPulled, pages, refusals, goodAtMs, isSaturated: pages.length > 0 };
    const asked = await askForReports(source, services);
    refusals.push(...asked.refusals);
    const { id, answer } = asked;
    const soFar = { ...nothingPulled, pages, refusals, goodAtMs };
    if (answer.kind === "refused") return { ...soFar, isKeyMissing: answer.isKeyMissing === true };
    if (answer.kind === "doubt") {
      await services.doubts.raise({ source, id, reason: answer.reason }, services.clock.now());
      await services.states.close(source, { ids: [id] });
      return { ...soFar, doubts: [answer.reason] };
    }
    if (isEmptyPage(answer.body)) {
      goodAtMs = services.clock.now();
      await services.states.close(source, { ids: [id], goodAtMs });
      return { ...soFar, goodAtMs };
    }
    const page = { id, atMs: services.clock.now(), way: "pull" } as const;
    const landed = await landAndMerge(source, page, { body: answer.body, after: merged }, services);
    merged = landed.merged;
    pages.push(...landed.pages);
    const own = landed.pages.find((other) => other.id === id);
    // A proxy's error page with status 200 is not an answer of Infobip: do not ask again.
    if (!own?.isReadable) return soFar;
    goodAtMs = services.clock.now();
    if (own.count < MOST_RESULTS || landed.unmerged > 0) return { ...soFar, goodAtMs };
  }
}

interface Asked {
  readonly id: string;
  readonly answer: InfobipAnswer;
  readonly refusals: readonly string[];
}

/** Asks until the request was certainly taken, or may have been, or a retry is no use. A refused pull is closed. */
async function askForReports(source: SourceName, services: PullServices): Promise<Asked> {
  const { clock, remainingMs } = services;
  const refusals: string[] = [];
  for (let n = 0; ; n++) {
    const { id, answer } = await askOnce(source, services);
    if (answer.kind !== "refused") return { id, answer, refusals };
    refusals.push(answer.reason);
    const waitMs = Math.max(answer.retryAfterMs ?? 0, backoffMs(n, clock));
    const isTimeLeft = remainingMs() - waitMs > REQUEST_TIMEOUT_MS + MERGE_MS;
    if (answer.retryAfterMs === undefined || n >= MOST_REFUSALS || !isTimeLeft)
      return { id, answer, refusals };
    await clock.sleep(waitMs);
  }
}

/**
 * Sends one request. The key is fetched before the pull is recorded, and no request is sent if recording took too long:
 * nothing may delay the request then, because open pulls are followed up a fixed time after they were first seen.
 */
async function askOnce(source: SourceName, services: PullServices): Promise<Omit<Asked, "refusals">> {
  const { states, clock, infobip } = services;
  const id = newId(clock);
  const key = await infobip.authorize();
  if ("kind" in key) return { id, answer: key };
  const startedMs = clock.now();
  await states.open(source, id);
  const answer: InfobipAnswer =
    clock.now() - startedMs > OPENING_TIMEOUT_MS
      ? { kind: "refused", reason: "the database took too long to write the pull down" }
      : await infobip.get(SOURCES[source].path, { limit: String(MOST_RESULTS) }, key);
  if (answer.kind === "refused") await states.close(source, { ids: [id] });
  return { id, answer };
}

function backlogOf({ count, newestDoneAtMs }: MergedPage, nowMs: number): number {
  const isFull = count >= MOST_RESULTS && newestDoneAtMs !== undefined;
  return isFull ? Math.max(0, (nowMs - newestDoneAtMs) / 1000) : 0;
}

function sumOf(pages: readonly MergedPage[]) {
  const sum = (figure: (page: MergedPage) => number) =>
    pages.reduce((total, page) => total + figure(page), 0);
  return {
    pulled: sum(({ count }) => count),
    quarantined: sum(({ quarantined }) => quarantined),
    reports: pages.flatMap(({ reports }) => reports),
  };
}
