import { PutCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { type Database, isConditionFailure, queryAll } from "../../runtime/dynamodb.ts";
import { DAY_MS } from "../periods.ts";
import { USUAL_NOW_MS } from "./follow.ts";
import { storedIncident } from "./schemas.ts";
import type { Incident } from "./watch-state.ts";

/**
 * The incidents, by when they were opened, for 400 days:
 *
 *     pk incident   sk <id>: 2026-11-25T10:05 DELIVERY VIBER   i  JSON   c  1 when it is closed   v 1   e 400 days after
 */
export const INCIDENT_PARTITION = "incident";
const KEPT_MS = 400 * DAY_MS;
const stored = v.object({ i: v.pipe(v.string(), v.parseJson(), storedIncident), v: v.literal(1) });

/** Stores what is known about an incident. May be repeated; a closed incident stays closed. */
export async function putIncident({ client, table }: Database, incident: Incident): Promise<void> {
  const isClosed = incident.closedMs !== undefined;
  const Item = {
    ...{ pk: INCIDENT_PARTITION, sk: incident.id, i: JSON.stringify(incident), v: 1 },
    ...(isClosed ? { c: 1 } : {}),
    e: Math.ceil((incident.openedMs + KEPT_MS) / 1_000),
  };
  const condition = isClosed ? {} : { ConditionExpression: "attribute_not_exists(c)" };
  try {
    await client.send(new PutCommand({ TableName: table, Item, ...condition }));
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
  }
}

/** The incidents that were open at some time in a range, newest first. */
export async function readIncidents(db: Database, sinceMs: number, untilMs: number): Promise<Incident[]> {
  // No incident is open for longer than a week.
  const from = new Date(Math.max(0, sinceMs - USUAL_NOW_MS - DAY_MS)).toISOString();
  const items = await Array.fromAsync(
    queryAll(db, {
      KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :until",
      ExpressionAttributeValues: {
        ...{ ":pk": INCIDENT_PARTITION, ":from": from.slice(0, 16) },
        ":until": `${new Date(untilMs).toISOString().slice(0, 16)}~`,
      },
      ScanIndexForward: false,
    }),
  );
  return items
    .map((item) => v.parse(stored, item).i)
    .filter(({ openedMs, closedMs = Number.POSITIVE_INFINITY }) => openedMs < untilMs && closedMs >= sinceMs);
}
