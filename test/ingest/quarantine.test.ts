import { randomBytes } from "node:crypto";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { Quarantine } from "../../lib/ingest/quarantine.ts";
import { openTable } from "../archive/table.ts";
import { NOON } from "../message/records.ts";

const entry = { page: "sms#1", source: "sms", place: 3, reason: "it is not JSON", atMs: NOON };

test("a text is kept once, whole, for the retention, with its reason and its page", async () => {
  await using table = await openTable();
  const quarantine = new Quarantine(table.db, 48);
  await quarantine.keep(entry, '{"broken":');
  await quarantine.keep(entry, '{"broken":');
  await quarantine.keep({ ...entry, place: 4 }, "else");
  const [first, ...others] = await Array.fromAsync(quarantine.list());
  expect(others).toHaveLength(1);
  expect(first).toMatchObject({ ...entry, item: { e: NOON / 1000 + 48 * 3600 } });
  expect(first && String(await quarantine.load(first))).toBe('{"broken":');
});

test("what is released is gone, its pieces too", async () => {
  await using table = await openTable();
  const quarantine = new Quarantine(table.db, 48);
  const text = randomBytes(500_000).toString("base64");
  await quarantine.keep(entry, text);
  for await (const item of quarantine.list()) {
    expect(String(await quarantine.load(item))).toBe(text);
    await quarantine.release(item);
  }
  const { Count } = await table.db.client.send(new ScanCommand({ TableName: table.db.table }));
  expect(Count).toBe(0);
});
