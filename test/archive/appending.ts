import { Archive, type ArchiveSettings } from "../../lib/archive/archive.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { type Clock, systemClock } from "../../lib/runtime/clock.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";

let place = 0;

/** Appends records as a page of their own. */
export async function appendTo(
  db: Database,
  settings: ArchiveSettings,
  records: readonly MessageRecord[],
  clock: Clock = systemClock,
): Promise<void> {
  await new Archive(db, settings, clock).append({ source: "test", place: ++place }, records);
}
