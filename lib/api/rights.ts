import type { Filter } from "../archive/search/filters.ts";
import type { JsonObject } from "../message/json.ts";
import { type MessageRecord, recordOf } from "../message/record.ts";
import type { Rate } from "./rate.ts";

/** Who asks, and what they may see. */
export interface Client {
  readonly id: string;
  readonly name: string;
  /** Only these channels, or senders; undefined: all. */
  readonly channels?: readonly string[] | undefined;
  readonly senders?: readonly string[] | undefined;
  readonly isTextHidden: boolean;
  /** May it see what could not be parsed, and have it tried again or dropped? Ask `isAdmin`. */
  readonly isAdmin?: boolean | undefined;
  /** Requests a minute, and at once; undefined: the endpoint's default. */
  readonly perMinute?: number | undefined;
  readonly burst?: number | undefined;
}

/** The client of a `user:password` pair, which may see everything, and is an admin if it is named as one. */
export function clientOfPair(id: string, admins: readonly string[]): Client {
  return { id, name: id, isTextHidden: false, isAdmin: admins.includes(id) };
}

/** Where what was written to the recipient stands, or where it can be read. */
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

/** Does a client see everything that there is? */
export function isUnlimited({ channels, senders, isTextHidden }: Client): boolean {
  return channels === undefined && senders === undefined && !isTextHidden;
}

/** What is in quarantine is of any channel and sender, and whole: an admin is somebody who may see everything. */
export function isAdmin(client: Client): boolean {
  return client.isAdmin === true && isUnlimited(client);
}

/** How often a client may ask. */
export function rateOf({ perMinute, burst }: Client, otherwise: Rate): Rate {
  // Whoever is given a small rate alone is not meant to have a large burst.
  const most = Math.min(otherwise.burst, Math.ceil(perMinute ?? Infinity));
  return { perMinute: perMinute ?? otherwise.perMinute, burst: burst ?? most };
}

/**
 * What a client may see of what it asks for, as the narrowest filter there is: what is asked for and what is allowed become
 * one condition. Undefined when they have nothing in common, so that nothing need be read to answer.
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

/** What is both asked for and allowed: one value, a list of them (nothing, if it is empty), or, without either, anything. */
function common(
  asked: string | undefined,
  allowed: readonly string[] | undefined,
): { one?: string; among?: readonly string[] } {
  if (!allowed) return asked === undefined ? {} : { one: asked };
  const rest = [...new Set(allowed)].filter((value) => asked === undefined || value === asked);
  const [one, ...others] = rest;
  return one !== undefined && others.length === 0 ? { one } : { among: rest };
}
