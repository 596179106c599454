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
  /** The position after it. */
  readonly position: FeedPosition;
}

export interface FeedFound {
  readonly items: readonly FeedItem[];
  /** The position after everything that was looked at. */
  readonly position: FeedPosition;
  readonly isMore: boolean;
}

/** The most pages that are searched for one answer. */
const MOST_PAGES = 100;

/**
 * Has something expired between this place and now? The entry before the place is read, too: if it still exists,
 * nothing after it has expired, and no consistent read is needed.
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

/** The reports of several streams after a position, in the order in which they became known. */
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

/** The entries of several streams, in the order in which they became known. */
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
