import { expect, test } from "vitest";
import { readingFrom } from "../../lib/log/position.ts";
import { Positions } from "../../lib/log/positions.ts";
import { databaseAt, openTable } from "../archive/table.ts";
import { startFaultyDatabase } from "../faults/database.ts";

const AFTER = { ...readingFrom(1), version: 2, next: { place: 2, row: 0 } };

test("a move whose answer was lost was made: what it hands out is handed out", async () => {
  await using table = await openTable();
  const faulty = await startFaultyDatabase(table.endpoint, (_, operation) =>
    operation === "UpdateItem" ? "droppedAfter" : undefined,
  );
  await new Positions(table.db).begin("client", "sms", 1);
  const db = databaseAt(faulty.endpoint, 1);
  const isMoved = await new Positions(db).move("client", "sms", AFTER, { fromVersion: 1, by: "poll" });
  db.client.destroy();
  await faulty.close();
  expect(isMoved).toBe(true);
  expect((await new Positions(table.db).load("client", "sms", true))?.next).toEqual(AFTER.next);
});

test("a move that was not made, and of which nobody answers, throws", async () => {
  await using table = await openTable();
  const faulty = await startFaultyDatabase(table.endpoint, (_, operation) =>
    operation === "UpdateItem" ? "droppedBefore" : undefined,
  );
  await new Positions(table.db).begin("client", "sms", 1);
  const db = databaseAt(faulty.endpoint, 1);
  const move = new Positions(db).move("client", "sms", AFTER, { fromVersion: 1, by: "poll" });
  await expect(move).rejects.toThrow();
  db.client.destroy();
  await faulty.close();
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
