import type { MessageRecord } from "../message/record.ts";

/**
 * A stream is what one of Infobip's reports endpoints hands out: every report of it in the order in which it became
 * known here, by whatever way. A client has one position in each.
 */
export const STREAMS = ["sms", "push", "email", "omni"] as const;
export type Stream = (typeof STREAMS)[number];

const BY_CHANNEL: ReadonlyMap<string, Stream> = new Map([
  ["SMS", "sms"],
  ["PUSH", "push"],
  ["EMAIL", "email"],
]);

/**
 * The stream of a report. What an endpoint handed out stays in its stream, and what was pushed as `omni` or `sms` is in the
 * stream that would have handed it out, so that what came by both ways is given once. What was found in the logs does not
 * say which endpoint lost it: it goes where reports of its channel are asked for, and what has no endpoint of its own to omni.
 */
export function streamOf(source: string, { channel }: Pick<MessageRecord, "channel">): Stream {
  const own = STREAMS.find((stream) => stream === source || `push-${stream}` === source);
  return own ?? BY_CHANNEL.get(channel) ?? "omni";
}
