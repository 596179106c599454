import { isException, orderPrefix } from "../store/keys.ts";
import type { Value } from "../store/zones.ts";
import { type Filter, type StoredCondition, storedConditions, zoneValues } from "./filter.ts";

/** A stretch of the order that answers are in, newest first: keys from `from` to `until`, both included. */
export interface Range {
  readonly from: string;
  readonly until: string;
}

/** The way to the records of a filter that reads the least. */
export type Path =
  /** Straight to the messages. */
  | { readonly kind: "messages"; readonly messageIds: readonly string[] }
  /** Through one recipient's records. */
  | { readonly kind: "recipient"; readonly to: string }
  /** Through the records of each bulk. */
  | { readonly kind: "bulks"; readonly bulkIds: readonly string[] }
  /** Day by day, newest first; where most of what is read would be thrown away, only the zones that hold `values`. */
  | {
      readonly kind: "days";
      /** Of the days' records, those of this status group; undefined: all of them. */
      readonly group?: string;
      readonly values: readonly Value[];
    };

export interface Plan {
  readonly path: Path;
  readonly range: Range;
  /** What DynamoDB filters on the way. */
  readonly conditions: readonly StoredCondition[];
}

/** Before and after every order key: they begin with digits. */
const FIRST = "/";
const LAST = ":";
/** Sorts after what follows the moment in an order key. */
const AFTER_MOMENT = "!";

/**
 * Chooses the access path of a filter: messageId, else recipient, else bulk, else a status other than DELIVERED, else
 * time. `after` is the order key to go on after, from a cursor. A pure function of its arguments.
 */
export function plan(filter: Filter, after?: string): Plan {
  const path = choosePath(filter);
  const isGroupInPath = path.kind === "days" && path.group !== undefined;
  return {
    path,
    range: rangeOf(filter, after),
    conditions: storedConditions(filter).filter(({ attribute }) => !(isGroupInPath && attribute === "group")),
  };
}

function choosePath(filter: Filter): Path {
  const { messageIds, to, bulkIds, generalStatus } = filter;
  if (messageIds) return { kind: "messages", messageIds: [...new Set(messageIds)] };
  if (to !== undefined) return { kind: "recipient", to };
  if (bulkIds) return { kind: "bulks", bulkIds: [...new Set(bulkIds)] };
  const values = zoneValues(filter);
  if (generalStatus === undefined || !isException(generalStatus)) return { kind: "days", values };
  return { kind: "days", group: generalStatus, values };
}

function rangeOf({ sentSinceMs, sentUntilMs }: Filter, after: string | undefined): Range {
  const from = sentUntilMs === undefined ? FIRST : orderPrefix(sentUntilMs);
  const next = after === undefined ? FIRST : justAfter(after);
  return {
    from: next > from ? next : from,
    until: sentSinceMs === undefined ? LAST : orderPrefix(sentSinceMs) + AFTER_MOMENT,
  };
}

/** The smallest key that sorts after this one. */
export function justAfter(order: string): string {
  return `${order}\u0000`;
}

/** The part of a range that lies between two moments (milliseconds since 1970, the end not included), if any. */
export function between(range: Range, startMs: number, endMs: number): Range | undefined {
  const from = orderPrefix(endMs - 1);
  const until = orderPrefix(startMs) + AFTER_MOMENT;
  const part = {
    from: from > range.from ? from : range.from,
    until: until < range.until ? until : range.until,
  };
  return part.from <= part.until ? part : undefined;
}
