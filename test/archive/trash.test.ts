import { expect, test } from "vitest";
import { emptyTrash, GRACE_MS, writeTrash } from "../../lib/archive/trash.ts";
import { putAll } from "../../lib/runtime/batch.ts";
import { testClock } from "../ingest/clock.ts";
import { NOON } from "../message/records.ts";
import { directDatabase } from "../simulation/database.ts";
import { Table } from "../simulation/dynamodb/table.ts";
import { TABLE_SHAPE } from "../simulation/stored-form.ts";

test("more than an item can name is deleted, all of it, and not before the grace is over", async () => {
  let nowMs = NOON;
  const now = () => nowMs;
  const table = new Table(TABLE_SHAPE);
  const db = directDatabase(table, now);
  const clock = { ...testClock(), now };
  const keys = Array.from({ length: 6_001 }, (_, n) => ({ pk: "replaced", sk: String(n) }));
  await putAll(db, keys, clock);
  const names = await writeTrash(db, "run", { keys, runs: [] }, clock);
  const catalog = { n: 1, runs: [], trash: names.map((name) => ({ name, atMs: NOON })) };
  const left = () => [...table.all(nowMs)].filter(({ pk }) => pk === "replaced").length;
  nowMs += GRACE_MS - 1;
  expect(await emptyTrash(db, catalog, clock)).toEqual([]);
  expect(left()).toBe(keys.length);
  nowMs += 1;
  expect(await emptyTrash(db, catalog, clock)).toEqual(names);
  expect(left()).toBe(0);
});
