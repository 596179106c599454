import * as v from "valibot";
import { type FeedPosition, parseFeedPosition } from "../log/feed-position.ts";
import { STREAMS, type Stream } from "../log/streams.ts";
import { parseMoment } from "../message/moment.ts";
import { badRequest } from "./refusals.ts";
import { limitSchema, parseQuery } from "./report-request.ts";

/** A request to the feed. */
export interface FeedRequest {
  readonly limit: number;
  readonly sources: readonly Stream[];
  /** A position to continue from; or a time to start at; or neither, to start with the oldest report. */
  readonly after?: FeedPosition;
  readonly sinceMs?: number;
  /** Only reports that say something new? */
  readonly isChangesOnly: boolean;
}

const sources = v.pipe(
  v.string(),
  v.transform((text) => text.split(",").map((name) => name.trim())),
  v.array(v.picklist(STREAMS, `must be some of ${STREAMS.join(", ")}`)),
);
const DATE = "must be a date such as 2026-11-22T08:00:00.000+01:00 (offset required, + written as %2B)";
export const dateSchema = v.pipe(
  v.string(DATE),
  // A + that was not encoded arrives as a space.
  v.transform((text) => parseMoment(text.replace(/ (?=\d{2}:?\d{2}$)/, "+"))?.epochMs ?? Number.NaN),
  v.number(DATE),
);
/** The parameters of the feed. */
export const feedParameters = v.object({
  after: v.optional(
    v.pipe(
      v.string(),
      v.transform(parseFeedPosition),
      v.custom<FeedPosition>(
        (position) => position !== undefined,
        "must be a position of an answer of this feed",
      ),
    ),
  ),
  since: v.optional(dateSchema),
  sources: v.optional(sources, STREAMS.join(",")),
  changes: v.optional(
    v.pipe(
      v.picklist(["true", "false"], "must be true or false"),
      v.transform((text) => text === "true"),
    ),
    "false",
  ),
  limit: limitSchema,
});

/** Parses the query string of the feed. Throws a Refusal that names each invalid parameter. */
export function parseFeedRequest(queryString: string): FeedRequest {
  const { after, since, sources: asked, changes, limit } = parseQuery(queryString, feedParameters);
  if (after && since !== undefined) throw badRequest({ since: ["must not stand beside after"] });
  const missing = after ? asked.filter((stream) => !after.has(stream)) : [];
  if (missing.length > 0)
    throw badRequest({ after: [`is a position without ${missing.join(", ")}: begin those with since`] });
  return {
    limit,
    sources: STREAMS.filter((stream) => asked.includes(stream)),
    isChangesOnly: changes,
    ...(after ? { after } : {}),
    ...(since === undefined ? {} : { sinceMs: since }),
  };
}
