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

/** What checking one window of the logs came to. */
export interface Checked {
  readonly window: Window;
  /** Log entries compared with the archive. */
  readonly checked: number;
  /** Messages that the archive did not have. */
  readonly inserted: number;
  /** Statuses that a report should have brought by now, and had not. */
  readonly repaired: number;
  readonly enriched: number;
  /** Messages of which the archive and the logs say different final things, after the merge. */
  readonly disagreeing: number;
  readonly quarantined: number;
  /** Does a single millisecond hold more messages than the logs give out at once? */
  readonly isFullMillisecond: boolean;
  /** When messages were sent that are still not final. */
  readonly pendingMs: readonly number[];
  /** Was the answer full, or none at all? Then nothing is checked yet: the parts of the window come next. */
  readonly isSplit: boolean;
  /** Could Infobip not serve this window, though it serves others? */
  readonly isGap: boolean;
  /** Why the check ends here, before its end. */
  readonly stopped?: string;
}

/** A final status that is not archived so long after `doneAt` was not on its way any more: the report was lost. */
const REPORT_OVERDUE_MS = 600_000;
/** Around a row that cannot be served so much is left out, and asked for again later. */
const GAP_MS = 1_000;
/** Trying the parts of a window that has failed often enough as a whole. */
const ATTEMPTS_AT_PARTS = 3;

/** How a stretch is checked, beyond what is usual. */
export interface Manner {
  /** What the run knows of how far back the logs can be asked for. */
  readonly reach: Reach;
  /** So often a window is asked for that is not served. */
  readonly attempts?: number;
  /** What is not served is halved down to this; 0: a single millisecond. */
  readonly leastMs?: number;
}

/**
 * Reads a stretch window by window, oldest first, merges what it finds, and tells of each window when that is stored. It
 * tells of windows that had to be split, too, so that whoever shares requests out can count them.
 */
export async function* checkStretch(
  stretch: Window,
  services: CheckServices,
  { reach, attempts, leastMs = GAP_MS }: Manner = { reach: new Reach() },
): AsyncGenerator<Checked, void> {
  const { sinceMs, untilMs } = stretch;
  let stride: Stride = { lengthMs: untilMs - sinceMs };
  let isTroubled = false;
  // What cannot be served at a stretch is left out in ever longer parts: it costs few requests, however long it is.
  let gapMs = leastMs;
  for (let atMs = sinceMs; atMs <= untilMs; ) {
    // Whatever is no longer there cannot be checked; the rest can.
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
      // Asked again before each gap: an outage may have begun since, and is not to be taken for rows that are spoilt.
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

/** Does Infobip answer at all? The logs of this very moment hold next to nothing, and nothing that is spoilt. */
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

/** Compares what the logs say with the archive; what is news goes into the log of repairs, and by it into the archive. */
async function mergeLogs(window: Window, content: PageContent, services: CheckServices): Promise<Checked> {
  const { archive, quarantine, clock } = services;
  const nowMs = clock.now();
  const texts = new Map(content.records.map((record, n) => [record, content.texts[n] ?? ""]));
  // What the archive would let go of at once need not be written each time that it is seen.
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
    // The records of such a window were read, and another window with one of them would be kept again and again.
    if (bytes) continue;
    // A window is read several times; what is wrong in it is kept once, by what it says.
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

/** Do the logs say another final status than the archive, even after the merge? */
function isDisagreeing({ record, merged }: Compared): boolean {
  const statusOf = ({ status }: MessageRecord) => JSON.stringify([statusGroupOf(status), status.id]);
  return isFinal(record.status) && statusOf(record) !== statusOf(merged);
}
