import { isJsonObject } from "../runtime/json.ts";
import { type Item, recordOfItem } from "../store/codec.ts";
import { keyPart, storedFacts } from "../store/keys.ts";
import { epochMsOf, type MessageRecord, statusGroupOf } from "../store/record.ts";
import { mccOf, type Value } from "../store/zones.ts";

/** What a client asks for. All conditions combine with AND; several ids of one kind mean any of them. */
export interface Filter {
  readonly from?: string;
  readonly to?: string;
  readonly bulkIds?: readonly string[];
  readonly messageIds?: readonly string[];
  readonly generalStatus?: string;
  readonly channel?: string;
  /** Milliseconds since 1970, inclusive. */
  readonly sentSinceMs?: number;
  readonly sentUntilMs?: number;
  readonly mcc?: string;
  /** Never without mcc. */
  readonly mnc?: string;
  /** Fields that no key holds, each with the values that are asked for. */
  readonly fields?: Readonly<Record<string, readonly string[]>>;
  /** What a client may see at all, whatever it asks for. */
  readonly amongChannels?: readonly string[];
  readonly amongSenders?: readonly string[];
}

/** What a filter looks at in a record. */
export interface Facts {
  readonly messageId: string;
  readonly channel: string;
  readonly sentAtMs: number;
  readonly group: string;
  readonly to?: string | undefined;
  readonly from?: string | undefined;
  readonly bulkId?: string | undefined;
  readonly mccmnc?: string | undefined;
}

/** Do these facts meet every condition? The one definition: whatever path a query takes, this decides. */
export function matches(filter: Filter, facts: Facts): boolean {
  const { from, to, bulkIds, messageIds, generalStatus, channel, mcc, mnc, sentSinceMs, sentUntilMs } =
    filter;
  return (
    isEqual(from, facts.from) &&
    isEqual(to, facts.to) &&
    isEqual(channel, facts.channel) &&
    isEqual(generalStatus, facts.group) &&
    (bulkIds === undefined || (facts.bulkId !== undefined && bulkIds.includes(facts.bulkId))) &&
    (messageIds === undefined || messageIds.includes(facts.messageId)) &&
    isInNetwork(mcc, mnc, facts.mccmnc) &&
    isAmong(filter.amongChannels, facts.channel) &&
    isAmong(filter.amongSenders, facts.from) &&
    facts.sentAtMs >= (sentSinceMs ?? -Infinity) &&
    facts.sentAtMs <= (sentUntilMs ?? Infinity)
  );
}

function isEqual(wanted: string | undefined, value: string | undefined): boolean {
  return wanted === undefined || wanted === value;
}

function isAmong(allowed: readonly string[] | undefined, value: string | undefined): boolean {
  return allowed === undefined || (value !== undefined && allowed.includes(value));
}

function isInNetwork(mcc: string | undefined, mnc: string | undefined, mccmnc = ""): boolean {
  if (mcc === undefined) return true;
  return mnc === undefined ? mccOf(mccmnc) === mcc : mccmnc === mcc + mnc;
}

export function factsOfRecord(record: MessageRecord): Facts {
  const { messageId, channel, to, from, bulkId, mccmnc } = record;
  const group = statusGroupOf(record.status);
  return { messageId, channel, to, from, bulkId, mccmnc, group, sentAtMs: epochMsOf(record.sentAt) };
}

/** The facts of a stored item, from its keys where they say it all: unpacking the record takes far longer. */
export function factsOfItem(item: Item): Facts {
  return storedFacts(item) ?? factsOfRecord(recordOfItem(item));
}

/** Does the record of an item have the fields that are asked for, its own or (as the newer logs have it) its platform's? */
export function holdsFields({ fields }: Filter, item: Item): boolean {
  if (!fields) return true;
  const record = recordOfItem(item);
  const platform = isJsonObject(record.platform) ? record.platform : {};
  return Object.entries(fields).every(([field, wanted]) =>
    wanted.includes(String(record[field] ?? platform[field] ?? "")),
  );
}

/** The values of a filter that the zone map can narrow. */
export function zoneValues({ from, channel, generalStatus, mcc, mnc }: Filter): Value[] {
  return [
    ...(from === undefined ? [] : ([["from", from]] as const)),
    ...(channel === undefined ? [] : ([["channel", channel]] as const)),
    ...(generalStatus === undefined ? [] : ([["generalStatus", generalStatus]] as const)),
    ...(mcc === undefined
      ? []
      : mnc === undefined
        ? ([["mcc", mcc]] as const)
        : ([["mccmnc", mcc + mnc]] as const)),
  ];
}

/** The conditions that DynamoDB can check before it sends an item, by attribute; `matches` checks them again. */
export function storedConditions({ from, channel, generalStatus, mcc, mnc }: Filter): StoredCondition[] {
  return [
    ...(from === undefined ? [] : ([{ attribute: "from", equals: keyPart(from) }] as const)),
    ...(channel === undefined ? [] : ([{ attribute: "channel", equals: channel }] as const)),
    ...(generalStatus === undefined ? [] : ([{ attribute: "group", equals: generalStatus }] as const)),
    ...(mcc === undefined
      ? []
      : mnc === undefined
        ? ([{ attribute: "network", startsWith: mcc }] as const)
        : ([{ attribute: "network", equals: mcc + mnc }] as const)),
  ];
}

export type StoredCondition = { readonly attribute: "from" | "channel" | "group" | "network" } & (
  | { readonly equals: string }
  | { readonly startsWith: string }
);
