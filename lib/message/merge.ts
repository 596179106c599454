import { BrokenRecordError } from "./errors.ts";
import { isEmpty, isJsonObject, type Json, printJson } from "./json.ts";
import { epochMsOf, isInOrder, type MessageRecord, recordOf } from "./record.ts";
import { rankOf } from "./status.ts";

/**
 * What is known of a message, and the merge rule: reports may arrive in any order and any number of times. Each field
 * has the value of the most advanced report *among those that have the field*: that of the highest rank, then of the
 * latest `doneAt`. Because each field is a maximum over (rank, doneAt, fullness, value), the merge is idempotent,
 * commutative and associative, so replays, overlapping runs and any order of arrival end in the same record. For
 * associativity, fields that came from a less advanced report than the status did (say, `text` from a pending log) must
 * remember their precedence: these are `precedences`, which is nearly always empty.
 */
export interface Known {
  readonly record: MessageRecord;
  readonly precedences: FieldPrecedences;
}

/** Rank, and `doneAt` in milliseconds since 1970 (or NO_DONE_AT). The greater one is more advanced. */
export type Precedence = readonly [rank: number, doneAtMs: number];

/** Fields that came from a less advanced report than the one that gave the status. */
export type FieldPrecedences = ReadonlyMap<string, Precedence>;

const NO_DONE_AT = -1;
/** What a single report tells. */
export function knownFrom(record: MessageRecord): Known {
  return { record, precedences: new Map() };
}

/** Merges what two sides know of the same message on the same channel. */
export function merge(a: Known, b: Known): Known {
  const [ofA, ofB] = [precedenceOf(a), precedenceOf(b)];
  if (covers(a, ofA, b, ofB)) return a;
  if (covers(b, ofB, a, ofA)) return b;
  const fields = new Set([...Object.keys(a.record), ...Object.keys(b.record)]);
  const chosen = [...fields].flatMap((field) => {
    const [x, y] = [claimOf(a, field, ofA), claimOf(b, field, ofB)];
    const claim = x && y ? greater(x, y) : (x ?? y);
    return claim ? [[field, claim] as const] : [];
  });
  const record = recordOf(chosen.map(([field, claim]) => [field, claim.value]));
  const own = ownPrecedence(chosen);
  const precedences = chosen.filter(([, claim]) => comparePrecedence(claim.precedence, own) !== 0);
  precedences.sort(([x], [y]) => (x < y ? -1 : 1));
  return { record, precedences: new Map(precedences.map(([field, claim]) => [field, claim.precedence])) };
}

/** Would merging change nothing in `a`? Mostly so: a pull, a push and the logs tell the same thing again and again. */
function covers(a: Known, ofA: Precedence, b: Known, ofB: Precedence): boolean {
  if (comparePrecedence(ofA, ofB) < 0 || !isMerged(a, ofA)) return false;
  for (const field of Object.keys(b.record)) {
    const theirs = claimOf(b, field, ofB);
    if (!theirs) continue;
    const own = claimOf(a, field, ofA);
    if (!own || greater(own, theirs) !== own) return false;
  }
  return true;
}

/** Is this already in the form that a merge produces: no empty field, all fields in order? */
function isMerged({ record, precedences }: Known, own: Precedence): boolean {
  for (const precedence of precedences.values()) if (comparePrecedence(precedence, own) === 0) return false;
  return isInOrder(record) && !Object.values(record).some(isEmpty);
}

interface Claim {
  readonly value: Json;
  readonly precedence: Precedence;
}

/** What one side says about a field; `own` is the precedence of the report that gave its status. */
function claimOf(known: Known, field: string, own: Precedence): Claim | undefined {
  // Own fields only: a report may well have a field named "constructor".
  const value = Object.hasOwn(known.record, field) ? known.record[field] : undefined;
  if (value === undefined || isEmpty(value)) return undefined;
  return { value, precedence: known.precedences.get(field) ?? own };
}

/** The precedence of the report that gave the status. Every report has a status, so no field is more advanced. */
export function precedenceOf({ record, precedences }: Known): Precedence {
  const { doneAt } = record;
  return [rankOf(record.status), doneAt && !precedences.has("doneAt") ? epochMsOf(doneAt) : NO_DONE_AT];
}

function ownPrecedence(chosen: readonly (readonly [string, Claim])[]): Precedence {
  const status = chosen.find(([field]) => field === "status");
  if (!status) throw new BrokenRecordError("a record without a status cannot be merged");
  return status[1].precedence;
}

/** The claim that wins. */
function greater(a: Claim, b: Claim): Claim {
  const order = comparePrecedence(a.precedence, b.precedence);
  if (order !== 0) return order > 0 ? a : b;
  if (isSame(a.value, b.value)) return a;
  // Equally advanced and yet different: the fuller value wins, since a report may have lost a part on its way. Beyond
  // that any choice will do, as long as it does not depend on the order of arrival.
  const [x, y] = [printJson(a.value), printJson(b.value)];
  if (x.length !== y.length) return x.length > y.length ? a : b;
  return x >= y ? a : b;
}

/** Would both be printed alike? Usually so, and comparing them is cheaper than printing. */
function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const [ofA, ofB] = [Object.keys(a), Object.keys(b)];
  return ofA.length === ofB.length && ofA.every((key, n) => key === ofB[n] && isSame(a[key], b[key]));
}

function comparePrecedence(a: Precedence, b: Precedence): number {
  return a[0] - b[0] || a[1] - b[1];
}
