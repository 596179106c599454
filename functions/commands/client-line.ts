import { isOver, type StoredClient } from "../../lib/api/clients.ts";
import type { Session } from "../../lib/api/sessions.ts";
import { formatMoment } from "../../lib/message/moment.ts";

/**
 * Describes a client in one line: what it may see, until when, and when it was last admitted (milliseconds since 1970).
 */
export function clientLine(client: StoredClient, lastUsedMs: number | undefined, nowMs: number): string {
  const { id, name, channels, senders, isTextHidden, isAdmin, perMinute, burst, untilMs, previous } = client;
  const facts = [
    channels ? `channels ${channels.join(", ")}` : "all channels",
    senders ? `senders ${senders.join(", ")}` : "all senders",
    ...(isTextHidden ? ["no texts"] : []),
    ...(isAdmin ? ["admin"] : []),
    ...(perMinute ? [`${perMinute} a minute`] : []),
    ...(burst ? [`${burst} at once`] : []),
    ...(untilMs === undefined
      ? []
      : [`${isOver(client, nowMs) ? "ended" : "ends"} ${formatMoment(untilMs)}`]),
    ...(previous && previous.untilMs > nowMs
      ? [`the secret before works until ${formatMoment(previous.untilMs)}`]
      : []),
    lastUsedMs === undefined ? "not used within a year" : `last used ${formatMoment(lastUsedMs)}`,
  ];
  return `${id}  ${name}: ${facts.join("; ")}`;
}

/** Describes a session in one line. `id` is enough of its key to identify it. */
export function sessionLine({ sk, client, startedMs, untilMs }: Session): string {
  return `${sessionId(sk)}  ${client}: since ${formatMoment(startedMs)}, until ${formatMoment(untilMs)}`;
}

export function sessionId(sk: string): string {
  return sk.slice(0, 12);
}
