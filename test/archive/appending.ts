import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
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

/** The same database to a process that dies as soon as it would write blocks: what it writes before stands. */
export function dyingBeforeBlocks(db: Database): Database {
  const isBlocks = (command: unknown) =>
    command instanceof BatchWriteCommand &&
    Object.values(command.input.RequestItems ?? {})
      .flat()
      .some(({ PutRequest }) => String(PutRequest?.Item?.pk).startsWith("d#"));
  const send = (command: never) =>
    isBlocks(command) ? Promise.reject(new Error("killed")) : db.client.send(command);
  return { ...db, client: { send } as unknown as Database["client"] };
}
