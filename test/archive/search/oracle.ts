import type { Filter, FilterName } from "../../../lib/archive/search/filters.ts";
import type { MessageRecord } from "../../../lib/message/record.ts";
import { GROUPS, ofPlatform, plainly } from "../../simulation/plain.ts";
import { NOW_MS, POOLS, RETENTION_HOURS } from "./messages.ts";
import type { Random } from "./random.ts";

const HOUR = 3_600_000;

/** A plain filter over everything: what an answer without a limit must be. */
export function expected(records: readonly MessageRecord[], filter: Filter): MessageRecord[] {
  return plainly(records.filter(isAlive), filter);
}

const momentOf = (date: string) => Date.parse(date.replace(/(\d\d)$/, ":$1"));

function isAlive({ sentAt, doneAt }: MessageRecord): boolean {
  const lastMs = Math.max(momentOf(sentAt), doneAt ? momentOf(doneAt) : 0);
  return Math.ceil(lastMs / 1000) * 1000 + RETENTION_HOURS * HOUR > NOW_MS;
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
  const mccGiven = random.chance(density);
  const chosen: { readonly [Name in FilterName]: Filter[Name] | undefined } = {
    from: random.chance(density * 2) ? value(model.from, POOLS.from) : undefined,
    to: random.chance(density) ? value(model.to, POOLS.to) : undefined,
    channel: random.chance(density * 2) ? value(model.channel, POOLS.channel) : undefined,
    bulkId:
      random.chance(density) && model.bulkId
        ? [model.bulkId, random.pick(POOLS.bulkId) ?? "none"]
        : undefined,
    messageId: random.chance(density / 2) ? [model.messageId, other.messageId, "none"] : undefined,
    generalStatus: (random.chance(density * 2)
      ? (model.status.groupName ?? random.pick(GROUPS))
      : undefined) as Filter["generalStatus"],
    sentSince: random.chance(density) ? near(random.chance(0.5) ? model : other) : undefined,
    sentUntil: random.chance(density) ? near(model) : undefined,
    mcc: mccGiven ? mcc : undefined,
    mnc: mccGiven && random.chance(0.5) ? model.mccmnc?.slice(3) || "01" : undefined,
    entityId: random.chance(density) ? value(ofPlatform(model, "entityId"), POOLS.entityId) : undefined,
    applicationId: random.chance(density / 2) ? ofPlatform(model, "applicationId") : undefined,
    campaignReferenceId: random.chance(density / 2)
      ? [ofPlatform(other, "campaignReferenceId") ?? "none", "autumn"]
      : undefined,
    amongChannels: random.chance(density / 4) ? [model.channel, other.channel] : undefined,
    amongSenders: random.chance(density / 4) ? [model.from ?? "Nobody", "Nobody"] : undefined,
  };
  return Object.fromEntries(Object.entries(chosen).filter(([, part]) => part !== undefined)) as Filter;
}
