import pMap from "p-map";
import type { ArchiveWriter } from "../archive/writer.ts";
import { type PageContent, readAnyPage } from "../infobip/page.ts";
import { sourceNamed } from "../infobip/sources.ts";
import type { Events } from "../log/events.ts";
import type { Page, PageLog } from "../log/page-log.ts";
import type { Publisher } from "../log/publish.ts";
import { epochMsOf, type MessageRecord } from "../message/record.ts";
import { statusGroupOf } from "../message/status.ts";
import type { Doubts } from "./doubts.ts";
import type { Quarantine } from "./quarantine.ts";
import { keepRejects, rejectOf } from "./rejects.ts";

export interface MergedPage {
  readonly id: string;
  readonly count: number;
  /** Did it contain a list of results at all? */
  readonly isReadable: boolean;
  readonly quarantined: number;
  /** The latest doneAt of the page, in milliseconds since 1970; undefined if there is none. */
  readonly newestDoneAtMs?: number;
  /** The reports in it. */
  readonly reports: readonly ReportCount[];
  /** The number of events in it. */
  readonly events: number;
  /** Warnings about a sender, by Infobip's names. */
  readonly warnings: readonly string[];
}

/** The number of reports with a channel and a status group. */
export interface ReportCount {
  readonly channel: string;
  readonly status: string;
  readonly count: number;
}

/** Where the content of a page is stored. */
export interface PageStores {
  readonly log: PageLog;
  readonly archive: ArchiveWriter;
  readonly quarantine: Quarantine;
  readonly doubts: Doubts;
  readonly reports: Publisher;
  readonly events: Events;
}

/** A page whose records are in the archive. */
interface Appended {
  readonly page: Page;
  readonly content: PageContent;
  readonly refused: readonly MessageRecord[];
}

/** The most pages at once: reading one takes our CPU, appending it waits for the database. */
const APPENDED_AT_ONCE = 4;

/** Merges one page: see `mergePages`. */
export async function mergePage(page: Page, stores: PageStores, nowMs: number): Promise<MergedPage> {
  const [merged] = await mergePages([page], stores, nowMs);
  return merged as MergedPage;
}

/**
 * Merges pages of one log, in order: first into the archive, so that queries find everything, then for the readers of
 * the log. What does not parse goes into quarantine, and a pulled page with any of that becomes a doubt, because the
 * reconciler can get the same messages from the logs. May be repeated at any point, with the same result.
 */
export async function mergePages(
  pages: readonly Page[],
  stores: PageStores,
  nowMs: number,
): Promise<MergedPage[]> {
  const appended = await pMap(pages, (page) => append(page, stores), { concurrency: APPENDED_AT_ONCE });
  // Readers are told only once the archive has it: what a client was handed, it can look up.
  await stores.reports.publishAll(
    appended.map(({ page, content: { records, places } }) => ({
      page,
      rows: records.map((record, n) => ({ record, row: places[n] ?? n })),
    })),
  );
  return pMap(appended, (each) => conclude(each, stores, nowMs), { concurrency: APPENDED_AT_ONCE });
}

async function append(page: Page, { log, archive }: PageStores): Promise<Appended> {
  const { source, place } = page;
  const content = await readAnyPage(await log.load(page), sourceNamed(source));
  return { page, content, ...(await archive.append({ source, place }, content.records)) };
}

/** Stores what is not a report: events, and what could not be read. */
async function conclude(
  { page, content, refused }: Appended,
  stores: PageStores,
  nowMs: number,
): Promise<MergedPage> {
  const { id, source, way } = page;
  await stores.events.keep(page, content.events);
  const isOwn = way === "pull" || way === "push";
  // Rejects of a page that was itself assembled from rejects are in quarantine already.
  const rejects = [...(isOwn ? content.rejects : []), ...refused.map(rejectOf)];
  await keepRejects(page, rejects, stores.quarantine, nowMs);
  if (rejects.length > 0 && way === "pull")
    await stores.doubts.raise({ source, id, reason: "rejects" }, nowMs);
  const doneAt = content.records.flatMap((record) => (record.doneAt ? [epochMsOf(record.doneAt)] : []));
  return {
    id,
    count: content.count,
    isReadable: content.count > 0 || content.rejects.length === 0,
    quarantined: rejects.length,
    reports: countReports(content.records),
    events: content.events.length,
    warnings: content.warnings,
    ...(doneAt.length > 0 ? { newestDoneAtMs: doneAt.reduce((a, b) => Math.max(a, b)) } : {}),
  };
}

/** Counts reports by channel and status group. */
function countReports(records: readonly MessageRecord[]): ReportCount[] {
  const groups = Map.groupBy(records, ({ channel, status }) => `${channel} ${statusGroupOf(status)}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first
      ? [{ channel: first.channel, status: statusGroupOf(first.status), count: group.length }]
      : [];
  });
}
