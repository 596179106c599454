import type { Filter } from "../../lib/query/filter.ts";
import type { MessageRecord } from "../../lib/store/record.ts";
import { NOW_MS, POOLS, RETENTION_HOURS } from "./messages.ts";
import type { Random } from "./random.ts";

const GROUPS = ["ACCEPTED", "PENDING", "UNDELIVERABLE", "DELIVERED", "EXPIRED", "REJECTED"];
const HOUR = 3_600_000;

/** A plain filter over everything: what an answer without a limit must be. Written apart from the code under test. */
export function expected(records: readonly MessageRecord[], filter: Filter): MessageRecord[] {
  return records.filter((record) => isAlive(record) && meets(record, filter)).sort(inOrder);
}

const momentOf = (date: string) => Date.parse(date.replace(/(\d\d)$/, ":$1"));

function isAlive({ sentAt, doneAt }: MessageRecord): boolean {
  const lastMs = Math.max(momentOf(sentAt), doneAt ? momentOf(doneAt) : 0);
  return Math.ceil(lastMs / 1000) * 1000 + RETENTION_HOURS * HOUR > NOW_MS;
}

function meets(record: MessageRecord, filter: Filter): boolean {
  const { groupName, groupId } = record.status;
  const group = groupName ?? (groupId === undefined ? "" : (GROUPS[groupId] ?? ""));
  const sentAtMs = momentOf(record.sentAt);
  const isIn = (wanted: readonly string[] | undefined, value = "\u0000") => !wanted || wanted.includes(value);
  const network = record.mccmnc ?? "";
  return (
    (filter.from === undefined || record.from === filter.from) &&
    (filter.to === undefined || record.to === filter.to) &&
    isIn(filter.bulkIds, record.bulkId) &&
    isIn(filter.messageIds, record.messageId) &&
    (filter.generalStatus === undefined || group === filter.generalStatus) &&
    (filter.channel === undefined || record.channel === filter.channel) &&
    (filter.mcc === undefined || network.substring(0, 3) === filter.mcc) &&
    (filter.mnc === undefined || network === `${filter.mcc}${filter.mnc}`) &&
    sentAtMs >= (filter.sentSinceMs ?? -Infinity) &&
    sentAtMs <= (filter.sentUntilMs ?? Infinity)
  );
}

function inOrder(a: MessageRecord, b: MessageRecord): number {
  return (
    momentOf(b.sentAt) - momentOf(a.sentAt) ||
    Buffer.compare(Buffer.from(a.messageId), Buffer.from(b.messageId)) ||
    Buffer.compare(Buffer.from(a.channel), Buffer.from(b.channel))
  );
}

/** A filter of any combination; its values are mostly of one record, so that most filters find something. */
export function randomFilter(random: Random, records: readonly MessageRecord[]): Filter {
  const model = random.pick(records);
  const other = random.pick(records);
  const density = random.pick([0.05, 0.15, 0.3]);
  const value = (own: string | undefined, pool: readonly (string | undefined)[]) =>
    random.chance(0.85) ? own : random.chance(0.5) ? "Nobody" : random.pick(pool);
  const near = (record: MessageRecord) =>
    momentOf(record.sentAt) + random.pick([0, 0, 1, -1, HOUR, -24 * HOUR]);
  const mcc = model.mccmnc?.match(/^\d{3}/)?.[0] ?? "228";
  const chosen = {
    from: random.chance(density * 2) ? value(model.from, POOLS.from) : undefined,
    to: random.chance(density) ? value(model.to, POOLS.to) : undefined,
    channel: random.chance(density * 2) ? value(model.channel, POOLS.channel) : undefined,
    bulkIds:
      random.chance(density) && model.bulkId
        ? [model.bulkId, random.pick(POOLS.bulkId) ?? "none"]
        : undefined,
    messageIds: random.chance(density / 2) ? [model.messageId, other.messageId, "none"] : undefined,
    generalStatus: random.chance(density * 2) ? (model.status.groupName ?? random.pick(GROUPS)) : undefined,
    sentSinceMs: random.chance(density) ? near(random.chance(0.5) ? model : other) : undefined,
    sentUntilMs: random.chance(density) ? near(model) : undefined,
    ...(random.chance(density)
      ? { mcc, mnc: random.chance(0.5) ? model.mccmnc?.slice(3) || "01" : undefined }
      : {}),
  };
  return Object.fromEntries(Object.entries(chosen).filter(([, part]) => part !== undefined)) as Filter;
}
