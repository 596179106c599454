import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { type Database, putNext } from "../../runtime/dynamodb.ts";
import { parseStored } from "../../runtime/stored.ts";
import { storedIncident } from "./schemas.ts";
import { KINDS_OF_INCIDENT } from "./shares.ts";
import { type Incident, NEW_WATCH, type Watch } from "./watch-state.ts";

/** Something to store and, unless it is only a change, to tell. */
export interface Event {
  readonly what: "opened" | "changed" | "closed";
  readonly incident: Incident;
}

/**
 * What evaluations leave to each other, in one item, put on the condition that nobody else has: so that a run that dies, is repeated
 * or runs beside another opens nothing twice. What an evaluation finds is in it before it is told, and taken out after.
 *
 *     pk alerts   sk state   w  JSON: the watch   o  JSON: the events to tell   n  counts the puts   v 1
 */
export interface AlertState {
  readonly n: number;
  readonly watch: Watch;
  readonly events: readonly Event[];
}

export const ALERTS_PARTITION = "alerts";
const KEY = { pk: ALERTS_PARTITION, sk: "state" };

const counts = v.record(v.picklist(KINDS_OF_INCIDENT), v.exactOptional(v.number()));
const watch = v.object({
  atStep: v.number(),
  running: v.record(v.string(), counts),
  since: v.record(v.string(), v.number()),
  open: v.array(storedIncident),
});
const events = v.array(
  v.object({ what: v.picklist(["opened", "changed", "closed"]), incident: storedIncident }),
);
const stored = v.object({
  n: v.number(),
  w: v.pipe(v.string(), v.parseJson(), watch),
  o: v.pipe(v.string(), v.parseJson(), events),
  v: v.literal(1),
});

export async function loadWatch({ client, table }: Database): Promise<AlertState> {
  const { Item } = await client.send(new GetCommand({ TableName: table, Key: KEY, ConsistentRead: true }));
  if (!Item) return { n: 0, watch: NEW_WATCH, events: [] };
  const { n, w, o } = parseStored(stored, Item);
  return { n, watch: w, events: o };
}

/** Puts the next state; undefined if another evaluation was faster. */
export async function putWatch(
  db: Database,
  { n, watch, events }: AlertState,
): Promise<AlertState | undefined> {
  const item = { ...KEY, w: JSON.stringify(watch), o: JSON.stringify(events), v: 1 };
  return (await putNext(db, item, n)) ? { n: n + 1, watch, events } : undefined;
}
