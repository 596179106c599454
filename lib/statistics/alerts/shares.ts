import { type Counts, pendingOf } from "./counts.ts";

/** What a rule can find wrong with a segment. */
export const KINDS_OF_INCIDENT = ["DELIVERY", "SLOW", "REJECTED", "SILENCE", "SPEND"] as const;
export type IncidentKind = (typeof KINDS_OF_INCIDENT)[number];

/** The rules that compare a share of bad messages with the usual one. */
export const SHARES = ["DELIVERY", "SLOW", "REJECTED"] as const;
export type ShareKind = (typeof SHARES)[number];

export interface Judged {
  /** How many messages are judged … */
  readonly messages: number;
  /** … and how many of them are bad. */
  readonly bad: number;
}

/**
 * The messages that a rule judges. The delivery rate is Infobip's own: delivered ÷ (sent − rejected), for e-mail ÷
 * sent. What is pending is either left out, or `isPendingBad`.
 */
export function judgedOf(kind: ShareKind, counts: Counts, channel: string, isPendingBad = false): Judged {
  const { sent, rejected, failed, slow } = counts;
  if (kind === "REJECTED") return { messages: sent, bad: rejected };
  if (kind === "SLOW") return { messages: sent - rejected, bad: slow };
  const isEmail = channel === "EMAIL";
  const messages = isEmail ? sent : sent - rejected;
  const bad = failed + (isEmail ? rejected : 0);
  const pending = pendingOf(counts);
  return isPendingBad ? { messages, bad: bad + pending } : { messages: messages - pending, bad };
}
