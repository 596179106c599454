import { BatchWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { Archive } from "../../lib/archive/archive.ts";
import { Days } from "../../lib/archive/days.ts";
import { systemClock } from "../../lib/runtime/clock.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { appendTo } from "../archive/appending.ts";
import { aRecord, NOON, PENDING } from "../message/records.ts";
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

test("what a process could not write of a day, it writes with the next page of that day", async () => {
  const table = new Table(TABLE_SHAPE);
  const db = directDatabase(table, now);
  const failing = new Set<unknown>([UpdateCommand, BatchWriteCommand]);
  const send = (command: object) =>
    failing.has(command.constructor) ? Promise.reject(new Error("out")) : db.client.send(command as never);
  const client = { send } as unknown as Database["client"];
  const archive = new Archive({ ...db, client }, { retentionHours: 48 }, { ...systemClock, now });
  // So many that are not delivered have blocks of their own, and the day says so.
  const records = Array.from({ length: 30 }, (_, n) => aRecord({ messageId: `m${n}`, status: PENDING }));
  for (const command of failing) {
    await expect(archive.append({ source: "sms", place: 1 }, records)).rejects.toThrow("out");
    failing.delete(command);
  }
  await archive.append({ source: "sms", place: 1 }, records);
  expect([...(await new Days(db).load()).keys()]).toEqual(["2026-03-01"]);
  const keys = [...table.all(now())].filter(({ pk }) => pk === "d#2026-03-01").map(({ sk }) => String(sk));
  expect(keys.filter((sk) => sk.endsWith("#format"))).toHaveLength(1);
});
