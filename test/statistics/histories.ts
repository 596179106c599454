import { numberOf } from "../../lib/message/json.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import { type MessageRecord, recordOf } from "../../lib/message/record.ts";
import { printMoment } from "../archive/search/messages.ts";
import type { Random } from "../archive/search/random.ts";

const STATUSES = [
  { groupId: 3, groupName: "DELIVERED", id: 5, name: "DELIVERED_TO_HANDSET" },
  { groupId: 3, groupName: "DELIVERED", id: 2, name: "DELIVERED_TO_OPERATOR" },
  { groupId: 1, groupName: "PENDING", id: 7, name: "PENDING_ENROUTE" },
  { groupId: 2, groupName: "UNDELIVERABLE", id: 9, name: "UNDELIVERABLE_NOT_DELIVERED" },
  { groupId: 5, groupName: "REJECTED", id: 6, name: "REJECTED_NETWORK" },
  { groupId: 4, groupName: "EXPIRED", id: 15, name: "EXPIRED_EXPIRED" },
  { groupId: 0, groupName: "ACCEPTED", id: 3, name: "PENDING_ACCEPTED" },
  { groupName: "NEW_GROUP", id: 99 },
];
const CHANNELS = ["SMS", "SMS", "EMAIL", "VIBER", "PUSH"];
const SENDERS = ["Shop", "Bank", "=Sum", '"quoted", ', "\u{1f600}", undefined];
const NETWORKS = ["22801", "22802", "310260", "26201", "901", "abc", undefined];
const PRICES = ["0.01", "0.0104", "0.0208", "0", "1", "0.000000000001", "123456789.123456789012", undefined];
const CURRENCIES = ["EUR", "EUR", "USD", "UNKNOWN"];
const ERRORS = [
  { groupId: 0, groupName: "OK", id: 0, name: "NO_ERROR" },
  { groupId: 1, groupName: "HANDSET_ERRORS", id: 27, name: "EC_ABSENT_SUBSCRIBER" },
  undefined,
];
const TIMES = [0, 1, 49, 51, 999, 1_000, 4_999, 5_000, 5_001, 60_000, 299_999, 3_600_000, 86_400_000];

/** A report of a message of these ids, sent at this moment. */
export function randomReport(random: Random, messageId: string, sentAtMs: number): MessageRecord {
  const status = random.pick(STATUSES);
  const price = random.pick(PRICES);
  const took = random.chance(0.05) ? -random.below(5_000) : random.pick(TIMES) + random.below(2_000);
  const fields = {
    messageId,
    channel: CHANNELS[messageId.length % CHANNELS.length],
    to: "41790000000",
    from: random.pick(SENDERS),
    sentAt: printMoment(sentAtMs, random.pick([0, 60, -330])),
    doneAt: random.chance(0.8) ? formatMoment(sentAtMs + took) : undefined,
    mccmnc: random.pick(NETWORKS),
    messageCount: random.chance(0.7) ? random.below(4) + 1 : undefined,
    price:
      price === undefined
        ? undefined
        : { pricePerMessage: numberOf(price), currency: random.pick(CURRENCIES) },
    status,
    error: random.pick(ERRORS),
  };
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return recordOf(entries as [string, MessageRecord["status"]][]);
}
