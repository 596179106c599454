import type { MessageRecord } from "../message/record.ts";

/**
 * A stream is what one of Infobip's report endpoints hands out: all its reports, in the order in which they became
 * known here, whichever way they came. A client has one position in each stream.
 */
export const STREAMS = ["sms", "push", "email", "omni"] as const;
export type Stream = (typeof STREAMS)[number];

const BY_CHANNEL: ReadonlyMap<string, Stream> = new Map([
  ["SMS", "sms"],
  ["PUSH", "push"],
  ["EMAIL", "email"],
]);

/**
 * The stream of a report. A report that was pulled belongs to the stream of its endpoint. One that was pushed as `omni`
 * or `sms` belongs to the stream whose endpoint would have handed it out, so that a report that comes both ways is
 * given out once. For a record found in the logs it is unknown which endpoint lost it: it goes to the stream of its
 * channel or, if there is none, to omni.
 */
export function streamOf(source: string, { channel }: Pick<MessageRecord, "channel">): Stream {
  const own = STREAMS.find((stream) => stream === source || `push-${stream}` === source);
  return own ?? BY_CHANNEL.get(channel) ?? "omni";
}
