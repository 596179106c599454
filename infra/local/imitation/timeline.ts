import { ENROUTE, EXPIRED, FAILURES, UNHEARD_OF, WITH_OPERATOR } from "./catalogue.ts";
import {
  ACCEPTED,
  DELIVERED,
  type MessageEvent,
  NO_ERROR,
  type ReportError,
  type Status,
} from "./message.ts";
import type { Random } from "./random.ts";

const SECOND = 1000;
const HOUR = 3600 * SECOND;
// Channels whose network confirms that it has the message before the handset does.
const WITH_TRANSIT = ["SMS", "VIBER", "WHATSAPP"];

/** A message's life from `sentAt` (epoch ms): pending, perhaps with the operator, and in most cases an end. */
export function drawTimeline(random: Random, channel: string, sentAt: number): MessageEvent[] {
  const noError = random.chance(0.2) ? { ...NO_ERROR, groupName: "Ok" } : NO_ERROR;
  const events = drawPending(random, sentAt);
  let at = lastAt(events) + drawWait(random);
  if (WITH_TRANSIT.includes(channel) && random.chance(0.4)) {
    events.push({ at, status: WITH_OPERATOR, error: noError });
    if (random.chance(0.05)) return events;
    at += random.magnitude(SECOND, 6 * HOUR);
  }
  return [...events, drawEnd(random, at, noError)];
}

/** The pending stage; doneAt is there or not, as Infobip does not say when it writes one. */
export function drawPending(random: Random, sentAt: number): MessageEvent[] {
  const done = random.chance(0.5);
  const accepted: MessageEvent = { at: sentAt, status: ACCEPTED, done };
  if (random.chance(0.3)) return [accepted];
  return [accepted, { at: sentAt + random.magnitude(5, 3 * SECOND), status: ENROUTE, done }];
}

function drawEnd(random: Random, at: number, noError: ReportError): MessageEvent {
  if (!random.chance(0.06)) {
    return { at, status: random.chance(0.01) ? UNHEARD_OF : DELIVERED, error: noError };
  }
  const { status, errors } = random.skewed(FAILURES);
  return { at: at + validity(random, status), status, error: random.pick(errors) };
}

/** Most messages go on within a minute; a few wait for hours, for a handset that is off. */
function drawWait(random: Random): number {
  return random.chance(0.05) ? random.magnitude(60 * SECOND, 12 * HOUR) : random.magnitude(1, 60 * SECOND);
}

/** A message expires when its validity has passed, which senders set from minutes to a day. */
function validity(random: Random, status: Status): number {
  return status === EXPIRED ? random.magnitude(300 * SECOND, 24 * HOUR) : 0;
}

function lastAt(events: readonly MessageEvent[]): number {
  return events.at(-1)?.at ?? 0;
}
