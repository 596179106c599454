import type { Random } from "../../infra/local/imitation/random.ts";
import type { Filter, FilterName } from "../../lib/archive/search/filters.ts";
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

type Meets<Name extends FilterName> = (wanted: NonNullable<Filter[Name]>, record: MessageRecord) => boolean;

/** What each filter means: one that is added to the archive's table does not compile without its meaning here. */
const MEANINGS: { readonly [Name in FilterName]: Meets<Name> } = {
  from: (wanted, { from }) => from === wanted,
  to: (wanted, { to }) => to === wanted,
  bulkId: (wanted, { bulkId = "" }) => wanted.includes(bulkId),
  messageId: (wanted, { messageId }) => wanted.includes(messageId),
  generalStatus: (wanted, record) => groupOf(record) === wanted,
  channel: (wanted, { channel }) => channel === wanted,
  mcc: (wanted, { mccmnc = "" }) => mccmnc.substring(0, 3) === wanted,
  mnc: (wanted, { mccmnc = "" }) => mccmnc.substring(3) === wanted,
  sentSince: (wantedMs, { sentAt }) => momentOf(sentAt) >= wantedMs,
  sentUntil: (wantedMs, { sentAt }) => momentOf(sentAt) <= wantedMs,
  entityId: (wanted, record) => ofPlatform(record, "entityId") === wanted,
  applicationId: (wanted, record) => ofPlatform(record, "applicationId") === wanted,
  campaignReferenceId: (wanted, record) => wanted.includes(ofPlatform(record, "campaignReferenceId") ?? ""),
  amongChannels: (wanted, { channel }) => wanted.includes(channel),
  amongSenders: (wanted, { from }) => from !== undefined && wanted.includes(from),
};

function meets(record: MessageRecord, filter: Filter): boolean {
  return (Object.keys(filter) as FilterName[]).every((name) => {
    const means = MEANINGS[name] as (wanted: unknown, record: MessageRecord) => boolean;
    return filter[name] === undefined || means(filter[name], record);
  });
}

/** A field of a record itself or of its object `platform`. */
export function ofPlatform(record: MessageRecord, name: string): string | undefined {
  const platform = record.platform as Readonly<Record<string, string>> | undefined;
  return (record[name] as string | undefined) ?? platform?.[name];
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
