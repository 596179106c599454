import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { DeleteCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { type NewPage, PageLog } from "../../lib/log/page-log.ts";
import { databaseAt, openTable } from "../archive/table.ts";
import { startFaultyDatabase } from "../faults/database.ts";
import { NOON } from "../message/records.ts";

const RETENTION_HOURS = 48;
const aPage = (id: string): NewPage => ({ id, atMs: NOON, way: "pull" });
const places = async (log: PageLog, after = 0) =>
  (await Array.fromAsync(log.read("sms", after))).map(({ place, id }) => [place, id]);

test("pages stand in the order in which they came, and give their bytes back", async () => {
  await using table = await openTable();
  const log = new PageLog(table.db, RETENTION_HOURS);
  const big = randomBytes(800_000);
  await log.append("sms", aPage("a"), Buffer.from("first"), 0);
  await log.append("sms", aPage("b"), big, 1);
  await log.append("email", aPage("c"), Buffer.from("elsewhere"), 0);
  expect(await places(log)).toEqual([
    [1, "a"],
    [2, "b"],
  ]);
  expect(await places(log, 1)).toEqual([[2, "b"]]);
  const [, page] = await Array.fromAsync(log.read("sms", 0));
  expect(page && (await log.load(page)).equals(big)).toBe(true);
  // One that came compressed as well, and says how much work it is.
  const packed = gzipSync(Buffer.alloc(2_000_000, "a"));
  const last = await log.append("sms", aPage("d"), packed, 2);
  expect((await log.load(last)).equals(packed)).toBe(true);
  expect([page?.item.bytes, last.item.bytes]).toEqual([800_000, 2_000_000]);
});

test("a log that was opened to read takes no page, which would expire as it comes", async () => {
  await using table = await openTable();
  const append = new PageLog(table.db).append("sms", aPage("a"), Buffer.from("x"), 0);
  await expect(append).rejects.toThrow("only to read");
  expect(await places(new PageLog(table.db))).toEqual([]);
});

test("writers at once take places of their own, without a gap", async () => {
  await using table = await openTable();
  const writers = Array.from({ length: 8 }, () => new PageLog(table.db, RETENTION_HOURS));
  const appended = await Promise.all(
    writers.map((log, n) => log.append("sms", aPage(String(n)), Buffer.from("x"), 0)),
  );
  expect(appended.map(({ place }) => place).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("an append that is repeated finds its own page, and writes no other", async () => {
  await using table = await openTable();
  const log = new PageLog(table.db, RETENTION_HOURS);
  const first = await log.append("sms", aPage("a"), Buffer.from("x"), 0);
  expect((await log.append("sms", aPage("a"), Buffer.from("x"), 0)).place).toBe(first.place);
  expect(await places(log)).toEqual([[1, "a"]]);
});

test("a log that time to live has emptied goes on where it was", async () => {
  await using table = await openTable();
  const { client, table: TableName } = table.db;
  const log = new PageLog(table.db, RETENTION_HOURS);
  await log.append("sms", aPage("a"), Buffer.from("x"), 0);
  await client.send(new DeleteCommand({ TableName, Key: { pk: "log#sms", sk: "000000000001" } }));
  expect((await log.append("sms", aPage("b"), Buffer.from("x"), 1)).place).toBe(2);
});

test("whatever is written of a page expires, its pieces too", async () => {
  await using table = await openTable();
  const log = new PageLog(table.db, RETENTION_HOURS);
  await log.append("sms", aPage("a"), randomBytes(800_000), 0);
  const { Items = [] } = await table.db.client.send(new ScanCommand({ TableName: table.db.table }));
  const expiry = NOON / 1000 + RETENTION_HOURS * 3600;
  expect(Items.map(({ e }) => e)).toEqual(Array(4).fill(expiry));
});

test("a log tells its end, and who begins behind it appends there all the same", async () => {
  await using table = await openTable();
  const log = new PageLog(table.db, RETENTION_HOURS);
  expect(await log.end("sms")).toBe(0);
  for (let n = 0; n < 12; n++) await log.append("sms", aPage(String(n)), Buffer.from("x"), n);
  expect(await log.end("sms")).toBe(12);
  expect((await log.append("sms", aPage("late"), Buffer.from("x"), 3)).place).toBe(13);
  expect(await log.end("email")).toBe(0);
});

test("an append whose answer is lost stands in the log once", async () => {
  await using table = await openTable();
  const faulty = await startFaultyDatabase(table.endpoint, (n) => (n === 1 ? "droppedAfter" : undefined));
  const db = databaseAt(faulty.endpoint, 3);
  const page = await new PageLog(db, RETENTION_HOURS).append("sms", aPage("a"), Buffer.from("x"), 0);
  db.client.destroy();
  await faulty.close();
  expect([page.place, await places(new PageLog(table.db, RETENTION_HOURS))]).toEqual([1, [[1, "a"]]]);
});

test("readers beside eight writers never see a gap", async () => {
  await using table = await openTable();
  const log = new PageLog(table.db, RETENTION_HOURS);
  const writing = Promise.all(
    Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; n < 5; n++) await log.append("sms", aPage(`${writer}-${n}`), Buffer.from("x"), 0);
    }),
  );
  let isWriting = true;
  const done = writing.finally(() => {
    isWriting = false;
  });
  while (isWriting) {
    const seen = (await places(log)).map(([place]) => place);
    expect(seen).toEqual(seen.map((_, n) => n + 1));
  }
  await done;
  expect(new Set((await places(log)).map(([, id]) => id)).size).toBe(40);
});
