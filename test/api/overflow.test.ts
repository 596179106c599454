import { afterAll, beforeAll, expect, test } from "vitest";
import { recordOfItem } from "../../lib/archive/codec.ts";
import type { Filter } from "../../lib/archive/search/filters.ts";
import { search } from "../../lib/archive/search/search.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { appendTo } from "../archive/appending.ts";
import { startTestDatabase, type TestDatabase } from "../archive/search/database.ts";
import { NOW_MS, printMoment, RETENTION_HOURS } from "../archive/search/messages.ts";

const HOUR = 3_600_000;
const LIMITS = { units: 1e9, timeoutMs: 1e9 };
/** More than a zone lists of one hour or day. */
const SENDERS = 1_100;

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.close());

function messageAt(atMs: number, from: string): MessageRecord {
  const sentAt = printMoment(atMs, 0);
  return { messageId: `${from}-${atMs}`, from, sentAt, status: { groupName: "DELIVERED" }, channel: "SMS" };
}

test("where there are more senders than a zone can list, each is found all the same", async () => {
  const db = await database.makeTable();
  const settings = { retentionHours: RETENTION_HOURS };
  const crowd = Array.from({ length: SENDERS }, (_, n) => messageAt(NOW_MS - 5 * HOUR + n, `S${n}`));
  const newer = Array.from({ length: 100 }, (_, n) => messageAt(NOW_MS - HOUR + n, "Common"));
  const older = [messageAt(NOW_MS - 30 * HOUR, "Late"), messageAt(NOW_MS - 30 * HOUR, "S1")];
  for (const records of [crowd, newer, older]) await appendTo(db, settings, records);
  const idsFor = async (filter: Filter) => {
    const { items } = await search(db, { filter, limit: 10 }, LIMITS, () => NOW_MS);
    return items.map((item) => recordOfItem(item).messageId);
  };
  for (const n of [0, 500, SENDERS - 1])
    expect(await idsFor({ from: `S${n}` })).toEqual([`S${n}-${NOW_MS - 5 * HOUR + n}`]);
  expect(await idsFor({ from: "S1" })).toEqual([`S1-${NOW_MS - 5 * HOUR + 1}`, `S1-${NOW_MS - 30 * HOUR}`]);
  expect(await idsFor({ from: "Late", channel: "SMS" })).toEqual([`Late-${NOW_MS - 30 * HOUR}`]);
  expect(await idsFor({ from: "Nobody" })).toEqual([]);
});
