import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { systemClock } from "../../lib/runtime/clock.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { appendTo } from "../archive/appending.ts";
import { aRecord, NOON } from "../message/records.ts";
import { directDatabase } from "./database.ts";
import { Table } from "./dynamodb/table.ts";
import { TABLE_SHAPE } from "./stored-form.ts";

const now = () => NOON + 60_000;

/** The database, but that nothing can be written to the partition of that name. */
function refusing(db: Database, partition: string): Database {
  const isRefused = (command: unknown) =>
    command instanceof BatchWriteCommand &&
    Object.values(command.input.RequestItems ?? {})
      .flat()
      .some(({ PutRequest }) => PutRequest?.Item?.pk === partition);
  const send = (command: never) =>
    isRefused(command) ? Promise.reject(new Error("refused")) : db.client.send(command);
  return { ...db, client: { send } as unknown as Database["client"] };
}

test("no block is there while what tells of it is not: settling and look-ups would never come across it", async () => {
  const table = new Table(TABLE_SHAPE);
  const db = refusing(directDatabase(table, now), "fresh");
  const clock = { ...systemClock, now };
  await expect(appendTo(db, { retentionHours: 48 }, [aRecord({})], clock)).rejects.toThrow("refused");
  expect([...table.all(now())].filter(({ pk }) => String(pk).startsWith("d#"))).toEqual([]);
});
