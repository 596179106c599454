import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import * as v from "valibot";
import type { Database } from "../runtime/dynamodb.ts";
import { extendLife } from "../runtime/expiry.ts";
import { EXPIRES_AT } from "../runtime/table.ts";
import { EVENT_PARTITION, isMoment } from "./events.ts";
import { momentsKeptUntil } from "./moments.ts";
import { ENTRY_KEPT_LONGER_SECONDS, REPORTS_PARTITION } from "./report-index.ts";
import { SEEN_PARTITION } from "./seen.ts";

const CONCURRENCY = 16;

/** What all these items have in common, and what tells when some of them came: `atMs`, or their page. */
const scanned = v.object({
  pk: v.string(),
  sk: v.string(),
  [EXPIRES_AT]: v.optional(v.number()),
  atMs: v.optional(v.number()),
  source: v.optional(v.string()),
  place: v.optional(v.number()),
});
type Scanned = v.InferOutput<typeof scanned>;

/**
 * Extends the life of what belongs to the pages of the logs to that of the pages: events, marks of what was said first,
 * and the order in which readers get reports. `arrivedAtMs` tells when a page arrived. Returns how many items were
 * extended. May be repeated. Throws what DynamoDB throws.
 */
export async function extendBesidePages(
  db: Database,
  arrivedAtMs: (source: string, place: number) => number | undefined,
  { retentionHours, nowMs }: { readonly retentionHours: number; readonly nowMs: number },
): Promise<number> {
  const keptSeconds = Math.round(retentionHours * 3600);
  const endOf = async ({ pk, sk, atMs, source, place }: Scanned) => {
    // This is when a message was sent, not when something arrived.
    if (isMoment({ pk, sk })) return momentsKeptUntil(db, pk, keptSeconds);
    const isOfPage = source !== undefined && place !== undefined;
    const cameMs = atMs ?? (isOfPage ? arrivedAtMs(source, place) : undefined);
    if (cameMs === undefined) return 0;
    const longer = pk.startsWith(REPORTS_PARTITION) ? ENTRY_KEPT_LONGER_SECONDS : 0;
    return Math.ceil(cameMs / 1000) + keptSeconds + longer;
  };
  const extend = async (item: Scanned) => {
    const expiresAt = await endOf(item);
    return Number(item[EXPIRES_AT]) < expiresAt && extendLife(db, item, expiresAt, nowMs);
  };
  let extended = 0;
  for await (const items of pagesOf(db))
    extended += (await pMap(items, extend, { concurrency: CONCURRENCY })).filter(Boolean).length;
  return extended;
}

async function* pagesOf({ client, table }: Database): AsyncGenerator<Scanned[]> {
  const kinds = [EVENT_PARTITION, REPORTS_PARTITION, SEEN_PARTITION];
  let after: Record<string, unknown> | undefined;
  do {
    const answer = await client.send(
      new ScanCommand({
        TableName: table,
        FilterExpression: kinds.map((_, n) => `begins_with(pk, :kind${n})`).join(" OR "),
        ProjectionExpression: "pk, sk, #e, atMs, #source, place",
        ExpressionAttributeNames: { "#e": EXPIRES_AT, "#source": "source" },
        ExpressionAttributeValues: Object.fromEntries(kinds.map((kind, n) => [`:kind${n}`, kind])),
        ...(after ? { ExclusiveStartKey: after } : {}),
      }),
    );
    yield v.parse(v.array(scanned), answer.Items ?? []);
    after = answer.LastEvaluatedKey;
  } while (after);
}
