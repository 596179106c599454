import type { FeedPosition } from "../log/feed-position.ts";
import type { StreamPlace } from "../log/position.ts";
import { isKept, type ReportIndex, type StreamEntry } from "../log/report-index.ts";
import type { Stream } from "../log/streams.ts";
import type { MessageRecord } from "../message/record.ts";
import type { FeedRequest } from "./feed-request.ts";
import { hasNews, isNews, isOfStream } from "./report-pages.ts";
import type { StreamReader } from "./report-services.ts";

/** A report as it arrived. */
export interface FeedItem {
  readonly stream: Stream;
  readonly entry: StreamEntry;
  readonly record: MessageRecord;
  readonly isNews: boolean;
  /** Where to go on after it. */
  readonly position: FeedPosition;
}

export interface FeedFound {
  readonly items: readonly FeedItem[];
  /** Where to go on after all that was looked at. */
  readonly position: FeedPosition;
  readonly isMore: boolean;
}

/** So many pages are looked through for one answer. */
const MOST_PAGES = 100;

/**
 * Is something between this place and now that is not kept any more? The entry before it is looked for, too: where that still
 * stands, nothing behind it has expired, and nothing has to be asked consistently.
 */
export async function isBehindRetention(
  stream: Stream,
  { place }: StreamPlace,
  index: ReportIndex,
  nowMs: number,
): Promise<boolean> {
  const [first, ...others] = await index.from(stream, Math.max(1, place - 1));
  if (!first) return place <= (await index.tail(stream)).place;
  const next = first.place >= place ? first : others[0];
  if (!next) return false;
  return next.place > place || !isKept(next, nowMs);
}

/** The reports of several streams from a position on, in the order in which they became known. */
export async function readFeed(
  from: FeedPosition,
  { limit, sources, isChangesOnly }: Pick<FeedRequest, "limit" | "sources" | "isChangesOnly">,
  isAllowed: (record: MessageRecord) => boolean,
  { index, pages }: StreamReader,
): Promise<FeedFound> {
  const items: FeedItem[] = [];
  let position = from;
  let read = 0;
  for await (const { stream, entry } of inOrder(from, sources, index)) {
    const start = from.get(stream);
    const isLooked = !isChangesOnly || hasNews(entry);
    if (isLooked && read++ >= MOST_PAGES) return { items, position, isMore: true };
    const records = isLooked ? await pages.records(entry) : new Map<number, MessageRecord>();
    for (const [row, record] of records) {
      const isPassed = start !== undefined && start.place === entry.place && row < start.row;
      const isGiven = isOfStream(entry, row) && (!isChangesOnly || isNews(entry, row)) && isAllowed(record);
      if (isPassed || !isGiven) continue;
      if (items.length >= limit) return { items, position, isMore: true };
      position = new Map([...position, [stream, { place: entry.place, row: row + 1 }]]);
      items.push({ stream, entry, record, isNews: isNews(entry, row), position });
    }
    position = new Map([...position, [stream, { place: entry.place + 1, row: 0 }]]);
  }
  return { items, position, isMore: false };
}

/** The entries of several streams, those first that became known first. */
async function* inOrder(from: FeedPosition, streams: readonly Stream[], index: ReportIndex) {
  const heads = await Promise.all(
    streams.map(async (stream) => {
      const entries = index.read(stream, from.get(stream)?.place ?? 1);
      return { stream, entries, entry: (await entries.next()).value ?? undefined };
    }),
  );
  for (;;) {
    const [first] = heads
      .filter(({ entry }) => entry !== undefined)
      .sort((a, b) => (a.entry?.orderMs ?? 0) - (b.entry?.orderMs ?? 0));
    if (!first?.entry) return;
    yield { stream: first.stream, entry: first.entry };
    first.entry = (await first.entries.next()).value ?? undefined;
  }
}
