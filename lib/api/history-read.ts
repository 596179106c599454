import pMap from "p-map";
import { identityOf } from "../archive/keys.ts";
import { messageMarkOf, slotAt } from "../log/fingerprint.ts";
import { PageLog, type Way } from "../log/page-log.ts";
import { type PagePlace, SeenReports } from "../log/seen.ts";
import { STREAMS } from "../log/streams.ts";
import { type Known, knownFrom, merge } from "../message/merge.ts";
import { epochMsOf, type MessageRecord, printRecord } from "../message/record.ts";
import { systemClock } from "../runtime/clock.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { mayRead, type ReportPages } from "./report-pages.ts";
import type { Client } from "./rights.ts";

/** A report that changed what was known about a message, and how it arrived. */
export interface HistoryReport {
  /** When it arrived, in milliseconds since 1970. */
  readonly atMs: number;
  readonly way: Way;
  readonly source: string;
  readonly record: MessageRecord;
}

/** How to find the reports of a message. */
export interface Sought {
  readonly client: Client;
  /** What the archive says about it. */
  readonly records: readonly MessageRecord[];
  /** When it was sent according to any report; nearly always what the records say. */
  readonly sentMs: ReadonlySet<number>;
}

/** Reports rarely disagree. If somebody invents a moment for each report, not all of them are searched. */
const MOST_MOMENTS = 20;
/**
 * The reports of one message may differ slightly in when it was sent: rounded to seconds, it may be in the next slot.
 */
const SPREAD_MS = 60_000;
/** If the reports of a message are repeated endlessly, only this many pages are read. */
const MOST_PAGES = 60;
const CONCURRENCY = 8;

/** The reports that changed what was known about a message, oldest first, as far as a client may see them. */
export async function reportsOf(
  messageId: string,
  { client, records, sentMs }: Sought,
  { db, pages }: { readonly db: Database; readonly pages: ReportPages },
): Promise<HistoryReport[]> {
  const log = new PageLog(db);
  const read = await pMap(
    await originsOf(messageId, { records, sentMs }, new SeenReports(db, systemClock)),
    async ({ source, place }) => {
      const page = await log.at(source, place);
      const found = page ? await pages.records({ source, page: place }) : new Map<number, MessageRecord>();
      return [...found].flatMap(([row, record]) =>
        page && record.messageId === messageId && mayRead(client, record)
          ? [{ atMs: page.atMs, way: page.way, source, place, row, record }]
          : [],
      );
    },
    { concurrency: CONCURRENCY },
  );
  const inOrder = read.flat().sort((a, b) => a.atMs - b.atMs || a.place - b.place || a.row - b.row);
  return changesOf(inOrder).map(({ atMs, way, source, record }) => ({ atMs, way, source, record }));
}

/** The pages that may mention the message. */
async function originsOf(
  messageId: string,
  { records, sentMs }: Pick<Sought, "records" | "sentMs">,
  seen: SeenReports,
): Promise<PagePlace[]> {
  const moments = [...records.map(({ sentAt }) => epochMsOf(sentAt)), ...sentMs].slice(0, MOST_MOMENTS);
  const slots = new Set(moments.flatMap((ms) => [ms - SPREAD_MS, ms, ms + SPREAD_MS]).map(slotAt));
  const mark = messageMarkOf(messageId);
  const asked = STREAMS.flatMap((stream) => [...slots].map((slot) => ({ stream, slot })));
  const found = await pMap(asked, ({ stream, slot }) => seen.pagesOf(stream, slot, mark), {
    concurrency: CONCURRENCY,
  });
  const unique = new Map(found.flat().map((origin) => [`${origin.source}#${origin.place}`, origin]));
  return [...unique.values()].slice(0, MOST_PAGES);
}

/** Keeps what changed what was known, by applying the archive's merge rule again. */
function changesOf<T extends { readonly record: MessageRecord }>(reports: readonly T[]): T[] {
  const known = new Map<string, Known>();
  return reports.filter(({ record }) => {
    const id = identityOf(record);
    const before = known.get(id);
    const after = before ? merge(before, knownFrom(record)) : knownFrom(record);
    known.set(id, after);
    return !before || printRecord(before.record) !== printRecord(after.record);
  });
}
