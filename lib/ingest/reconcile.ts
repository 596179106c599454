import { sha256 } from "../runtime/text.ts";
import type { Archive, Stored } from "../store/archive.ts";
import type { Checkpoint, Checkpoints } from "../store/checkpoint.ts";
import type { Health } from "../store/health.ts";
import { FINAL_RANK, rankOf } from "../store/merge.ts";
import type { Pull, Pulls } from "../store/pulls.ts";
import type { Quarantine } from "../store/quarantine.ts";
import { epochMsOf } from "../store/record.ts";
import { type LogsServices, readLogs, type Window } from "./logs.ts";
import { LOGS_REACH_MS, MOST_RESULTS, SOURCE_NAMES } from "./sources.ts";
import { after, nextWindow, type Stride, strideAfter, strideAfterFull } from "./windows.ts";

/**
 * The reconciler compares the archive with Infobip's logs, which can be read again for 48 hours. Every message is
 * checked in three passes, at three ages, and once more in a sweep of all 48 hours whenever a pull was in doubt.
 */
export const PASSES = [
  /** At once: brings messages that are still pending, and sender and text for the others. */
  { name: "fresh", ageMs: 0 },
  /** When nearly all are final: brings what a report should have brought. */
  { name: "settled", ageMs: 3_600_000 },
  /** Before the logs forget: the last time that anything can be repaired. */
  { name: "last", ageMs: 44 * 3_600_000 },
] as const;

/** A pass goes back this much beyond where it was: logs may list a message a little late. */
const OVERLAP_MS = 120_000;
/** A final status that is not archived so long after `doneAt` was not on its way any more: the report was lost. */
const REPORT_OVERDUE_MS = 600_000;

/** One sweep settles so many doubts: after an outage there are thousands, and the checkpoint is one item of 400 kB. */
const MOST_DOUBTS = 1_000;

export interface ReconcileServices extends LogsServices {
  readonly archive: Archive;
  readonly quarantine: Quarantine;
  readonly pulls: Pulls;
  readonly checkpoints: Checkpoints;
  readonly health: Health;
  /** Told after each window, for a progress bar. */
  readonly onProgress?: (done: { window: Window; from: number; until: number; checked: number }) => void;
}

/** What a run did, for the metrics. */
export interface ReconcileReport {
  requests: number;
  /** Log entries compared with the archive. */
  checked: number;
  /** Messages that the archive did not have. */
  inserted: number;
  /** Statuses that a report should have brought by now, and had not. */
  repaired: number;
  enriched: number;
  quarantined: number;
  /** 1 while anything is in quarantine, from whatever source; else 0. */
  quarantineNotEmpty: number;
  /** Single milliseconds that hold more messages than the logs give out at once. */
  fullMilliseconds: number;
  /** Doubts that a sweep has settled, and those that still wait for one. */
  settledDoubts: number;
  openDoubts: number;
  /** Everything older than this has been checked at least once. */
  checkedUpToAgeSeconds: number;
  /** How near the oldest unchecked message, or unsettled doubt, is to being forgotten by the logs. */
  hoursLeft: number;
  lastGoodPullAgeSeconds: Partial<Record<string, number>>;
  /** Why the run stopped before everything was checked. */
  stopped?: string;
}

/** Checks as much as the time and the pace allow, the newest first in order of urgency: fresh, sweep, older passes. */
export async function reconcile(services: ReconcileServices): Promise<ReconcileReport> {
  const { clock, checkpoints } = services;
  const report = emptyReport();
  const startMs = clock.now();
  const doubts = await findDoubts(services);
  let checkpoint = begin(await checkpoints.load(), doubts, startMs);
  const save = async (next: Checkpoint) => {
    checkpoint = next;
    await checkpoints.save(next);
  };
  await save(checkpoint);

  const runPass = async ({ name, ageMs }: (typeof PASSES)[number]) => {
    const untilMs = startMs - ageMs;
    const sinceMs = Math.max((checkpoint.passes[name] ?? 0) - OVERLAP_MS, startMs - LOGS_REACH_MS);
    if (sinceMs >= untilMs) return true;
    return check({ sinceMs, untilMs }, report, services, (upToMs) =>
      save({
        ...checkpoint,
        passes: { ...checkpoint.passes, [name]: Math.max(upToMs, checkpoint.passes[name] ?? 0) },
      }),
    );
  };
  const [fresh, ...older] = PASSES;
  let isGoingOn = await runPass(fresh);
  if (isGoingOn && checkpoint.sweep) isGoingOn = await runSweep();
  for (const pass of older) isGoingOn = isGoingOn && (await runPass(pass));

  async function runSweep(): Promise<boolean> {
    const { sweep } = checkpoint;
    if (!sweep) return true;
    const window = { sinceMs: Math.max(sweep.atMs, startMs - LOGS_REACH_MS), untilMs: sweep.untilMs };
    const isDone = await check(window, report, services, (atMs) =>
      save({ ...checkpoint, sweep: { ...sweep, atMs } }),
    );
    if (!isDone) return false;
    for (const doubt of sweep.doubts) await services.pulls.close(doubt);
    report.settledDoubts = sweep.doubts.length;
    const { sweep: _done, ...rest } = checkpoint;
    await save(rest);
    return true;
  }

  return summarize(report, checkpoint, doubts, services);
}

/** Checks a stretch of send times on demand, whatever the checkpoint says. `stopped` tells if it did not get to the end. */
export async function backfill(window: Window, services: ReconcileServices): Promise<ReconcileReport> {
  const report = emptyReport();
  await check(window, report, services, async () => {});
  return report;
}

async function findDoubts({ pulls, clock }: ReconcileServices): Promise<Pull[]> {
  const unfinished = await Promise.all(SOURCE_NAMES.map((source) => pulls.unfinished(source, clock.now())));
  return unfinished.flatMap(({ doubts }) => doubts);
}

/** At the first start everything is unchecked. A doubt begins a sweep, unless one is under way: then it waits. */
function begin(found: Checkpoint | undefined, doubts: readonly Pull[], nowMs: number): Checkpoint {
  const checkpoint = found ?? { passes: {} };
  if (checkpoint.sweep || doubts.length === 0) return checkpoint;
  const settled = doubts.slice(0, MOST_DOUBTS);
  return { ...checkpoint, sweep: { atMs: nowMs - LOGS_REACH_MS, untilMs: nowMs, doubts: settled } };
}

/** Reads a stretch window by window and merges what it finds; true when it came to the end. */
async function check(
  { sinceMs, untilMs }: Window,
  report: ReconcileReport,
  services: ReconcileServices,
  onChecked: (upToMs: number) => Promise<void>,
): Promise<boolean> {
  let stride: Stride = { lengthMs: untilMs - sinceMs };
  for (let atMs = sinceMs; atMs <= untilMs; ) {
    const window = nextWindow(atMs, untilMs, stride);
    const answer = await readLogs(window, services);
    report.requests++;
    if (answer.kind === "gaveUp") {
      report.stopped = answer.reason;
      return false;
    }
    const { content } = answer;
    const isFull = content.count >= MOST_RESULTS;
    if (isFull && window.untilMs > window.sinceMs) {
      stride = strideAfterFull(stride, window, content.records);
      continue;
    }
    if (isFull) report.fullMilliseconds++;
    await mergeLogs(answer.content, report, services);
    stride = strideAfter(stride, window, content.count);
    atMs = after(window);
    await onChecked(window.untilMs);
    services.onProgress?.({ window, from: sinceMs, until: untilMs, checked: report.checked });
    if (window.untilMs >= untilMs) return true;
  }
  return true;
}

type LogsContent = Extract<Awaited<ReturnType<typeof readLogs>>, { kind: "read" }>["content"];

async function mergeLogs(
  content: LogsContent,
  report: ReconcileReport,
  services: ReconcileServices,
): Promise<void> {
  const nowMs = services.clock.now();
  const stored = await services.archive.store(content.records);
  report.checked += content.count;
  for (const entry of stored) {
    if (entry.outcome === "inserted") report.inserted++;
    if (entry.outcome === "enriched") report.enriched++;
    if (isRepair(entry, nowMs)) report.repaired++;
  }
  for (const { text, reason } of content.rejects) {
    // A window is read several times; what is wrong in it is kept once, by what it says.
    const entry = { page: `logs#${sha256(text)}`, source: "logs", place: 0, reason, atMs: nowMs };
    await services.quarantine.keep(entry, text);
    report.quarantined++;
  }
}

function isRepair({ outcome, record }: Stored, nowMs: number): boolean {
  if (outcome !== "inserted" && outcome !== "advanced") return false;
  const doneAtMs = record.doneAt ? epochMsOf(record.doneAt) : epochMsOf(record.sentAt);
  return rankOf(record.status) === FINAL_RANK && nowMs - doneAtMs > REPORT_OVERDUE_MS;
}

async function summarize(
  report: ReconcileReport,
  { passes }: Checkpoint,
  doubts: readonly Pull[],
  { health, clock, quarantine }: ReconcileServices,
): Promise<ReconcileReport> {
  const nowMs = clock.now();
  const ages = await Promise.all(
    SOURCE_NAMES.map(async (source) => {
      const atMs = await health.lastGoodPull(source);
      return atMs === undefined ? [] : [[source, (nowMs - atMs) / 1000] as const];
    }),
  );
  const checkedMs = Math.max(passes.fresh ?? 0, nowMs - LOGS_REACH_MS);
  const unsettled = doubts.slice(report.settledDoubts).map(({ startedAtMs }) => startedAtMs);
  const oldestUnsettledMs = Math.min(checkedMs, ...unsettled);
  report.openDoubts = unsettled.length;
  report.checkedUpToAgeSeconds = (nowMs - checkedMs) / 1000;
  report.hoursLeft = Math.max(0, (oldestUnsettledMs + LOGS_REACH_MS - nowMs) / 3_600_000);
  report.lastGoodPullAgeSeconds = Object.fromEntries(ages.flat());
  report.quarantineNotEmpty = Number(!(await quarantine.isEmpty(nowMs)));
  return report;
}

function emptyReport(): ReconcileReport {
  return {
    requests: 0,
    checked: 0,
    inserted: 0,
    repaired: 0,
    enriched: 0,
    quarantined: 0,
    quarantineNotEmpty: 0,
    fullMilliseconds: 0,
    settledDoubts: 0,
    openDoubts: 0,
    checkedUpToAgeSeconds: 0,
    hoursLeft: 0,
    lastGoodPullAgeSeconds: {},
  };
}
