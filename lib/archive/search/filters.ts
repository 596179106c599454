import type * as v from "valibot";
import { isJsonObject } from "../../message/json.ts";
import { epochMsOf, type MessageRecord } from "../../message/record.ts";
import { statusGroupOf } from "../../message/status.ts";
import * as schemas from "./filter-schemas.ts";

/**
 * Groups of endpoints, by the filters that they have: the omni logs; those of SMS and the like; those of the other
 * channels.
 */
export type EndpointKind = "omni" | "networks" | "others";

const EVERYWHERE = ["omni", "networks", "others"] as const;
const BUT_OMNI = ["networks", "others"] as const;
const WITH_NETWORKS = ["omni", "networks"] as const;

interface FilterEntry<T> {
  /** Checks and converts a client's value. */
  readonly schema: v.GenericSchema<unknown, T>;
  /** The text in the API's description; `described` if that says more than the schema. */
  readonly text: string;
  readonly described?: Readonly<Record<string, unknown>>;
  readonly endpoints: readonly EndpointKind[];
  /** Its name in the newer endpoints. */
  readonly newerName?: string;
  /** Does a record match? This is the only definition: it decides whichever path a query takes. */
  readonly matches: (wanted: T, record: MessageRecord) => boolean;
  /**
   * Several reports may tell about a message, and some may lack this field. How a search finds the message then:
   * `identity`: every report has it; `index`: by the report that meets it, since the plan has terms for it (plan.ts);
   * `reading`: not at all, so that it excludes nothing before everything about the message has been read.
   */
  readonly foundBy: "identity" | "index" | "reading";
}

function filter<Schema extends v.GenericSchema<unknown, unknown>>(
  schema: Schema,
  entry: Omit<FilterEntry<v.InferOutput<Schema>>, "schema">,
) {
  return { schema, ...entry };
}

const SEVERAL = "Several: repeated, or separated by commas; any of them matches.";

/**
 * Every filter. To add one, add its entry: the parameters of the endpoints, their checks and texts, the API's description,
 * and the search follow from this table; the compiler then asks the tests for it. With `foundBy: "reading"` it is right at
 * once; to make it cheap, give it terms (../terms.ts, plan.ts).
 */
const FILTERS = {
  from: filter(schemas.text, {
    text: "The sender.",
    endpoints: EVERYWHERE,
    newerName: "sender",
    matches: (wanted, { from }) => from === wanted,
    foundBy: "index",
  }),
  to: filter(schemas.text, {
    text: "The recipient: a number, an e-mail address, or the id of a device.",
    endpoints: EVERYWHERE,
    newerName: "destination",
    matches: (wanted, { to }) => to === wanted,
    foundBy: "index",
  }),
  bulkId: filter(schemas.ids, {
    text: `The id of the request that messages were sent with. ${SEVERAL}`,
    described: schemas.DESCRIBED_IDS,
    endpoints: EVERYWHERE,
    matches: (wanted, { bulkId }) => bulkId !== undefined && wanted.includes(bulkId),
    foundBy: "index",
  }),
  messageId: filter(schemas.ids, {
    text: `The id of a message. ${SEVERAL}`,
    described: schemas.DESCRIBED_IDS,
    endpoints: EVERYWHERE,
    matches: (wanted, { messageId }) => wanted.includes(messageId),
    foundBy: "identity",
  }),
  generalStatus: filter(schemas.statusGroup, {
    text: "The group of the status that messages have by now.",
    endpoints: EVERYWHERE,
    matches: (wanted, { status }) => statusGroupOf(status) === wanted,
    foundBy: "index",
  }),
  sentSince: filter(schemas.moment, {
    text: "Sent at this moment or after it. The offset may have a colon or not, or be Z; + is written as %2B.",
    described: schemas.DESCRIBED_MOMENT,
    endpoints: EVERYWHERE,
    matches: (wantedMs, { sentAt }) => epochMsOf(sentAt) >= wantedMs,
    foundBy: "reading",
  }),
  sentUntil: filter(schemas.moment, {
    text: "Sent at this moment or before it.",
    described: schemas.DESCRIBED_MOMENT,
    endpoints: EVERYWHERE,
    matches: (wantedMs, { sentAt }) => epochMsOf(sentAt) <= wantedMs,
    foundBy: "reading",
  }),
  mcc: filter(schemas.digits(/^\d{3}$/, "must be three digits"), {
    text: "Mobile country code.",
    endpoints: WITH_NETWORKS,
    matches: (wanted, { mccmnc = "" }) => mccOf(mccmnc) === wanted,
    foundBy: "index",
  }),
  /** Never without mcc. */
  mnc: filter(schemas.digits(/^\d{1,3}$/, "must be one to three digits"), {
    text: "Mobile network code; only beside mcc.",
    endpoints: WITH_NETWORKS,
    matches: (wanted, { mccmnc }) => mccmnc !== undefined && mccmnc.slice(mccOf(mccmnc).length) === wanted,
    foundBy: "index",
  }),
  channel: filter(schemas.channel, {
    text: "The channel that a message went over, such as SMS, EMAIL, PUSH, VIBER or WHATSAPP.",
    endpoints: ["omni"],
    matches: (wanted, record) => record.channel === wanted,
    foundBy: "identity",
  }),
  entityId: filter(schemas.text, {
    text: "The entity that messages were sent for, where a report told it.",
    endpoints: BUT_OMNI,
    matches: (wanted, record) => platformField(record, "entityId") === wanted,
    foundBy: "reading",
  }),
  applicationId: filter(schemas.text, {
    text: "The application that messages were sent with, where a report told it.",
    endpoints: BUT_OMNI,
    matches: (wanted, record) => platformField(record, "applicationId") === wanted,
    foundBy: "reading",
  }),
  campaignReferenceId: filter(schemas.ids, {
    text: `The campaign of messages, where a report told it. ${SEVERAL}`,
    described: schemas.DESCRIBED_IDS,
    endpoints: BUT_OMNI,
    matches: (wanted, record) => wanted.includes(platformField(record, "campaignReferenceId")),
    foundBy: "reading",
  }),
  /** What a client may see at all, whatever it asks for; not a parameter of any endpoint. */
  amongChannels: filter(schemas.anyOf, {
    text: "",
    endpoints: [],
    matches: (allowed, record) => allowed.includes(record.channel),
    foundBy: "identity",
  }),
  amongSenders: filter(schemas.anyOf, {
    text: "",
    endpoints: [],
    matches: (allowed, { from }) => from !== undefined && allowed.includes(from),
    foundBy: "index",
  }),
};

export type FilterName = keyof typeof FILTERS;
type FilterValue<Name extends FilterName> = v.InferOutput<(typeof FILTERS)[Name]["schema"]>;

/** A client's query. All conditions are combined with AND; several ids of one kind mean any of them. */
export type Filter = { readonly [Name in FilterName]?: FilterValue<Name> };

/** The table by name. */
export const FILTER_TABLE: { readonly [Name in FilterName]: FilterEntry<FilterValue<Name>> } = FILTERS;
export const FILTER_NAMES = Object.keys(FILTERS) as FilterName[];

/** Does a record meet every condition? */
export function matches(filter: Filter, record: MessageRecord): boolean {
  return FILTER_NAMES.every((name) => meets(name, filter, record) !== false);
}

/**
 * May this record, once everything about its message is known, match a filter? For a record that was found by the index,
 * so that whatever the index knows must be met by this one.
 */
export function mayMatch(filter: Filter, record: MessageRecord): boolean {
  return FILTER_NAMES.every(
    (name) => FILTER_TABLE[name].foundBy === "reading" || meets(name, filter, record) !== false,
  );
}

/** Does it meet this one? Undefined if the filter does not contain it. */
function meets<Name extends FilterName>(
  name: Name,
  filter: Filter,
  record: MessageRecord,
): boolean | undefined {
  const wanted = filter[name];
  return wanted === undefined ? undefined : FILTER_TABLE[name].matches(wanted, record);
}

/** Does a record meet the conditions on recipient and bulk? */
export function meetsIds(filter: Filter, record: MessageRecord): boolean {
  return meets("to", filter, record) !== false && meets("bulkId", filter, record) !== false;
}

/**
 * May this record, merged with others of its message, match a filter? Its channel must match, since that is part of its
 * identity, and so must at least one of the other conditions, if there are any.
 */
export function meetsAny(filter: Filter, record: MessageRecord): boolean {
  const resultsOf = (kind: FilterEntry<unknown>["foundBy"]) =>
    FILTER_NAMES.filter((name) => FILTER_TABLE[name].foundBy === kind)
      .map((name) => meets(name, filter, record))
      .filter((isMet) => isMet !== undefined);
  const indexed = resultsOf("index");
  return resultsOf("identity").every(Boolean) && (indexed.length === 0 || indexed.some(Boolean));
}

/** A field of the record itself or, as in the newer logs, of its platform; "" if there is none. */
function platformField(record: MessageRecord, field: string): string {
  const platform = isJsonObject(record.platform) ? record.platform : {};
  return String(record[field] ?? platform[field] ?? "");
}

/** The country code of a network: the first three digits of its mccmnc. */
function mccOf(mccmnc: string): string {
  return mccmnc.slice(0, 3);
}
