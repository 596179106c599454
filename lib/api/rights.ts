import type { Filter } from "../archive/search/filters.ts";
import type { JsonObject } from "../message/json.ts";
import { type MessageRecord, recordOf } from "../message/record.ts";
import type { Rate } from "./rate.ts";

/** A client, and what it may see. */
export interface Client {
  readonly id: string;
  readonly name: string;
  /** Only these channels or senders; undefined: all. */
  readonly channels?: readonly string[] | undefined;
  readonly senders?: readonly string[] | undefined;
  readonly isTextHidden: boolean;
  /** May it see what could not be parsed, and replay or drop it? Use `isAdmin` to check. */
  readonly isAdmin?: boolean | undefined;
  /** Requests per minute, and at once; undefined: the default. */
  readonly perMinute?: number | undefined;
  readonly burst?: number | undefined;
}

/** The client of a `user:password` pair, which may see everything, and is an admin if it is listed as one. */
export function clientOfPair(id: string, admins: readonly string[]): Client {
  return { id, name: id, isTextHidden: false, isAdmin: admins.includes(id) };
}

/** Fields with what was written to the recipient, or where it can be read. */
const TEXT_FIELDS = ["text", "content", "subject", "browserLink"];

/** What a client that sees no texts may see of an object. */
export function withoutText(said: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(said).filter(([name]) => !TEXT_FIELDS.includes(name)));
}

/** A record as far as a client may see it. */
export function shownTo(
  { isTextHidden }: Pick<Client, "isTextHidden">,
  record: MessageRecord,
): MessageRecord {
  return isTextHidden ? recordOf(Object.entries(withoutText(record))) : record;
}

/** May a client see everything? */
export function isUnlimited({ channels, senders, isTextHidden }: Client): boolean {
  return channels === undefined && senders === undefined && !isTextHidden;
}

/** The quarantine contains reports of any channel and sender, so an admin must be somebody who may see everything. */
export function isAdmin(client: Client): boolean {
  return client.isAdmin === true && isUnlimited(client);
}

/** How often a client may ask. */
export function rateOf({ perMinute, burst }: Client, otherwise: Rate): Rate {
  // A client with a low rate of its own is not meant to have a large burst.
  const most = Math.min(otherwise.burst, Math.ceil(perMinute ?? Infinity));
  return { perMinute: perMinute ?? otherwise.perMinute, burst: burst ?? most };
}

/**
 * Combines what is asked for with what is allowed into one filter. Undefined if they have nothing in common, so that
 * nothing need be read.
 */
export function restrict(filter: Filter, { channels, senders }: Client): Filter | undefined {
  const channel = common(filter.channel, channels);
  const sender = common(filter.from, senders);
  if (channel.among?.length === 0 || sender.among?.length === 0) return undefined;
  const { channel: _, from: __, ...others } = filter;
  return {
    ...others,
    ...(channel.one === undefined ? {} : { channel: channel.one }),
    ...(sender.one === undefined ? {} : { from: sender.one }),
    ...(channel.among ? { amongChannels: channel.among } : {}),
    ...(sender.among ? { amongSenders: sender.among } : {}),
  };
}

/** What is both asked for and allowed: one value, a list of them (if empty: nothing) or, without either, anything. */
function common(
  asked: string | undefined,
  allowed: readonly string[] | undefined,
): { one?: string; among?: readonly string[] } {
  if (!allowed) return asked === undefined ? {} : { one: asked };
  const rest = [...new Set(allowed)].filter((value) => asked === undefined || value === asked);
  const [one, ...others] = rest;
  return one !== undefined && others.length === 0 ? { one } : { among: rest };
}
