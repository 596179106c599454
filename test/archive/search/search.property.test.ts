import { afterAll, beforeAll, expect, test } from "vitest";
import { recordOfItem } from "../../../lib/archive/codec.ts";
import type { Filter } from "../../../lib/archive/search/filters.ts";
import { type SearchAnswer, search } from "../../../lib/archive/search/search.ts";
import { settle } from "../../../lib/archive/settle.ts";
import { GRACE_MS } from "../../../lib/archive/trash.ts";
import type { MessageRecord } from "../../../lib/message/record.ts";
import { systemClock } from "../../../lib/runtime/clock.ts";
import type { Database } from "../../../lib/runtime/dynamodb.ts";
import { appendTo } from "../appending.ts";
import { startTestDatabase, type TestDatabase } from "./database.ts";
import { NOW_MS, POOLS, RETENTION_HOURS, randomMessage, randomMoments, Truth } from "./messages.ts";
import { expected, randomFilter } from "./oracle.ts";
import { Random } from "./random.ts";

/** `npm run test:queries` asks 300 times of each of 12. */
const ARCHIVES = Number(process.env.OMNILOG_ARCHIVES ?? 2);
const QUERIES = Number(process.env.OMNILOG_QUERIES ?? 30);
const RECORDS = 700;
const PLENTY = { units: 1e9, timeoutMs: 1e9 };
const TIMEOUT_MS = 90_000 + ARCHIVES * QUERIES * 200;

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.close());

const idsOf = (records: readonly MessageRecord[]) =>
  records.map(({ sentAt, messageId, channel }) => `${sentAt} ${messageId} ${channel}`);
const recordsOf = (found: SearchAnswer) => found.items.map(recordOfItem);

/**
 * An archive that was filled in several goes, with changed records among them, and settled at some moments, or never, or
 * at last: then reports need not agree on when their message was sent.
 */
async function fill(
  random: Random,
  settling: "never" | "sometimes" | "at last",
): Promise<{ db: Database; truth: Truth }> {
  const db = await database.makeTable();
  const truth = new Truth();
  let nowMs = NOW_MS;
  const clock = { ...systemClock, now: () => nowMs };
  const messages = randomMoments(random, RECORDS).map((atMs) => randomMessage(random, atMs));
  for (let part = 0; part < 6; part++) {
    const batch = messages.splice(0, RECORDS / 6 + 1);
    const changed = truth
      .records()
      .slice(0, 30)
      .map((record) => changedOf(record, random));
    for (const all of [batch, changed]) {
      const records = settling === "at last" ? all : unmoved(all, truth);
      await appendTo(db, { retentionHours: RETENTION_HOURS }, records);
      truth.add(records);
      nowMs += random.below(2 * GRACE_MS);
      const isToSettle = settling === "sometimes" ? random.chance(0.5) : settling === "at last";
      if (isToSettle) await settle({ db, clock, remainingMs: () => 300_000 }, 0);
    }
  }
  return { db, truth };
}

/** Reports that agree with what is known on when the message was sent. */
function unmoved(records: readonly MessageRecord[], truth: Truth): MessageRecord[] {
  const sentAt = new Map(
    truth.records().map((record) => [`${record.messageId}/${record.channel}`, record.sentAt]),
  );
  return records.map((record) => {
    const id = `${record.messageId}/${record.channel}`;
    if (!sentAt.has(id)) sentAt.set(id, record.sentAt);
    return { ...record, sentAt: sentAt.get(id) ?? record.sentAt };
  });
}

/**
 * A later report of the same message: another status, perhaps a sender at last, or a corrected time. It may leave out what is
 * known already, and say something that no other report does: a search for both is met by neither of them alone.
 */
function changedOf(record: MessageRecord, random: Random): MessageRecord {
  const { status } = randomMessage(random, NOW_MS);
  const other = randomMessage(random, random.pick(randomMoments(random, 3)));
  const { from: _from, bulkId: _bulkId, mccmnc: _mccmnc, ...bare } = record;
  return {
    ...(random.chance(0.5) ? (bare as MessageRecord) : record),
    status,
    ...(random.chance(0.5) ? { from: random.pick(POOLS.from) ?? "Late" } : {}),
    ...(random.chance(0.2) ? { sentAt: other.sentAt } : {}),
    ...(random.chance(0.5) ? { entityId: "late branch" } : {}),
  };
}

const SETTLINGS = ["never", "sometimes", "at last"] as const;

async function walk(db: Database, filter: Filter, limit: number, limits = PLENTY): Promise<MessageRecord[]> {
  const records: MessageRecord[] = [];
  let after: string | undefined;
  for (let page = 0; page < 5_000; page++) {
    const request = { filter, limit, ...(after === undefined ? {} : { after }) };
    const found: SearchAnswer = await search(db, request, limits, () => NOW_MS);
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
    const { db, truth } = await fill(random, SETTLINGS[seed % 3] ?? "never");
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
