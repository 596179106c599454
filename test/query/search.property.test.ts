import { afterAll, beforeAll, expect, test } from "vitest";
import type { Filter } from "../../lib/query/filter.ts";
import { type Found, search } from "../../lib/query/search.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { Archive } from "../../lib/store/archive.ts";
import { recordOfItem } from "../../lib/store/codec.ts";
import type { MessageRecord } from "../../lib/store/record.ts";
import { startTestDatabase, type TestDatabase } from "./database.ts";
import { NOW_MS, POOLS, RETENTION_HOURS, randomMessage, randomMoments, Truth } from "./messages.ts";
import { expected, randomFilter } from "./oracle.ts";
import { Random } from "./random.ts";

/** OMNILOG_ARCHIVES=20 OMNILOG_QUERIES=300 for a long look. */
const ARCHIVES = Number(process.env.OMNILOG_ARCHIVES ?? 4);
const QUERIES = Number(process.env.OMNILOG_QUERIES ?? 100);
const RECORDS = 700;
const PLENTY = { units: 1e9, timeoutMs: 1e9 };
const TIMEOUT_MS = 20_000 + ARCHIVES * QUERIES * 200;

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.close());

const idsOf = (records: readonly MessageRecord[]) =>
  records.map(({ sentAt, messageId, channel }) => `${sentAt} ${messageId} ${channel}`);
const recordsOf = (found: Found) => found.items.map(recordOfItem);

/** An archive that was filled in several goes, with a changing number of shards, and with changed records among them. */
async function fill(random: Random): Promise<{ db: Database; truth: Truth }> {
  const db = await database.makeTable();
  const truth = new Truth();
  const messages = randomMoments(random, RECORDS).map((atMs) => randomMessage(random, atMs));
  for (const shards of [1, 3, random.pick([1, 2, 5])]) {
    const archive = new Archive(db, { shards, retentionHours: RETENTION_HOURS }, () => random.next());
    const batch = messages.splice(0, RECORDS / 3 + 1);
    const changed = truth
      .records()
      .slice(0, 60)
      .map((record) => changedOf(record, random));
    for (const records of [batch, changed]) {
      await archive.store(records);
      truth.add(records);
    }
  }
  return { db, truth };
}

/** A later report of the same message: another status, perhaps a sender at last, or a corrected time. */
function changedOf(record: MessageRecord, random: Random): MessageRecord {
  const { status } = randomMessage(random, NOW_MS);
  const other = randomMessage(random, random.pick(randomMoments(random, 3)));
  return {
    ...record,
    status,
    ...(random.chance(0.5) ? { from: random.pick(POOLS.from) ?? "Late" } : {}),
    ...(random.chance(0.2) ? { sentAt: other.sentAt } : {}),
  };
}

async function walk(db: Database, filter: Filter, limit: number, limits = PLENTY): Promise<MessageRecord[]> {
  const records: MessageRecord[] = [];
  let after: string | undefined;
  for (let page = 0; page < 5_000; page++) {
    const request = { filter, limit, ...(after === undefined ? {} : { after }) };
    const found: Found = await search(db, request, limits, () => NOW_MS);
    records.push(...recordsOf(found));
    // An answer that is not full says so, or it is the last.
    expect(found.items.length < limit && found.after !== undefined).toBe(found.isIncomplete);
    if (found.after === undefined) return records;
    after = found.after;
  }
  throw new Error("the walk does not end");
}

test.for(Array.from({ length: ARCHIVES }, (_, n) => n + 1))(
  "archive %i: search equals a plain filter over everything",
  { timeout: TIMEOUT_MS },
  async (seed) => {
    const random = new Random(seed);
    const { db, truth } = await fill(random);
    const records = truth.records();
    for (let n = 0; n < QUERIES; n++) {
      const filter = randomFilter(random, records);
      const all = expected(records, filter);
      const limit = random.pick([1, 2, 7, 50, 1000]);
      const found = await search(db, { filter, limit }, PLENTY, () => NOW_MS);
      expect(idsOf(recordsOf(found)), JSON.stringify(filter)).toEqual(idsOf(all.slice(0, limit)));
      expect(found.after !== undefined, JSON.stringify(filter)).toBe(all.length > limit);
      if (n % 10 === 0) {
        const pageSize = Math.max(random.pick([1, 3, 50]), Math.ceil(all.length / 60));
        expect(idsOf(await walk(db, filter, pageSize)), JSON.stringify(filter)).toEqual(idsOf(all));
      }
      if (n % 10 === 5) {
        const limits = { units: random.pick([0.5, 2, 5]), timeoutMs: 1e9 };
        expect(idsOf(await walk(db, filter, 50, limits)), JSON.stringify(filter)).toEqual(idsOf(all));
      }
    }
  },
);
