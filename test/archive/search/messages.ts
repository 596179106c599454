import { type Known, knownFrom, merge } from "../../../lib/message/merge.ts";
import { type MessageRecord, recordOf } from "../../../lib/message/record.ts";
import type { Status } from "../../../lib/message/status.ts";
import type { Random } from "./random.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The moment of all these archives: shortly after a year has ended. */
export const NOW_MS = Date.parse("2027-01-03T00:00:30Z");
export const RETENTION_HOURS = 35 * 24;

/** Every kind of value that a key could stumble over; the first ones are common. */
export const POOLS = {
  channel: ["SMS", "VIBER", "EMAIL", "PUSH", "A#B", "C H", "\u{1f600}"],
  from: [
    ...["Shop", undefined, "Bank", "Info SMS", "a#b", '"quoted"', "\u{1f600}\u{1f600}", "\uffee"],
    ...[
      "long".repeat(100),
      `${"long".repeat(100)}!`,
      "sha256:0",
      ...Array.from({ length: 30 }, (_, n) => `S${n}`),
    ],
  ],
  to: [
    ...Array.from({ length: 20 }, (_, n) => `4179${n}`),
    ...[
      "#",
      "a b",
      "\u00e9\u{1f600}",
      "x".repeat(256),
      "x".repeat(257),
      `sha256:${"x".repeat(9)}`,
      undefined,
    ],
  ],
  bulkId: ["bulk", "bulk#0", "bulk#1", undefined, "b 1", "\u{1f600}#", "b".repeat(300), "sha256:b"],
  entityId: [undefined, "branch", "shop"],
  mccmnc: ["22801", undefined, "22802", "2281", "26201", "262", "310260", "abc", "22"],
} as const;

const STATUSES: readonly Status[] = [
  { groupId: 3, groupName: "DELIVERED", id: 5, name: "DELIVERED_TO_HANDSET" },
  { groupId: 3, groupName: "DELIVERED", id: 2, name: "DELIVERED_TO_OPERATOR" },
  { groupId: 1, groupName: "PENDING", id: 7 },
  { groupId: 2, groupName: "UNDELIVERABLE", id: 9 },
  { groupId: 5, groupName: "REJECTED", id: 6 },
  { groupId: 4 },
  { groupId: 0, groupName: "ACCEPTED" },
  { groupName: "NEW#GROUP" },
  { id: 77, name: "NOBODY_KNOWS" },
];
const OFFSETS = [0, 60, -330, 840, -720];
const EDGES = ["2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00.000Z", "2026-12-01T00:00:00.000Z"].map(
  Date.parse,
);

/** Reports of one message each; ids that differ only in what a key could confuse. */
export function randomMessage(random: Random, sentAtMs: number): MessageRecord {
  const sentAt = printMoment(sentAtMs, random.pick(OFFSETS));
  const doneAtMs = sentAtMs + (random.chance(0.02) ? 20 * DAY : random.below(HOUR));
  const fields = {
    messageId:
      random.pick(["m", "m ", "m!", "m#", "\u{1f600}", "\uffee"]) +
      (random.chance(0.5) ? "" : random.below(60)),
    channel: random.skewed(POOLS.channel),
    sentAt,
    ...(random.chance(0.8) ? { doneAt: printMoment(doneAtMs, 0) } : {}),
    from: random.skewed(POOLS.from),
    to: random.skewed(POOLS.to),
    bulkId: random.skewed(POOLS.bulkId),
    mccmnc: random.skewed(POOLS.mccmnc),
    entityId: random.skewed(POOLS.entityId),
    ...(random.chance(0.1)
      ? { platform: { applicationId: "app", campaignReferenceId: random.pick(["autumn", "spring"]) } }
      : {}),
    status: random.skewed(STATUSES),
  };
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return recordOf(entries as [string, MessageRecord["status"]][]);
}

/** When messages were sent: bursts, edges of every period, a few busy days, weeks with hardly any, and expired ones. */
export function randomMoments(random: Random, count: number): number[] {
  const burstMs = NOW_MS - random.below(3 * DAY);
  return Array.from({ length: count }, () => {
    const kind = random.below(10);
    if (kind < 3) return burstMs + random.below(20 * MINUTE);
    if (kind < 4) return random.pick(EDGES) + random.below(5) - 2;
    if (kind < 5) return Math.floor((NOW_MS - random.below(4 * DAY)) / HOUR) * HOUR + random.below(3) - 1;
    if (kind < 6) return burstMs;
    if (kind < 9) return NOW_MS - random.below(3 * DAY);
    return NOW_MS + DAY - random.below(45 * DAY);
  });
}

/** What an archive must hold after it was given these, in whatever order. */
export class Truth {
  readonly #known = new Map<string, Known>();

  add(records: readonly MessageRecord[]): void {
    for (const record of records) {
      const id = JSON.stringify([record.messageId, record.channel]);
      const other = this.#known.get(id);
      this.#known.set(id, other ? merge(other, knownFrom(record)) : knownFrom(record));
    }
  }

  records(): MessageRecord[] {
    return [...this.#known.values()].map(({ record }) => record);
  }
}

/** A moment in Infobip's format, at an offset in minutes. */
export function printMoment(epochMs: number, offset: number): string {
  const minutes = Math.abs(offset);
  const digits = (n: number) => String(n).padStart(2, "0");
  const zone = `${offset < 0 ? "-" : "+"}${digits(Math.floor(minutes / 60))}${digits(minutes % 60)}`;
  return new Date(epochMs + offset * MINUTE).toISOString().replace("Z", zone);
}
