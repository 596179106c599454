import { type Json, printJson } from "../runtime/json.ts";
import { epochMsOf, isEmpty, type MessageRecord, recordOf, type Status, statusGroupOf } from "./record.ts";

/**
 * The merge rule: what is known of a message after several reports of it, in any order, any number of times.
 *
 * Every field holds the value of the *foremost report that has it*: the one of the highest rank, then of the latest
 * `doneAt`. Because each field is a maximum over (rank, doneAt, fullness, value), the merge is idempotent, commutative and
 * associative, so replays, overlapping runs and any order of arrival end in the same record. To stay associative it
 * must remember for a field that came from a lesser report (say `text`, from a pending log) how far forward that
 * report was: that is `lesser`, nearly always empty.
 */
export interface Known {
  readonly record: MessageRecord;
  readonly lesser: Lesser;
}

/** Rank, and `doneAt` in milliseconds since 1970 (or NO_DONE_AT). Greater is further on. */
export type Precedence = readonly [rank: number, doneAtMs: number];

/** Fields that came from a report less far on than the one that gave the status. */
export type Lesser = ReadonlyMap<string, Precedence>;

const NO_DONE_AT = -1;
const DELIVERED_TO_OPERATOR = 2;

/** The rank of a status that nothing comes after. */
export const FINAL_RANK = 3;

/**
 * How far on a status is: 0 accepted, 1 pending, 2 in transit, 3 final. A pending message is first accepted
 * (PENDING_ACCEPTED), then on its way, and neither has a doneAt to tell them apart; DELIVERED_TO_OPERATOR (id 2) may
 * still become DELIVERED_TO_HANDSET. A group that nobody has named counts as in transit: it tells more than "pending",
 * and it must not take back a status that is known to be final.
 */
export function rankOf(status: Status): number {
  switch (statusGroupOf(status)) {
    case "ACCEPTED":
      return 0;
    case "PENDING":
      // By its name: id 26 stands beside PENDING_ENROUTE in some of Infobip's own examples.
      return status.name === undefined || status.name.endsWith("_ACCEPTED") ? 0 : 1;
    case "DELIVERED":
      return status.id === DELIVERED_TO_OPERATOR || status.name === "DELIVERED_TO_OPERATOR" ? 2 : FINAL_RANK;
    case "UNDELIVERABLE":
    case "EXPIRED":
    case "REJECTED":
      return FINAL_RANK;
    default:
      return 2;
  }
}

/** What one report alone tells. */
export function knownFrom(record: MessageRecord): Known {
  return { record, lesser: new Map() };
}

/** Merges what two sides know of the same message and channel. */
export function merge(a: Known, b: Known): Known {
  const fields = new Set([...Object.keys(a.record), ...Object.keys(b.record)]);
  const chosen = [...fields].flatMap((field) => {
    const [x, y] = [claimOf(a, field), claimOf(b, field)];
    const claim = x && y ? foremost(x, y) : (x ?? y);
    return claim ? [[field, claim] as const] : [];
  });
  const record = recordOf(chosen.map(([field, claim]) => [field, claim.value]));
  const own = ownPrecedence(chosen);
  const lesser = chosen.filter(([, claim]) => comparePrecedence(claim.precedence, own) !== 0);
  lesser.sort(([x], [y]) => (x < y ? -1 : 1));
  return { record, lesser: new Map(lesser.map(([field, claim]) => [field, claim.precedence])) };
}

interface Claim {
  readonly value: Json;
  readonly precedence: Precedence;
}

function claimOf(known: Known, field: string): Claim | undefined {
  // Own fields only: a report may well have a field named "constructor".
  const value = Object.hasOwn(known.record, field) ? known.record[field] : undefined;
  if (value === undefined || isEmpty(value)) return undefined;
  return { value, precedence: known.lesser.get(field) ?? precedenceOf(known) };
}

/** The precedence of the report that gave the status: every report has one, so none is further on. */
export function precedenceOf({ record, lesser }: Known): Precedence {
  const { doneAt } = record;
  return [rankOf(record.status), doneAt && !lesser.has("doneAt") ? epochMsOf(doneAt) : NO_DONE_AT];
}

function ownPrecedence(chosen: readonly (readonly [string, Claim])[]): Precedence {
  const status = chosen.find(([field]) => field === "status");
  if (!status) throw new Error("a record without a status cannot be merged");
  return status[1].precedence;
}

function foremost(a: Claim, b: Claim): Claim {
  const order = comparePrecedence(a.precedence, b.precedence);
  if (order !== 0) return order > 0 ? a : b;
  // Equally far on and yet different: the fuller one, since a report may have lost a part on its way; and else any, so
  // long as it is the same in any order of arrival.
  const [x, y] = [printJson(a.value), printJson(b.value)];
  if (x.length !== y.length) return x.length > y.length ? a : b;
  return x >= y ? a : b;
}

function comparePrecedence(a: Precedence, b: Precedence): number {
  return a[0] - b[0] || a[1] - b[1];
}
