import { countryName, countryOf } from "./countries.ts";
import type { Tuple } from "./cube.ts";

/** What an answer can be grouped by, as named in Infobip's metrics-api (OpenAPI 3.210.0, TrafficAggregate). */
export interface Dimension {
  readonly name: string;
  /** The part of tuples that it is made from, and how; "" if that is unknown. */
  readonly part: keyof Tuple;
  readonly of: (value: string) => string;
  readonly text: string;
  /** The list in `filterBy` for its values. */
  readonly filter?: string;
  /** Are its values always in upper case? Then a filter may use lower case. */
  readonly isUpperCase?: true;
}

const field = (name: string, part: keyof Tuple, text: string, filter?: string): Dimension => ({
  ...{ name, text, part, of: (value) => value },
  ...(filter === undefined ? {} : { filter }),
});

const upper = (dimension: Dimension): Dimension => ({ ...dimension, isUpperCase: true });

export const CHANNEL = upper(field("CHANNEL_CODE", "channel", "the channel", "channelCodes"));
/** Ours: Infobip's API has no prices. */
export const CURRENCY = upper(field("CURRENCY", "currency", "the currency of the price", "currencies"));

export const DIMENSIONS: readonly Dimension[] = [
  CHANNEL,
  field("SENDER", "sender", "the sender", "senders"),
  field("NETWORK_ID", "network", "the network, as mccmnc", "networkIds"),
  upper({
    name: "COUNTRY_CODE",
    part: "network",
    of: countryOf,
    text: "the country of the network, as two letters",
    filter: "countryCodes",
  }),
  {
    name: "COUNTRY_NAME",
    part: "network",
    of: (network) => countryName(countryOf(network)),
    text: "what that country is called",
  },
  upper(field("STATUS_GROUP", "group", "the group of the status", "statusGroups")),
  field("STATUS", "status", "the name of the status", "statuses"),
  field("ERROR_GROUP", "errorGroup", "the group of the error", "errorGroups"),
  field("ERROR_CODE", "error", "the name of the error", "errorCodes"),
  CURRENCY,
];

/** Ours: a row is about all channels together, and has no CHANNEL_CODE. */
export const ALL_CHANNELS_NAME = "ALL_CHANNELS";

/** By how long a message took, which divides the messages of a tuple. */
export const TIME_TO_DELIVER_NAME = "TIME_TO_DELIVER";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The units of time, the finest first: each maps a moment to the beginning of its unit. */
export const TIME_UNITS: readonly { readonly name: string; readonly begin: (ms: number) => number }[] = [
  { name: "MINUTE", begin: (ms) => Math.floor(ms / MINUTE_MS) * MINUTE_MS },
  { name: "HOUR", begin: (ms) => Math.floor(ms / (60 * MINUTE_MS)) * 60 * MINUTE_MS },
  { name: "DAY", begin: (ms) => Math.floor(ms / DAY_MS) * DAY_MS },
  { name: "WEEK", begin: week(4) },
  { name: "WEEK_MONDAY_START", begin: week(4) },
  { name: "WEEK_SUNDAY_START", begin: week(3) },
  { name: "WEEK_SATURDAY_START", begin: week(2) },
  { name: "MONTH", begin: (ms) => months(ms, 1) },
  { name: "QUARTER", begin: (ms) => months(ms, 3) },
  { name: "YEAR", begin: (ms) => months(ms, 12) },
];
export type TimeUnit = (typeof TIME_UNITS)[number];

/** 1970-01-01 was a Thursday, so weeks begin this many days later. */
function week(firstDay: number): (ms: number) => number {
  return (ms) => (Math.floor((ms / DAY_MS - firstDay) / 7) * 7 + firstDay) * DAY_MS;
}

function months(ms: number, length: number): number {
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), Math.floor(date.getUTCMonth() / length) * length, 1);
}
