import { type FeedPosition, printFeedPosition } from "../log/feed-position.ts";
import { oldestOf, placeSince } from "../log/rewind.ts";
import type { Stream } from "../log/streams.ts";
import { type JsonObject, printJson } from "../message/json.ts";
import { formatMoment } from "../message/moment.ts";
import type { Admission } from "./admission.ts";
import { type FeedItem, isBehindRetention, readFeed } from "./feed-read.ts";
import { type FeedRequest, parseFeedRequest } from "./feed-request.ts";
import { Refusal } from "./refusals.ts";
import { mayRead } from "./report-pages.ts";
import { POSITION_HEADER } from "./report-request.ts";
import type { ReportServices } from "./report-services.ts";
import type { HttpRequest } from "./requests.ts";
import { isPassable, ok, type Reply } from "./responses.ts";
import { shownTo } from "./rights.ts";

/**
 * Answers the feed: everything that arrived, in order, for readers that store their own position. Nothing about them is
 * stored here. Throws a Refusal (410 with the oldest position, if the reader's is older), and what DynamoDB throws.
 */
export async function answerFeed(
  { queryString }: Pick<HttpRequest, "queryString">,
  { client, format }: Admission,
  services: ReportServices,
): Promise<Reply> {
  const asked = parseFeedRequest(queryString);
  const from = await positionOf(asked, services);
  const found = await readFeed(from, asked, (record) => mayRead(client, record), services);
  for (let items = found.items; ; items = items.slice(0, Math.ceil(items.length / 2))) {
    const isWhole = items.length === found.items.length;
    const position = (isWhole ? undefined : items.at(-1)?.position) ?? found.position;
    const isMore = found.isMore || !isWhole;
    const results = items.map((item) => printItem(item, client.isTextHidden));
    const body =
      format === "ndjson"
        ? results.map((result) => `${printJson(result)}\n`).join("")
        : printJson({ results, position: printFeedPosition(position), more: isMore });
    if (items.length > 1 && !isPassable(body)) continue;
    const headers = { [POSITION_HEADER]: printFeedPosition(position), "omnilog-more": String(isMore) };
    const response = ok(format, body, headers);
    return { response, client: client.name, rows: items.length, readUnits: 0, isIncomplete: isMore };
  }
}

/** Where to begin. Throws a Refusal for a position that is no longer ours. */
async function positionOf(
  { after, sinceMs, sources }: FeedRequest,
  { index, now }: ReportServices,
): Promise<FeedPosition> {
  if (!after) {
    const begins = sources.map(async (stream) => {
      const oldest = await oldestOf(stream, index, now());
      if (sinceMs === undefined) return [stream, oldest] as const;
      const since = await placeSince(stream, index, sinceMs);
      return [stream, since.place > oldest.place ? since : oldest] as const;
    });
    return new Map(await Promise.all(begins));
  }
  const behind = await Promise.all(
    sources.map(async (stream): Promise<Stream[]> => {
      const at = after.get(stream);
      return at && (await isBehindRetention(stream, at, index, now())) ? [stream] : [];
    }),
  );
  if (behind.flat().length === 0) return after;
  const oldest = await Promise.all(
    behind.flat().map(async (stream) => [stream, await oldestOf(stream, index, now())] as const),
  );
  throw gone(new Map([...after, ...oldest]));
}

/** 410: the next report has expired. Continuing from the given position skips exactly what is gone. */
function gone(oldest: FeedPosition): Refusal {
  const position = printFeedPosition(oldest);
  const text = `What follows this position is not kept any more. The oldest position is ${position}`;
  return new Refusal(410, "GONE", text, { headers: { [POSITION_HEADER]: position } });
}

function printItem({ stream, entry, record, isNews, position }: FeedItem, isTextHidden: boolean): JsonObject {
  return {
    position: printFeedPosition(position),
    source: stream,
    way: entry.way,
    receivedAt: formatMoment(entry.atMs),
    new: isNews,
    report: shownTo({ isTextHidden }, record),
  };
}
