import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { type Database, putNext } from "../runtime/dynamodb.ts";
import { parseStored } from "../runtime/stored.ts";
import { partitionOf } from "./stored.ts";

/**
 * Which stored cubes do not tell everything, beside what fresh pages say: one small item, put on the condition that nobody
 * else has. Something is added before the cubes change, and taken off after.
 *
 *     pk stats#state   sk state   n  counts the puts     stale  names of hours and days     seen  runs whose moved messages
 *     have been looked after     m  fingerprints of messages whose reports name different hours of sending, as long as no run
 *     tells so     v  1, or 2 from before the first bundle (bundle.ts) on: a version that knows no bundles would take their hours
 *     for empty, and refuses all statistics instead
 */
export interface State {
  /** The number of puts so far; 0 if there is no state, and nothing was ever counted. */
  readonly n: number;
  readonly stale: ReadonlySet<string>;
  readonly seen: ReadonlySet<string>;
  /** Unsettled messages that were sent in different hours, by their fingerprints. */
  readonly moved: ReadonlySet<number>;
  /** May there be bundles? Nobody reads them otherwise. */
  readonly hasBundles?: boolean;
}

export const STATE_KEY = { pk: partitionOf("state"), sk: "state" } as const;

const BUNDLED = 2;
const stored = v.object({
  n: v.number(),
  stale: v.array(v.string()),
  seen: v.array(v.string()),
  m: v.optional(v.array(v.number()), []),
  v: v.picklist([1, BUNDLED]),
});

export function parseState(item: unknown): State {
  if (item === undefined) return { n: 0, stale: new Set(), seen: new Set(), moved: new Set() };
  const { n, stale, seen, m, v: format } = parseStored(stored, item);
  const hasBundles = format === BUNDLED;
  return { n, stale: new Set(stale), seen: new Set(seen), moved: new Set(m), hasBundles };
}

export async function loadState(db: Database): Promise<State> {
  const { Item } = await db.client.send(
    new GetCommand({ TableName: db.table, Key: STATE_KEY, ConsistentRead: true }),
  );
  return parseState(Item);
}

/** Puts the next state; undefined if somebody else has put another in the meantime. */
export async function putState(db: Database, state: State): Promise<State | undefined> {
  const { n, stale, seen, moved, hasBundles = false } = state;
  const m = [...moved].sort((a, b) => a - b);
  const item = {
    ...{ ...STATE_KEY, stale: [...stale].sort(), seen: [...seen].sort(), v: hasBundles ? BUNDLED : 1 },
    ...(m.length > 0 ? { m } : {}),
  };
  return (await putNext(db, item, n)) ? { ...state, n: n + 1 } : undefined;
}
