import { backoffMs, type Clock } from "../runtime/clock.ts";
import { isTransient } from "../runtime/dynamodb.ts";
import type { Health } from "../store/health.ts";
import { type LandedPage, type Pull, pageName } from "../store/pulls.ts";
import { type Answer, type InfobipClient, REQUEST_TIMEOUT_MS } from "./client.ts";
import {
  countOutcomes,
  type MergedPage,
  mergePage,
  type PageStores,
  type ReportCount,
  WHOLE_OR_REST,
} from "./page.ts";
import { MOST_RESULTS, SOURCES, type SourceName } from "./sources.ts";

/**
 * The pull of one source, which never loses a report that Infobip gave it:
 *
 *     finish what earlier runs landed
 *     while there is time for a whole page:
 *       open     write down that a request is about to be sent
 *       ask      once; what may have been processed is not sent again
 *       land     write the bytes down, before anything looks into them
 *       merge    record by record, and let go of the page
 *       stop when the page was not full
 *
 * Dead before `land`, the open pull tells the reconciler; dead after it, the next run merges the page.
 */
export interface PullServices extends PageStores {
  readonly infobip: InfobipClient;
  readonly health: Health;
  readonly clock: Clock;
  /** How long this run may still take. */
  readonly remainingMs: () => number;
}

/** What a run did, for the metrics. */
export interface PullReport {
  source: SourceName;
  /** Results in the pages that were merged. */
  pulled: number;
  inserted: number;
  /** Already known in part: a later status, or more fields. */
  merged: number;
  duplicate: number;
  quarantined: number;
  /** Answers that were lost after the request was sent. */
  inDoubt: number;
  /** Requests that were refused before anything was taken, and why the last one was. */
  refused: number;
  refusal?: string;
  /** Pages of earlier runs that this one finished; more and more of them are a backlog. */
  resumed: number;
  unmergedPages: number;
  /** Did the time end while pages were still full? */
  saturated: boolean;
  /** How old the newest report of a full page was: grows while reports come faster than they are drained. */
  backlogSeconds: number;
  /** What was new, by channel and status group, page by page. */
  reports: ReportCount[];
  /** Since the last answer of this source that was merged or empty. */
  lastGoodPullAgeSeconds?: number | undefined;
}

/** Time to land and merge a full page, DynamoDB's retries included. */
const MERGE_MS = 10_000;
const MOST_REFUSALS = 4;

export async function pullSource(source: SourceName, services: PullServices): Promise<PullReport> {
  const report = emptyReport(source);
  const { pulls, clock } = services;
  const { landed, doubts } = await pulls.unfinished(source, clock.now());
  report.inDoubt = doubts.length;
  report.unmergedPages = landed.length;
  for (const page of landed) {
    if (services.remainingMs() < MERGE_MS) break;
    await finish(page, report, services);
    report.resumed++;
    report.unmergedPages--;
  }
  const isGood = report.unmergedPages === 0 && (await pullPages(report, services));
  report.lastGoodPullAgeSeconds = await ageOfLastGoodPull(source, isGood, services);
  return report;
}

async function ageOfLastGoodPull(source: SourceName, isGood: boolean, { health, clock }: PullServices) {
  if (isGood) await health.goodPull(source, clock.now());
  const lastMs = isGood ? clock.now() : await health.lastGoodPull(source);
  return lastMs === undefined ? undefined : Math.max(0, (clock.now() - lastMs) / 1000);
}

/** Pulls while pages are full and time is left. Was the last answer a good one? */
async function pullPages(report: PullReport, services: PullServices): Promise<boolean> {
  for (let pages = 0; ; pages++) {
    if (services.remainingMs() < REQUEST_TIMEOUT_MS + MERGE_MS) {
      report.saturated = pages > 0;
      return pages > 0;
    }
    const count = await pullPage(report, services);
    if (count === undefined) return false;
    if (count < MOST_RESULTS) return true;
  }
}

/** Pulls one page; gives how many results it had, or undefined when there was no answer. */
async function pullPage(report: PullReport, services: PullServices): Promise<number | undefined> {
  const { pulls } = services;
  const { pull, answer } = await ask(report, services);
  if (answer.kind === "refused") {
    await pulls.close(pull);
    return undefined;
  }
  if (answer.kind === "doubt") {
    report.inDoubt++;
    await pulls.doubt(pull);
    return undefined;
  }
  if (isEmptyPage(answer.body)) {
    await pulls.close(pull);
    return 0;
  }
  const { count } = await finish(await pulls.land(pull, answer.body), report, services);
  return count;
}

/** The usual answer of a quiet minute: there is nothing in it to land. */
function isEmptyPage(body: Uint8Array): boolean {
  return body.length < 100 && /^\s*\{\s*"results"\s*:\s*\[\s*\]\s*\}\s*$/.test(Buffer.from(body).toString());
}

/** Asks until the request was certainly taken, or may have been, or it is no use. */
async function ask(report: PullReport, services: PullServices): Promise<{ pull: Pull; answer: Answer }> {
  const { pulls, clock, infobip, remainingMs } = services;
  for (let n = 0; ; n++) {
    const unique = Math.floor(clock.random() * 2 ** 32).toString(36);
    const pull = await pulls.open(report.source, clock.now(), unique);
    const answer = await infobip.get(SOURCES[report.source].path, { limit: String(MOST_RESULTS) });
    if (answer.kind !== "refused") return { pull, answer };
    report.refused++;
    report.refusal = answer.reason;
    const waitMs = Math.max(answer.retryAfterMs ?? 0, backoffMs(n, clock));
    const isTimeLeft = remainingMs() - waitMs > REQUEST_TIMEOUT_MS + MERGE_MS;
    if (answer.retryAfterMs === undefined || n >= MOST_REFUSALS || !isTimeLeft) return { pull, answer };
    await pulls.close(pull);
    await clock.sleep(waitMs);
  }
}

/** Merges a page; one that cannot be read at all is set aside whole, so that it does not block the ones behind it. */
async function finish(page: LandedPage, report: PullReport, services: PullServices): Promise<MergedPage> {
  const merged = await mergePage(page, services, services.clock.now()).catch(async (error: unknown) => {
    if (isTransient(error)) throw error;
    return setAside(page, services);
  });
  report.pulled += merged.count;
  report.inserted += merged.outcomes.inserted;
  report.merged += merged.outcomes.advanced + merged.outcomes.enriched;
  report.duplicate += merged.outcomes.unchanged;
  report.quarantined += merged.quarantined;
  report.reports.push(...merged.reports);
  const { newestDoneAtMs } = merged;
  const isFull = merged.count >= MOST_RESULTS && newestDoneAtMs !== undefined;
  report.backlogSeconds = isFull ? Math.max(0, (services.clock.now() - newestDoneAtMs) / 1000) : 0;
  return merged;
}

/** Keeps a page that our own code stumbled over as it is. The reconciler brings its messages meanwhile. */
async function setAside(page: LandedPage, { pulls, quarantine, clock }: PullServices): Promise<MergedPage> {
  const reason = "merging it failed in an unforeseen way";
  const entry = {
    page: pageName(page),
    source: page.source,
    place: WHOLE_OR_REST,
    reason,
    atMs: clock.now(),
  };
  const bytes = await pulls.load(page).catch((error: unknown) => {
    if (isTransient(error)) throw error;
    // Gone or spoilt in the database, or merged by a run beside this one: there is nothing to keep.
    return undefined;
  });
  if (bytes) await quarantine.keep(entry, bytes);
  await pulls.doubt(page);
  return { count: 0, outcomes: countOutcomes([]), quarantined: Number(bytes !== undefined), reports: [] };
}

function emptyReport(source: SourceName): PullReport {
  return {
    source,
    pulled: 0,
    inserted: 0,
    merged: 0,
    duplicate: 0,
    quarantined: 0,
    inDoubt: 0,
    refused: 0,
    resumed: 0,
    unmergedPages: 0,
    saturated: false,
    backlogSeconds: 0,
    reports: [],
  };
}
