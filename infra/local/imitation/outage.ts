import { FAILURES } from "./catalogue.ts";
import type { Message } from "./message.ts";

/** A network of one channel that delivers nothing for some minutes of each hour. */
export interface Outage {
  channel: string;
  mccmnc: string;
  /** The minutes of the hour (UTC) from and until which it is down, above 0 and at most 60 in all; it may go over the full hour. */
  fromMinute: number;
  minutes: number;
}

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** The network says no rather soon. */
const FAILS_AFTER = 4_000;

/** The message as it fares: nothing of the network is delivered while it is down. */
export function afflict(message: Message, outage: Outage): Message {
  const { channel, mccmnc, events } = message;
  if (channel !== outage.channel || mccmnc !== outage.mccmnc || !isDown(message.sentAt, outage))
    return message;
  const { status, errors } = FAILURES[3] ?? FAILURES[0];
  const pending = events.filter(({ status: { groupName } }) => groupName === "PENDING");
  const at = Math.max(message.sentAt + FAILS_AFTER, ...pending.map((event) => event.at + 1));
  return { ...message, events: [...pending, { at, status, error: errors[0] as (typeof errors)[number] }] };
}

function isDown(ms: number, { fromMinute, minutes }: Outage): boolean {
  const into = (ms - fromMinute * MINUTE) % HOUR;
  return (into + HOUR) % HOUR < minutes * MINUTE;
}
