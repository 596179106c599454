import { momentOfOrder, orderPrefix } from "../keys.ts";
import { bulkTerm, bulkValueTerm, messageTerm, recipientTerm, singleTerms, termsAskedFor } from "../terms.ts";
import type { Filter } from "./filters.ts";

/** A range in the order of answers, newest first: keys from `from` to `until`, both included. */
export interface Range {
  readonly from: string;
  readonly until: string;
}

/** A range of `sentAt`, in milliseconds since 1970, both ends included. */
export interface Stretch {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** How the index leads to the records of a filter. */
export interface Plan {
  /**
   * `messages`: all records of these; `ids`: few by nature; `values`: perhaps nearly all; `none`: nothing narrows the
   * search.
   */
  readonly kind: "messages" | "ids" | "values" | "none";
  /** In settled runs: blocks that contain all terms of one of these. */
  readonly alternatives: readonly (readonly number[])[];
  /** In fresh pages: each condition, as the terms any of which meets it. */
  readonly idConditions: readonly (readonly number[])[];
  readonly valueConditions: readonly Condition[];
  /** The status group, if nothing else narrows the search and runs have a second set for it. */
  readonly exception?: string;
}

export interface Condition {
  readonly terms: readonly number[];
  /** The channel is a part of a message's identity: everything about the message has the same one. */
  readonly isIdentity: boolean;
}

/** If a client may see more senders or channels than this, they do not narrow the search. */
const MOST_ALTERNATIVES = 32;

/** Chooses what to look up for a filter. Pure. */
export function plan(filter: Filter): Plan {
  const { messageId: messageIds, to, bulkId: bulkIds } = filter;
  const valueConditions = valueConditionsOf(filter);
  if (messageIds) {
    const terms = messageIds.map(messageTerm);
    return {
      kind: "messages",
      alternatives: terms.map((term) => [term]),
      idConditions: [terms],
      valueConditions: [],
    };
  }
  if (to !== undefined) {
    const term = recipientTerm(to);
    return { kind: "ids", alternatives: [[term]], idConditions: [[term]], valueConditions };
  }
  if (bulkIds) {
    const alternatives = bulkIds.map((bulkId) => bulkTerms(bulkId, filter));
    return { kind: "ids", alternatives, idConditions: [bulkIds.map(bulkTerm)], valueConditions };
  }
  const alternatives = valueAlternatives(filter);
  if (alternatives.length === 0) return { kind: "none", alternatives, idConditions: [], valueConditions };
  const exception = exceptionOf(filter);
  return {
    ...{ kind: "values", alternatives, idConditions: [], valueConditions },
    ...(exception === undefined ? {} : { exception }),
  };
}

function bulkTerms(bulkId: string, { from, generalStatus }: Filter): number[] {
  return [
    bulkTerm(bulkId),
    ...(from === undefined ? [] : [bulkValueTerm(bulkId, "s", from)]),
    ...(generalStatus === undefined ? [] : [bulkValueTerm(bulkId, "g", generalStatus)]),
  ];
}

/** The senders and channels that are asked for; [undefined] if any will do. */
function choices({ from, channel, amongSenders, amongChannels }: Filter) {
  const senders = from === undefined ? (amongSenders ?? [undefined]) : [from];
  const channels = channel === undefined ? (amongChannels ?? [undefined]) : [channel];
  const isTooMany = senders.length * channels.length > MOST_ALTERNATIVES;
  return isTooMany ? { senders: [from], channels: [channel] } : { senders, channels };
}

function networkOf({ mcc, mnc }: Filter): { mccmnc?: string; mcc?: string } {
  if (mcc === undefined) return {};
  return mnc === undefined ? { mcc } : { mccmnc: mcc + mnc };
}

function valueAlternatives(filter: Filter): number[][] {
  const { senders, channels } = choices(filter);
  const all = senders.flatMap((from) =>
    channels.map((channel) =>
      termsAskedFor({ from, channel, group: filter.generalStatus, ...networkOf(filter) }),
    ),
  );
  return all.some((terms) => terms.length === 0) ? [] : all;
}

function valueConditionsOf(filter: Filter): Condition[] {
  const { senders, channels } = choices(filter);
  const any = (all: readonly number[][], isIdentity = false) => ({ terms: all.flat(), isIdentity });
  return [
    any(senders.map((from) => singleTerms({ from }))),
    any(
      channels.map((channel) => singleTerms({ channel })),
      true,
    ),
    any([singleTerms({ group: filter.generalStatus })]),
    any([singleTerms(networkOf(filter))]),
  ].filter(({ terms }) => terms.length > 0);
}

/** DELIVERED has no second set, because nearly every record is. */
function exceptionOf(filter: Filter): string | undefined {
  const { from, channel, mcc, generalStatus, amongSenders } = filter;
  const isAlone =
    from === undefined && channel === undefined && mcc === undefined && amongSenders === undefined;
  return isAlone && generalStatus !== "DELIVERED" ? generalStatus : undefined;
}

/** Before and after every order key, since these begin with digits. */
const FIRST = "/";
const LAST = ":";
/** Sorts after whatever follows the moment in an order key. */
const AFTER_MOMENT = "!";

/** Where the records of a filter can be; `after` is the order key to continue after, from a cursor. */
export function rangeOf({ sentSince, sentUntil }: Filter, after?: string): Range {
  const from = sentUntil === undefined ? FIRST : orderPrefix(sentUntil);
  const next = after === undefined ? FIRST : justAfter(after);
  return {
    from: next > from ? next : from,
    until: sentSince === undefined ? LAST : orderPrefix(sentSince) + AFTER_MOMENT,
  };
}

/** The moments that a range spans. */
export function stretchOf({ from, until }: Range): Stretch {
  return {
    sinceMs: until === LAST ? -Infinity : momentOfOrder(until),
    untilMs: from === FIRST ? Infinity : momentOfOrder(from),
  };
}

/** The smallest key that sorts after this one. */
export function justAfter(order: string): string {
  return `${order}\u0000`;
}
