import type { MessageRecord } from "../message/record.ts";
import { statusGroupOf } from "../message/status.ts";
import { hash32 } from "../runtime/hash.ts";

/**
 * What a record can be found by, as fingerprints of 32 bits: its ids, and every combination of its values. Two terms
 * with the same fingerprint cost a read, but never a wrong result. The terms and their hash are part of the stored
 * format: if either changes, what is already settled can no longer be found.
 */
export interface Values {
  readonly channel?: string | undefined;
  readonly from?: string | undefined;
  readonly mccmnc?: string | undefined;
  readonly mcc?: string | undefined;
  readonly group?: string | undefined;
}

const BETWEEN = "\u0000";

export const messageTerm = (messageId: string): number => hash32(`m${BETWEEN}${messageId}`);
export const recipientTerm = (to: string): number => hash32(`r${BETWEEN}${to}`);
export const bulkTerm = (bulkId: string): number => hash32(`b${BETWEEN}${bulkId}`);
/** A bulk together with a value of one of its records. */
export const bulkValueTerm = (bulkId: string, kind: "s" | "g", value: string): number =>
  hash32(["b", kind, bulkId, value].join(BETWEEN));

type Part = readonly [kind: string, value: string];

/** A combination of values in one record; its parts are in the order h, s, n, c, g. */
function valueTerm(parts: readonly Part[]): number {
  return hash32(["v", ...parts.map((part) => part.join(BETWEEN))].join(BETWEEN));
}

/** The values of a record. */
export function valuesOf({ channel, from, mccmnc, status }: MessageRecord): Values {
  return { channel, from, mccmnc, mcc: mccmnc?.slice(0, 3), group: statusGroupOf(status) };
}

/** The term of each single value, by which unsettled blocks are found. */
export function singleTerms(values: Values): number[] {
  return partsOf(values).map((part) => valueTerm([part]));
}

function partsOf({ channel, from, mccmnc, mcc, group }: Values): Part[] {
  const parts: [string, string | undefined][] = [
    ["h", channel],
    ["s", from],
    ["n", mccmnc],
    ["c", mcc],
    ["g", group],
  ];
  return parts.flatMap(([kind, value]) => (value === undefined ? [] : [[kind, value] as const]));
}

/** Every term of the values of one record: all combinations without the country, and pairs with it. */
export function valueTerms(values: Values): number[] {
  const parts = partsOf(values);
  const country = parts.filter(([kind]) => kind === "c");
  const others = parts.filter(([kind]) => kind !== "c");
  let combinations: Part[][] = [[]];
  for (const part of others) combinations = combinations.flatMap((one) => [one, [...one, part]]);
  const pairs = country.flatMap((c) =>
    others.filter(([kind]) => kind !== "n").map((other) => inOrder([c, other])),
  );
  return [...combinations.filter((one) => one.length > 0), ...country.map((c) => [c]), ...pairs].map(
    valueTerm,
  );
}

const ORDER = "hsncg";
function inOrder(parts: readonly Part[]): Part[] {
  return [...parts].sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b));
}

/** The terms that every record with all of these values has: as few and as specific as possible. */
export function termsAskedFor(values: Values): number[] {
  const parts = partsOf(values);
  const country = parts.filter(([kind]) => kind === "c");
  const others = parts.filter(([kind]) => kind !== "c");
  const together = others.length > 0 ? [valueTerm(others)] : [];
  const pairs = country.flatMap((c) =>
    others.filter(([kind]) => kind !== "n").map((other) => inOrder([c, other])),
  );
  // A network implies its country, so the country is only used if there is no network.
  const isNetworkGiven = others.some(([kind]) => kind === "n");
  if (isNetworkGiven) return together;
  return [...together, ...(pairs.length > 0 ? pairs : country.map((c) => [c])).map(valueTerm)];
}

/** Every term of a settled record. */
export function termsOf(record: MessageRecord): { ids: number[]; values: number[] } {
  const { messageId, to, bulkId, from } = record;
  const group = statusGroupOf(record.status);
  return {
    ids: idTerms({ messageId, to, bulkId }),
    values: [
      ...valueTerms(valuesOf(record)),
      ...(bulkId === undefined ? [] : [bulkValueTerm(bulkId, "g", group)]),
      ...(bulkId === undefined || from === undefined ? [] : [bulkValueTerm(bulkId, "s", from)]),
    ],
  };
}

/** The terms of a record's ids. */
export function idTerms({
  messageId,
  to,
  bulkId,
}: Pick<MessageRecord, "messageId"> & { to?: string | undefined; bulkId?: string | undefined }): number[] {
  return [
    messageTerm(messageId),
    ...(to === undefined ? [] : [recipientTerm(to)]),
    ...(bulkId === undefined ? [] : [bulkTerm(bulkId)]),
  ];
}
