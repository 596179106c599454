import { hash32 } from "../runtime/text.ts";
import { dayOf } from "./keys.ts";
import { epochMsOf, type MessageRecord, statusGroupOf } from "./record.ts";

/**
 * The zone map: which months, days, hours and minutes hold which senders, networks, channels and statuses, so that a
 * query for a rare value reads only where it is. A zone item is a set of members; a member is one character for the
 * child (the day of a month, the hour of a day, the minute of an hour) and three for the value. Sets only ever grow,
 * and are written before the records: writing twice is harmless, and a stale or colliding member costs a read, never a
 * result.
 *
 *     zone#all         months   <yyyy-mm>#<shard>        which months and shards there are
 *     zone#2026-11     days     <day>                    which days there are
 *     zone#2026-11     values   <day><token>             which days hold a value
 *     zone#2026-11-22  values   <hour><token>            which hours hold a value
 *     zone#2026-11-22  pairs    <token>                  which two values meet in one record on this day
 *     zone#2026-11-22  pairs#<n> <token>                 more of them, spread over several items by their tokens
 *     zone#2026-11-22T07:15 values <minute><token>       which minutes of a quarter of an hour hold a value
 *
 * An update is billed by the size of its item: what grows with every page is kept in pieces of a kilobyte or two.
 */
export interface ZoneKey {
  readonly pk: string;
  readonly sk: "months" | "days" | "values" | "pairs" | `pairs#${string}`;
}

/** The filters that the zone map can narrow. */
export type Dimension = "channel" | "from" | "mccmnc" | "mcc" | "generalStatus";
export type Value = readonly [dimension: Dimension, value: string];

/** Says that a child holds too many values to list: any may be there. */
export const ANYTHING = "*";
/** Says, in the place of a token, that an hour holds so many records that its minutes are worth reading. */
export const DENSE_TOKEN = "!!!";
/** Says, among the pairs of a day, that there are more of them elsewhere. */
export const MORE_PAIRS = "+";
/** So many pairs of a day are together: fewer than fill the kilobyte that a write unit buys. */
export const MOST_PAIRS_TOGETHER = 200;
/** The others are spread over so many items. */
const PAIR_ITEMS = 16;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Three characters (18 bits) that stand for a value. */
export function tokenOf([dimension, value]: Value): string {
  const hash = hash32(`${dimension} ${value}`);
  return letter(hash) + letter(hash >>> 6) + letter(hash >>> 12);
}

/** The token of two values that meet in a record, whichever is named first. */
export function pairToken(a: Value, b: Value): string {
  const [x, y] = [a.join(" "), b.join(" ")].sort();
  const hash = hash32(`${x}\u0000${y}`);
  return letter(hash) + letter(hash >>> 6) + letter(hash >>> 12);
}

/** The character of a child: 0 to 59 (a day of the month from 1, an hour, a minute). */
export function letter(n: number): string {
  return ALPHABET.charAt(n & 63);
}

/** The child that a member's first character stands for. */
export function childOf(member: string): number {
  return ALPHABET.indexOf(member.charAt(0));
}

/** A mobile country code is the first three digits of mccmnc. */
export function mccOf(mccmnc: string): string {
  return mccmnc.slice(0, 3);
}

/** The values of a record that the zone map knows. */
export function valuesOf(record: MessageRecord): Value[] {
  const { channel, from, mccmnc, status } = record;
  return [
    ["channel", channel],
    ["generalStatus", statusGroupOf(status)],
    ...(from ? ([["from", from]] as const) : []),
    ...(mccmnc
      ? ([
          ["mccmnc", mccmnc],
          ["mcc", mccOf(mccmnc)],
        ] as const)
      : []),
  ];
}

/** Two values that tell something together: a network and its own country do not. */
export function isPair([a]: Value, [b]: Value): boolean {
  return a !== b && !(a.startsWith("mcc") && b.startsWith("mcc"));
}

export const zoneKeys = {
  months: (): ZoneKey => ({ pk: "zone#all", sk: "months" }),
  days: (month: string): ZoneKey => ({ pk: `zone#${month}`, sk: "days" }),
  /** `period`: yyyy-mm, yyyy-mm-dd, or yyyy-mm-ddThh:mm. */
  values: (period: string): ZoneKey => ({ pk: `zone#${period}`, sk: "values" }),
  pairs: (day: string): ZoneKey => ({ pk: `zone#${day}`, sk: "pairs" }),
  morePairs: (day: string, token: string): ZoneKey => ({
    pk: `zone#${day}`,
    sk: `pairs#${childOf(token) % PAIR_ITEMS}`,
  }),
};

export const QUARTER_MS = 15 * 60_000;

/** The name of the quarter of an hour that holds a moment, yyyy-mm-ddThh:mm. */
export function quarterOf(epochMs: number): string {
  return new Date(Math.floor(epochMs / QUARTER_MS) * QUARTER_MS).toISOString().slice(0, 16);
}

/** The parts of a UTC moment that name its zones. */
export function zonesOf(epochMs: number) {
  const iso = new Date(epochMs).toISOString();
  return {
    month: iso.slice(0, 7),
    day: dayOf(epochMs),
    hour: iso.slice(0, 13),
    quarter: quarterOf(epochMs),
    dayLetter: letter(Number(iso.slice(8, 10))),
    hourLetter: letter(Number(iso.slice(11, 13))),
    minuteLetter: letter(Number(iso.slice(14, 16))),
  };
}

/** What a zone must hold before records may be written, and until when (seconds since 1970). */
export interface ZoneNeed {
  readonly key: ZoneKey;
  readonly members: Set<string>;
  expiresAt: number;
}

/** So many records of one page in one hour, and the hour's minutes are worth reading. */
const DENSE_RECORDS = 50;

/** The zone members that these records (with the shard and the expiry of each) call for. */
export function zoneNeeds(
  entries: readonly { record: MessageRecord; shard: number; expiresAt: number }[],
): Map<string, ZoneNeed> {
  const needs = new Map<string, ZoneNeed>();
  const perHour = new Map<string, number>();
  for (const { record, shard, expiresAt } of entries) {
    const at = zonesOf(epochMsOf(record.sentAt));
    const count = (perHour.get(at.hour) ?? 0) + 1;
    perHour.set(at.hour, count);
    const values = valuesOf(record);
    const tokens = values.map(tokenOf);
    const need = (key: ZoneKey, members: string[]) => addNeed(needs, key, members, expiresAt);
    need(zoneKeys.months(), [`${at.month}#${shard}`]);
    need(zoneKeys.days(at.month), [at.dayLetter]);
    need(
      zoneKeys.values(at.month),
      tokens.map((token) => at.dayLetter + token),
    );
    need(
      zoneKeys.values(at.day),
      tokens.map((token) => at.hourLetter + token),
    );
    if (count === DENSE_RECORDS) need(zoneKeys.values(at.day), [at.hourLetter + DENSE_TOKEN]);
    need(
      zoneKeys.values(at.quarter),
      tokens.map((token) => at.minuteLetter + token),
    );
    need(zoneKeys.pairs(at.day), pairTokens(values));
  }
  return needs;
}

function pairTokens(values: readonly Value[]): string[] {
  return values.flatMap((a, i) =>
    values.slice(i + 1).flatMap((b) => (isPair(a, b) ? [pairToken(a, b)] : [])),
  );
}

function addNeed(needs: Map<string, ZoneNeed>, key: ZoneKey, members: string[], expiresAt: number): void {
  const id = `${key.pk} ${key.sk}`;
  const need = needs.get(id) ?? { key, members: new Set<string>(), expiresAt };
  for (const member of members) need.members.add(member);
  need.expiresAt = Math.max(need.expiresAt, expiresAt);
  needs.set(id, need);
}

/** So many values of one child, and it is said to hold anything: keeps every zone item far below 400 kB. */
const MOST_VALUES_OF_A_CHILD = 1_000;
const MOST_PAIRS = 2_000;

/** The members still to add to a zone that holds `present`: none for a child that is said to hold anything. */
export function missingMembers({ key, members }: ZoneNeed, present: ReadonlySet<string>): string[] {
  const missing = [...members].filter((member) => !present.has(member));
  if (key.sk.startsWith("pairs")) {
    if (present.has(ANYTHING)) return [];
    return present.size + missing.length > MOST_PAIRS ? [ANYTHING] : missing;
  }
  if (key.sk !== "values") return missing;
  return missingValues(missing, present);
}

function missingValues(missing: readonly string[], present: ReadonlySet<string>): string[] {
  const counts = new Map<string, number>();
  for (const member of present) counts.set(member.charAt(0), (counts.get(member.charAt(0)) ?? 0) + 1);
  const wanted = missing.flatMap((member) => {
    const child = member.charAt(0);
    if (present.has(child + ANYTHING)) return member.endsWith(DENSE_TOKEN) ? [member] : [];
    const count = (counts.get(child) ?? 0) + 1;
    counts.set(child, count);
    return [count > MOST_VALUES_OF_A_CHILD ? child + ANYTHING : member];
  });
  return [...new Set(wanted)];
}

/** The children of a zone (its days, hours or minutes) that may hold every one of these tokens. */
export function childrenHolding(members: ReadonlySet<string>, tokens: readonly string[]): Set<number> {
  const children = new Set([...members].map(childOf));
  return new Set(
    [...children].filter((child) => {
      const first = letter(child);
      return members.has(first + ANYTHING) || tokens.every((token) => members.has(first + token));
    }),
  );
}
