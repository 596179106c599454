import type { Reading, StreamPlace } from "../log/position.ts";
import { isKept } from "../log/report-index.ts";
import { hasRow, type Rows, rowsOf } from "../log/rows.ts";
import type { Stream } from "../log/streams.ts";
import type { MessageRecord } from "../message/record.ts";
import { hasNews, isNews } from "./report-pages.ts";
import type { StreamReader } from "./report-services.ts";

/** A report of a stream, and its place. */
export interface Given extends StreamPlace {
  readonly record: MessageRecord;
}

/** What was found for a poll. */
export interface Collected {
  readonly given: readonly Given[];
  /** For each entry that was looked at, in order, what it could contribute. */
  readonly looked: readonly Looked[];
  /** Pages that expired before the client had read them completely. */
  readonly skippedPages: number;
  /** Did it stop early because it had looked at too many pages? */
  readonly isIncomplete: boolean;
}

interface Looked {
  readonly place: number;
  readonly rows: readonly number[];
}

/** What a poll asks for. */
export interface Wanted {
  readonly limit: number;
  /** May the client see it at all? Other reports are skipped for good. */
  readonly isAllowed: (record: MessageRecord) => boolean;
  /** Does it pass the filters? Other reports are left for another poll. */
  readonly isWanted?: ((record: MessageRecord) => boolean) | undefined;
  readonly nowMs: number;
}

/** The most pages that are searched for one answer: reading a thousand reports takes about 20 ms. */
const MOST_PAGES = 100;

/** Collects reports after a position. */
export async function collect(
  stream: Stream,
  reading: Reading,
  { limit, isAllowed, isWanted = () => true, nowMs }: Wanted,
  { index, pages }: StreamReader,
): Promise<Collected> {
  const given: Given[] = [];
  const looked: Looked[] = [];
  let read = 0;
  let skippedPages = 0;
  let expected = reading.next.place;
  for await (const entry of index.read(stream, reading.next.place)) {
    if (read >= MOST_PAGES) return { given, looked, skippedPages, isIncomplete: true };
    const isRead = hasNews(entry) && isKept(entry, nowMs);
    // An entry that is missing from the index has expired even longer ago.
    skippedPages += entry.place - expected + Number(hasNews(entry) && !isRead);
    expected = entry.place + 1;
    const records = isRead ? await pages.records(entry) : new Map<number, MessageRecord>();
    if (isRead) read++;
    const open = [...records].filter(
      ([row, record]) =>
        isNews(entry, row) &&
        isBehind(reading.next, { place: entry.place, row }) &&
        !hasRow(reading.taken, entry.place, row) &&
        isAllowed(record),
    );
    looked.push({ place: entry.place, rows: open.map(([row]) => row) });
    const wanted = open.filter(([, record]) => isWanted(record)).slice(0, limit - given.length);
    given.push(...wanted.map(([row, record]) => ({ place: entry.place, row, record })));
    if (given.length >= limit) break;
  }
  return { given, looked, skippedPages, isIncomplete: false };
}

/** The position of a client that was given some of what was found: the first report that it may still be given. */
export function nextAfter(
  from: StreamPlace,
  looked: readonly Looked[],
  given: readonly StreamPlace[],
): StreamPlace {
  const byPlace = Map.groupBy(given, ({ place }) => place);
  let next = from;
  for (const { place, rows } of looked) {
    const taken = new Set(byPlace.get(place)?.map(({ row }) => row));
    const left = rows.find((row) => !taken.has(row));
    if (left !== undefined) return { place, row: left };
    next = { place: place + 1, row: 0 };
  }
  return next;
}

/** The reports of rows that were handed out before, as far as their pages still exist, and how many pages do not. */
export async function reportsAt(
  stream: Stream,
  rows: Rows,
  { index, pages }: StreamReader,
): Promise<Pick<Collected, "given" | "skippedPages">> {
  const given: Given[] = [];
  let skippedPages = 0;
  for (const [place, bits] of [...rows].sort(([a], [b]) => a - b)) {
    const entry = (await index.from(stream, place)).find((one) => one.place === place);
    const records = entry ? await pages.records(entry) : new Map<number, MessageRecord>();
    skippedPages += Number(records.size === 0);
    for (const row of rowsOf(bits)) {
      const record = records.get(row);
      if (record) given.push({ place, row, record });
    }
  }
  return { given, skippedPages };
}

function isBehind(next: StreamPlace, { place, row }: StreamPlace): boolean {
  return place > next.place || row >= next.row;
}
