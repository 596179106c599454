import * as v from "valibot";
import type { StreamPlace } from "./position.ts";
import { STREAMS, type Stream } from "./streams.ts";

/** How far a reader that stores its own position has read: the next row to look at, by stream. */
export type FeedPosition = ReadonlyMap<Stream, StreamPlace>;

/**
 * Prints a position; equal positions have equal texts. Readers may keep the text as long as they like, so it contains
 * its version. It is opaque but not secret: it says nothing about any message.
 */
export function printFeedPosition(position: FeedPosition): string {
  const parts = STREAMS.flatMap((stream) => {
    const at = position.get(stream);
    return at ? [`${stream}:${at.place}.${at.row}`] : [];
  });
  return `1-${Buffer.from(parts.join(",")).toString("base64url")}`;
}

const part = v.pipe(
  v.string(),
  v.regex(/^[a-z]+:\d{1,12}\.\d{1,6}$/),
  v.transform((text) => {
    const [stream, place, row] = text.split(/[:.]/);
    return { stream, place: Number(place), row: Number(row) };
  }),
  v.object({ stream: v.picklist(STREAMS), place: v.pipe(v.number(), v.minValue(1)), row: v.number() }),
);

/** Reads what `printFeedPosition` printed; undefined for anything else. */
export function parseFeedPosition(text: string): FeedPosition | undefined {
  if (!text.startsWith("1-") || text.length > 1_000) return undefined;
  const parts = Buffer.from(text.slice(2), "base64url").toString().split(",");
  const parsed = v.safeParse(v.array(part), parts);
  if (!parsed.success) return undefined;
  const position = new Map(parsed.output.map(({ stream, place, row }) => [stream, { place, row }]));
  return printFeedPosition(position) === text ? position : undefined;
}
