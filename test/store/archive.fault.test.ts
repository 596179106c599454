import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { printJson } from "../../lib/runtime/json.ts";
import { formatMoment } from "../../lib/runtime/time.ts";
import { Archive } from "../../lib/store/archive.ts";
import { fromItem } from "../../lib/store/codec.ts";
import { knownFrom, merge } from "../../lib/store/merge.ts";
import type { MessageRecord } from "../../lib/store/record.ts";
import { DATABASE_FAULTS, startFaultyDatabase } from "../faults/database.ts";
import { aRecord, DELIVERED, NOON, PENDING } from "./records.ts";
import { databaseAt, openTable } from "./table.ts";

const settings = { shards: 2, retentionHours: 48 };
const done = (ms: number) => ({ status: DELIVERED, doneAt: formatMoment(NOON + ms) });
/** Reports of six messages, each in every state. */
const REPORTS = Array.from({ length: 6 }, (_, n) => [
  aRecord({ messageId: `m${n}`, status: PENDING, text: "from a log" }),
  aRecord({ messageId: `m${n}`, ...done(n) }),
  aRecord({ messageId: `m${n}`, ...done(n + 1), callbackData: "c" }),
]).flat();

async function stored(table: Awaited<ReturnType<typeof openTable>>, messageId: string) {
  const Key = { pk: `m#${messageId}`, sk: "SMS" };
  const { Item } = await table.db.client.send(new GetCommand({ TableName: table.db.table, Key }));
  return Item && printJson(fromItem(Item).known.record);
}

function whole(messageId: string): string {
  const own = REPORTS.filter((report) => report.messageId === messageId);
  return printJson(own.map(knownFrom).reduce(merge).record);
}

/** Every n-th report, from the n-th on. */
const share = (n: number, of: number) => REPORTS.filter((_, place) => place % of === n);

test("four processes at once give what one would", async () => {
  await using table = await openTable();
  const archives = Array.from({ length: 4 }, () => new Archive(table.db, settings));
  await Promise.all(
    archives.map(async (archive, n) => {
      for (const report of share(n % 3, 3)) await archive.store([report]);
      await archive.store([...REPORTS].reverse());
    }),
  );
  for (const { messageId } of REPORTS) expect(await stored(table, messageId)).toBe(whole(messageId));
});

test.each(DATABASE_FAULTS)("every fourth call %s: all is stored", async (fault) => {
  await using table = await openTable();
  const faulty = await startFaultyDatabase(table.endpoint, (n) => (n % 4 === 0 ? fault : undefined));
  const db = databaseAt(faulty.endpoint, 8);
  await new Archive(db, settings).store(REPORTS);
  db.client.destroy();
  await faulty.close();
  for (const { messageId } of REPORTS) expect(await stored(table, messageId)).toBe(whole(messageId));
});

test("says what became of each record", async () => {
  await using table = await openTable();
  const archive = new Archive(table.db, settings);
  const outcome = async (record: MessageRecord) => (await archive.store([record])).map((one) => one.outcome);
  expect(await outcome(aRecord({ status: PENDING }))).toEqual(["inserted"]);
  expect(await outcome(aRecord(done(1)))).toEqual(["advanced"]);
  expect(await outcome(aRecord({ status: PENDING, text: "t" }))).toEqual(["enriched"]);
  expect(await outcome(aRecord(done(0)))).toEqual(["unchanged"]);
});

test("a record that DynamoDB does not take is said to be refused; its neighbour is stored", async () => {
  await using table = await openTable();
  const noise = Array.from({ length: 150_000 }, (_, n) => (n * 7919).toString(36)).join("");
  const huge = aRecord({ messageId: "huge", text: noise });
  const outcomes = await new Archive(table.db, settings).store([huge, aRecord()]);
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(["refused", "inserted"]);
});
