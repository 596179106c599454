import type { Random } from "../../infra/local/imitation/random.ts";
import type { Filter } from "../../lib/archive/search/filters.ts";
import type { MessageRecord } from "../../lib/message/record.ts";

/** The names of Infobip's status groups, where a status says only its number. */
export const GROUPS = ["ACCEPTED", "PENDING", "UNDELIVERABLE", "DELIVERED", "EXPIRED", "REJECTED"];

/** The same dates are asked for again and again: in every comparison of a sort. */
const moments = new Map<string, number>();
const MOST_MOMENTS = 100_000;

function momentOf(date: string): number {
  const known = moments.get(date);
  if (known !== undefined) return known;
  if (moments.size >= MOST_MOMENTS) moments.clear();
  const ms = Date.parse(date.replace(/(\d\d)$/, ":$1"));
  moments.set(date, ms);
  return ms;
}

/** A plain filter over everything, in the order of answers: what a query must give. Written apart from the code under test. */
export function plainly(records: readonly MessageRecord[], filter: Filter): MessageRecord[] {
  return records.filter((record) => meets(record, filter)).sort(inOrder);
}

function meets(record: MessageRecord, filter: Filter): boolean {
  const group = groupOf(record);
  const sentAtMs = momentOf(record.sentAt);
  const network = record.mccmnc ?? "";
  const isIn = (wanted: readonly string[] | undefined, value: string | undefined) =>
    wanted === undefined || (value !== undefined && wanted.includes(value));
  return (
    (filter.from === undefined || record.from === filter.from) &&
    (filter.to === undefined || record.to === filter.to) &&
    isIn(filter.bulkId, record.bulkId) &&
    isIn(filter.messageId, record.messageId) &&
    (filter.generalStatus === undefined || group === filter.generalStatus) &&
    (filter.channel === undefined || record.channel === filter.channel) &&
    (filter.mcc === undefined || network.substring(0, 3) === filter.mcc) &&
    (filter.mnc === undefined || network === `${filter.mcc}${filter.mnc}`) &&
    sentAtMs >= (filter.sentSince ?? Number.NEGATIVE_INFINITY) &&
    sentAtMs <= (filter.sentUntil ?? Number.POSITIVE_INFINITY)
  );
}

function groupOf({ status }: MessageRecord): string {
  return status.groupName ?? (status.groupId === undefined ? "" : (GROUPS[status.groupId] ?? ""));
}

function inOrder(a: MessageRecord, b: MessageRecord): number {
  return (
    momentOf(b.sentAt) - momentOf(a.sentAt) ||
    Buffer.compare(Buffer.from(a.messageId), Buffer.from(b.messageId)) ||
    Buffer.compare(Buffer.from(a.channel), Buffer.from(b.channel))
  );
}

/** A filter of any combination, its values those of one record, so that most find something. */
export function randomFilter(random: Random, records: readonly MessageRecord[]): Filter {
  const model = random.pick(records);
  const other = random.pick(records);
  const near = (record: MessageRecord) =>
    momentOf(record.sentAt) + random.pick([0, 1, -1, 3_600_000, -3_600_000]);
  const share = random.pick([0.1, 0.25, 0.5]);
  const perhaps = <T>(value: T | undefined) => (random.chance(share) ? value : undefined);
  const mcc = random.chance(share / 2) ? model.mccmnc?.slice(0, 3) : undefined;
  const chosen = {
    from: perhaps(model.from),
    to: perhaps(model.to),
    channel: perhaps(random.chance(0.9) ? model.channel : other.channel),
    bulkId: perhaps(model.bulkId && [model.bulkId, "none"]),
    messageId: random.chance(share / 2) ? [model.messageId, other.messageId] : undefined,
    generalStatus: perhaps(groupOf(random.chance(0.8) ? model : other)) || undefined,
    sentSince: perhaps(near(random.chance(0.5) ? model : other)),
    sentUntil: perhaps(near(model)),
    mcc,
    mnc: mcc && random.chance(0.5) ? model.mccmnc?.slice(3) || undefined : undefined,
  };
  return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
}
