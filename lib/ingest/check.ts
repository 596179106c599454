import type { Compared } from "../archive/writer.ts";
import { type LogsServices, readLogs } from "../infobip/logs.ts";
import type { PageContent } from "../infobip/page.ts";
import { Reach } from "../infobip/reach.ts";
import { MOST_RESULTS } from "../infobip/sources.ts";
import {
  after,
  nextWindow,
  type Stride,
  strideAfter,
  strideAfterFull,
  type Window,
} from "../infobip/windows.ts";
import { epochMsOf, type MessageRecord } from "../message/record.ts";
import { isFinal, statusGroupOf } from "../message/status.ts";
import { sha256 } from "../runtime/hash.ts";
import type { MergeServices } from "./merge-log.ts";
import { landTexts, REPAIRS } from "./repairs.ts";

export interface CheckServices extends LogsServices, MergeServices {}

/** The result of checking one window of the logs. */
export interface Checked {
  readonly window: Window;
  /** Log entries that were compared with the archive. */
  readonly checked: number;
  /** Messages that were missing in the archive. */
  readonly inserted: number;
  /** Statuses that a report should have brought by now, but had not. */
  readonly repaired: number;
  readonly enriched: number;
  /** Messages whose final status still differs between archive and logs, after the merge. */
  readonly disagreeing: number;
  readonly quarantined: number;
  /** Does a single millisecond hold more messages than one answer of the logs can? */
  readonly isFullMillisecond: boolean;
  /** When the messages were sent that are not final yet. */
  readonly pendingMs: readonly number[];
  /**
   * Was the answer full, or was there none? Then nothing has been checked yet, and the parts of the window come next.
   */
  readonly isSplit: boolean;
  /** Could Infobip not serve this window, although it serves others? */
  readonly isGap: boolean;
  /** Why the check stopped before its end. */
  readonly stopped?: string;
}

/** If a final status is not archived this long after its `doneAt`, its report is no longer on its way: it was lost. */
const REPORT_OVERDUE_MS = 600_000;
/** This much around a row that cannot be served is left out, and asked for again later. */
const GAP_MS = 1_000;
/** The attempts for each part of a window that has failed as a whole. */
const ATTEMPTS_AT_PARTS = 3;

/** Options of a check. */
export interface Manner {
  /** What the run knows about how far back the logs can be read. */
  readonly reach: Reach;
  /** How often a window that is not served is asked for. */
  readonly attempts?: number;
  /** Windows that are not served are halved down to this length; 0: a single millisecond. */
  readonly leastMs?: number;
}

/**
 * Reads a range of send times window by window, oldest first, merges what it finds, and yields each window once that is
 * stored. Windows that had to be split are yielded, too, so that callers can count requests.
 */
export async function* checkStretch(
  stretch: Window,
  services: CheckServices,
  { reach, attempts, leastMs = GAP_MS }: Manner = { reach: new Reach() },
): AsyncGenerator<Checked, void> {
  const { sinceMs, untilMs } = stretch;
  let stride: Stride = { lengthMs: untilMs - sinceMs };
  let isTroubled = false;
  // While nothing can be served, the parts that are left out grow: even a long stretch costs few requests.
  let gapMs = leastMs;
  for (let atMs = sinceMs; atMs <= untilMs; ) {
    // What the logs no longer hold cannot be checked; the rest can.
    atMs = Math.max(atMs, reach.oldestMs(services.clock.now()));
    if (atMs > untilMs) return;
    const window = nextWindow(atMs, untilMs, stride);
    const answer = await readLogs(window, services, isTroubled ? (attempts ?? ATTEMPTS_AT_PARTS) : attempts);
    if (answer.kind === "gaveUp") return yield stoppedAt(window, answer.reason);
    if (answer.kind === "refused") {
      const refusal = await reach.explain(window, answer.reason, services);
      if (refusal.kind === "gaveUp") return yield stoppedAt(window, refusal.reason);
      if (refusal.kind === "tooOld") {
        yield splitAt(window);
        continue;
      }
    }
    if (answer.kind !== "read") {
      const lengthMs = window.untilMs - window.sinceMs;
      const isGap = lengthMs <= gapMs;
      // Checked again before each gap, because an outage may have begun since, and must not be mistaken for a bad row.
      if ((isGap || !isTroubled) && !(await isServing(services)))
        return yield stoppedAt(window, answer.reason);
      isTroubled = true;
      if (!isGap) {
        yield splitAt(window);
        stride = { lengthMs: Math.max(gapMs, Math.floor(lengthMs / 2)) };
        continue;
      }
      yield { ...nothingChecked(window), isGap: true };
      if (window.untilMs >= untilMs) return;
      gapMs = 2 * Math.max(1, gapMs);
      stride = strideAfter(stride, window, 0);
      atMs = after(window);
      continue;
    }
    const { content } = answer;
    const isFull = content.count >= MOST_RESULTS;
    if (isFull && window.untilMs > window.sinceMs) {
      yield splitAt(window);
      stride = strideAfterFull(stride, window, content.records);
      continue;
    }
    yield { ...(await mergeLogs(window, content, services)), isFullMillisecond: isFull };
    if (window.untilMs >= untilMs) return;
    gapMs = leastMs;
    stride = strideAfter(stride, window, content.count);
    atMs = after(window);
  }
}

/** Does Infobip answer at all? The logs of this very moment are nearly empty, and contain no bad row. */
async function isServing(services: CheckServices): Promise<boolean> {
  const nowMs = services.clock.now();
  const { kind } = await readLogs({ sinceMs: nowMs, untilMs: nowMs }, services, ATTEMPTS_AT_PARTS);
  return kind === "read";
}

function nothingChecked(window: Window): Checked {
  return {
    window,
    checked: 0,
    inserted: 0,
    repaired: 0,
    enriched: 0,
    disagreeing: 0,
    quarantined: 0,
    isFullMillisecond: false,
    pendingMs: [],
    isSplit: false,
    isGap: false,
  };
}

function splitAt(window: Window): Checked {
  return { ...nothingChecked(window), isSplit: true };
}

function stoppedAt(window: Window, stopped: string): Checked {
  return { ...nothingChecked(window), stopped };
}

/**
 * Compares the logs of a window with the archive. What is new is appended to the log of repairs, and merged from there.
 */
async function mergeLogs(window: Window, content: PageContent, services: CheckServices): Promise<Checked> {
  const { archive, quarantine, clock } = services;
  const nowMs = clock.now();
  const texts = new Map(content.records.map((record, n) => [record, content.texts[n] ?? ""]));
  // Records that the archive would drop at once are not written each time they are seen.
  const compared = await archive.compare(content.records.filter((record) => archive.keeps(record, nowMs)));
  const news = compared.filter(({ outcome }) => outcome !== "known");
  if (news.length > 0)
    await landTexts(
      REPAIRS,
      "repair",
      news.map(({ record }) => texts.get(record) ?? ""),
      services,
    );
  for (const { text, bytes, reason } of content.rejects) {
    // The records of such a body were read. If its bytes were kept, they would be kept again for every window that
    // overlaps.
    if (bytes) continue;
    // A window is read several times. What cannot be read is kept once, identified by its content.
    const entry = { page: `${REPAIRS}#${sha256(text)}`, source: REPAIRS, place: 0, reason, atMs: nowMs };
    await quarantine.keep(entry, text);
  }
  return {
    ...nothingChecked(window),
    checked: content.count,
    inserted: compared.filter(({ outcome }) => outcome === "new").length,
    enriched: compared.filter(({ outcome }) => outcome === "enriched").length,
    repaired: compared.filter((entry) => isRepair(entry, nowMs)).length,
    disagreeing: compared.filter(isDisagreeing).length,
    quarantined: content.rejects.length,
    pendingMs: compared
      .filter(({ merged }) => !isFinal(merged.status))
      .map(({ merged }) => epochMsOf(merged.sentAt)),
  };
}

function isRepair({ outcome, record }: Compared, nowMs: number): boolean {
  if (outcome !== "new" && outcome !== "advanced") return false;
  const doneAtMs = record.doneAt ? epochMsOf(record.doneAt) : epochMsOf(record.sentAt);
  return isFinal(record.status) && nowMs - doneAtMs > REPORT_OVERDUE_MS;
}

/** Do the logs have a different final status than the archive, even after the merge? */
function isDisagreeing({ record, merged }: Compared): boolean {
  const statusOf = ({ status }: MessageRecord) => JSON.stringify([statusGroupOf(status), status.id]);
  return isFinal(record.status) && statusOf(record) !== statusOf(merged);
}
