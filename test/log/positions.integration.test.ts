import { expect, test } from "vitest";
import { readingFrom } from "../../lib/log/position.ts";
import { Positions } from "../../lib/log/positions.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { databaseAt, openTable } from "../archive/table.ts";
import { startFaultyDatabase } from "../faults/database.ts";

const AFTER = { ...readingFrom(1), version: 2, next: { place: 2, row: 0 } };

/** Moves a new position on, while every update has this fault. */
async function moveWith(
  { endpoint, db }: { endpoint: string; db: Database },
  fault: "droppedAfter" | "droppedBefore",
) {
  await new Positions(db).begin("client", "sms", 1);
  const faulty = await startFaultyDatabase(endpoint, (_, operation) =>
    operation === "UpdateItem" ? fault : undefined,
  );
  const faultyDb = databaseAt(faulty.endpoint, 1);
  try {
    return await new Positions(faultyDb).move("client", "sms", AFTER, { fromVersion: 1, by: "poll" });
  } finally {
    faultyDb.client.destroy();
    await faulty.close();
  }
}

test("a move whose answer was lost was made: what it hands out is handed out", async () => {
  await using table = await openTable();
  expect(await moveWith(table, "droppedAfter")).toBe(true);
  expect((await new Positions(table.db).load("client", "sms", true))?.next).toEqual(AFTER.next);
});

test("a move that was not made, and of which nobody answers, throws", async () => {
  await using table = await openTable();
  await expect(moveWith(table, "droppedBefore")).rejects.toThrow();
});

test("a poll that began before its client was put back moves nothing on", async () => {
  await using table = await openTable();
  const positions = new Positions(table.db);
  await positions.begin("client", "sms", 1);
  await positions.rewind("client", "sms", 1, "admin");
  expect(await positions.move("client", "sms", AFTER, { fromVersion: 1, by: "poll" })).toBe(false);
  expect(await positions.load("client", "sms", true)).toMatchObject({
    version: 2,
    next: { place: 1, row: 0 },
  });
});
