import type { Message, MessageEvent } from "../message.ts";
import { hash, Random } from "../random.ts";

/** What somebody did with a delivered message, or what became of it later: as Infobip's bodies name it. */
export type EngagementType = "SEEN" | "CLICKED" | "OPENED" | "UNSUBSCRIBED" | "COMPLAINED" | "LATE_BOUNCE";

export interface Engagement {
  readonly message: Message;
  readonly type: EngagementType;
  /** Epoch ms. */
  readonly at: number;
  /** Of e-mail's bodies: the only id of an event anywhere. */
  readonly eventId: string;
}

/** The events of the Subscriptions API, by what happened. */
export const EVENT_OF: Readonly<Record<EngagementType, string>> = {
  SEEN: "SEEN",
  CLICKED: "CLICK",
  OPENED: "OPEN",
  UNSUBSCRIBED: "UNSUBSCRIBE",
  COMPLAINED: "COMPLAINT",
  LATE_BOUNCE: "LATE_BOUNCE",
};

/** The share of delivered messages, by channel, of which each happens; in the order in which it would. */
const SHARES: Readonly<Record<string, Partial<Record<EngagementType, number>>>> = {
  SMS: { CLICKED: 0.2 },
  EMAIL: { OPENED: 0.5, CLICKED: 0.2, UNSUBSCRIBED: 0.03, COMPLAINED: 0.02, LATE_BOUNCE: 0.02 },
  PUSH: { SEEN: 0.6 },
  VIBER: { SEEN: 0.7 },
  WHATSAPP: { SEEN: 0.8 },
  RCS: { SEEN: 0.6 },
};

/** What happens to a message after this report of it: nothing, unless it is delivered. The same each time. */
export function drawEngagements(message: Message, { status, at }: MessageEvent): Engagement[] {
  if (status.groupName !== "DELIVERED" || status.id === 2) return [];
  const random = new Random(hash(message.messageId, message.channel, "engagement"));
  let lastAt = at;
  return Object.entries(SHARES[message.channel] ?? {}).flatMap(([type, share]) => {
    if (!random.chance(share)) return [];
    lastAt += random.magnitude(500, 60_000);
    return [{ message, type: type as EngagementType, at: lastAt, eventId: random.uuid() }];
  });
}
