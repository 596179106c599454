import { sha256 } from "../runtime/text.ts";
import type { Filter } from "./filter.ts";

/**
 * A cursor is the order key to go on after, and a digest that ties it to its filter: one that was altered, or that
 * belongs to another query, is told from ours. It opens no door: whoever forges one only moves within a query that
 * they may make anyway, so the digest needs no secret.
 */
export function printCursor(after: string, filter: Filter): string {
  return `${Buffer.from(after).toString("base64url")}.${digest(after, filter)}`;
}

/** The order key of a cursor; undefined when it is not ours, or not of this filter. */
export function parseCursor(cursor: string, filter: Filter): string | undefined {
  const after = Buffer.from(cursor.split(".")[0] ?? "", "base64url").toString();
  return cursor === printCursor(after, filter) ? after : undefined;
}

function digest(after: string, filter: Filter): string {
  const conditions = Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify(["omnilog cursor 1", after, conditions])).slice(0, 24);
}
