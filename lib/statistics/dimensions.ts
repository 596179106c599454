import { countryName, countryOf } from "./countries.ts";
import type { Tuple } from "./cube.ts";

/** What an answer can be told apart by, as Infobip's metrics-api (OpenAPI 3.210.0, TrafficAggregate) calls it. */
export interface Dimension {
  readonly name: string;
  /** The part of tuples that it is made of, and what it is of that; "" where that does not say. */
  readonly part: keyof Tuple;
  readonly of: (value: string) => string;
  readonly text: string;
  /** The list of `filterBy` that asks for values of it. */
  readonly filter?: string;
  /** Has it no small letters? Then it may be asked for with them. */
  readonly isUpperCase?: true;
}

const field = (name: string, part: keyof Tuple, text: string, filter?: string): Dimension => ({
  ...{ name, text, part, of: (value) => value },
  ...(filter === undefined ? {} : { filter }),
});

const upper = (dimension: Dimension): Dimension => ({ ...dimension, isUpperCase: true });

export const CHANNEL = upper(field("CHANNEL_CODE", "channel", "the channel", "channelCodes"));
/** Ours: Infobip does not tell prices there. */
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

/** Ours: a row is of all channels together, and has no CHANNEL_CODE. */
export const ALL_CHANNELS_NAME = "ALL_CHANNELS";

/** By how long a message took; a part of a tuple's messages each. */
export const TIME_TO_DELIVER_NAME = "TIME_TO_DELIVER";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The stretches of time, the finest first: each as the moment on which it began. */
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

/** 1970-01-01 was a Thursday: weeks that begin so many days after it. */
function week(firstDay: number): (ms: number) => number {
  return (ms) => (Math.floor((ms / DAY_MS - firstDay) / 7) * 7 + firstDay) * DAY_MS;
}

function months(ms: number, length: number): number {
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), Math.floor(date.getUTCMonth() / length) * length, 1);
}
