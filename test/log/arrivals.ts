import { randomUUID } from "node:crypto";
import { bodyOf, readPage } from "../../lib/infobip/page.ts";
import { sourceNamed } from "../../lib/infobip/sources.ts";
import { PageLog, type Way } from "../../lib/log/page-log.ts";
import { openPublisher } from "../../lib/log/publish.ts";
import { systemClock } from "../../lib/runtime/clock.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";

export interface Arrival {
  readonly source: string;
  readonly way?: Way;
  readonly atMs?: number;
  readonly retentionHours?: number;
}

/** What arrives is landed and published, as the merge does it, without the archive. */
export async function arrive(
  db: Database,
  { source, way = "pull", atMs = Date.now(), retentionHours = 48 }: Arrival,
  results: readonly object[],
): Promise<void> {
  const body = bodyOf(results.map((result) => JSON.stringify(result)));
  const log = new PageLog(db, retentionHours);
  const page = await log.append(source, { id: randomUUID(), atMs, way }, body, 0);
  const { records, places } = readPage(body, sourceNamed(source));
  await openPublisher(db, retentionHours, systemClock).publish(
    page,
    records.map((record, n) => ({ record, row: places[n] ?? n })),
  );
}

export const SENT_AT = "2026-11-24T12:00:00.000+0000";

/** A report as Infobip's SMS endpoint words it. */
export function aReport(messageId: string, more: object = {}): object {
  return {
    bulkId: "bulk",
    messageId,
    to: "41793026727",
    from: "InfoSMS",
    sentAt: SENT_AT,
    doneAt: "2026-11-24T12:00:05.000+0000",
    smsCount: 1,
    mccMnc: "22801",
    price: { pricePerMessage: 0.01, currency: "EUR" },
    status: { groupId: 3, groupName: "DELIVERED", id: 5, name: "DELIVERED_TO_HANDSET" },
    error: { groupId: 0, groupName: "Ok", id: 0, name: "NO_ERROR", permanent: false },
    ...more,
  };
}

/** The same as the logs have it: with the text, without the error. */
export function aLog(messageId: string, more: object = {}): object {
  const {
    smsCount: messageCount,
    mccMnc: mccmnc,
    error: _,
    ...same
  } = aReport(messageId) as Record<string, unknown>;
  return { ...same, messageCount, mccmnc, text: "Hello", channel: "SMS", ...more };
}

export const PENDING = { groupId: 1, groupName: "PENDING", id: 7, name: "PENDING_ENROUTE" };
