import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import { Archive } from "../../../lib/archive/archive.ts";
import { blockPartition, blockPrefix } from "../../../lib/archive/block.ts";
import { recordOfItem } from "../../../lib/archive/codec.ts";
import { DAY_MS, dayOf, dayStart } from "../../../lib/archive/keys.ts";
import { frontOf } from "../../../lib/archive/search/front.ts";
import { search } from "../../../lib/archive/search/search.ts";
import { settle } from "../../../lib/archive/settle.ts";
import { recordOf } from "../../../lib/message/record.ts";
import { OtherFormatError } from "../../../lib/runtime/errors.ts";
import { openModel } from "../../bench/model.ts";
import { Random } from "./random.ts";

const START_MS = Date.parse("2026-03-01T08:00:00Z");
const MINUTE_MS = 60_000;
const LIMITS = { units: 1_000, timeoutMs: 1e9 };
const PULLS = [39, 18, 8, 6];
const SETTLED_AFTER = 50;
const MINUTES = 70;

const record = (sentAtMs: number, n: number) =>
  recordOf([
    ["messageId", `${String(n * 7919).padStart(8, "0")}-${(n * 104_729).toString(16)}`],
    ["channel", "SMS"],
    ["to", `4179${n * 31}`],
    ["sentAt", new Date(sentAtMs).toISOString().replace("Z", "+0000")],
    ["status", { groupId: 3, groupName: "DELIVERED", id: 5, name: "DELIVERED_TO_HANDSET" }],
  ]);

function openArchive() {
  let nowMs = START_MS;
  const { db, meter } = openModel(() => nowMs);
  const clock = { now: () => nowMs, sleep: async () => {}, random: () => 0.5 };
  const archive = new Archive(db, { retentionHours: 48 }, clock);
  return {
    ...{ db, meter, archive },
    at: (atMs: number) => {
      nowMs = atMs;
    },
    settle: (afterMs?: number) => settle({ db, clock, remainingMs: () => 1e9 }, afterMs),
    newest: (limit: number, after?: string) =>
      search(db, { filter: {}, limit, ...(after === undefined ? {} : { after }) }, LIMITS, () => nowMs),
  };
}

/** Four sources pulled each minute, of which each tells what was sent until a minute and a quarter before. */
async function pullFor(minutes: number, { archive, at }: ReturnType<typeof openArchive>, from = 0) {
  const random = new Random(1 + from);
  for (let minute = from; minute < from + minutes; minute++) {
    at(START_MS + minute * MINUTE_MS);
    for (const [place, count] of PULLS.entries()) {
      const records = Array.from({ length: count }, (_, n) =>
        record(START_MS + minute * MINUTE_MS - random.below(75_000), minute * 100 + place * 1e6 + n),
      );
      await archive.append({ source: `source${place}`, place: minute }, records);
    }
  }
}

test("the newest 50 are three read units, and three rounds at most, whatever blocks the last pulls made", async () => {
  const opened = openArchive();
  await pullFor(SETTLED_AFTER, opened);
  await opened.settle();
  const units: number[] = [];
  for (let minute = SETTLED_AFTER; minute < MINUTES; minute++) {
    await pullFor(1, opened, minute);
    opened.meter.takeRounds();
    const found = await opened.newest(50);
    expect(found.items).toHaveLength(50);
    expect(opened.meter.takeRounds()).toBeLessThanOrEqual(3);
    expect(found.spentUnits).toBeLessThanOrEqual(3.5);
    units.push(found.spentUnits);
  }
  expect(units.reduce((a, b) => a + b) / units.length).toBeLessThanOrEqual(3);
});

describe("what is settled and what is not", () => {
  test.each([
    { name: "dense", everyMs: 1_000 },
    { name: "in blocks that span hours", everyMs: 5 * MINUTE_MS },
  ])("is read in order, $name", async ({ everyMs }) => {
    const { archive, at, settle, newest } = openArchive();
    const count = 180;
    const records = Array.from({ length: count }, (_, n) => record(START_MS + n * everyMs, n));
    at(START_MS + count * everyMs);
    await archive.append({ source: "sms", place: 1 }, records.slice(0, count - 20));
    await settle(0);
    // Of these some lie among what is settled.
    await archive.append({ source: "sms", place: 2 }, records.slice(count - 25));
    for (const limit of [4, 50]) {
      const ids: string[] = [];
      for (let after: string | undefined, page = 0; page === 0 || after !== undefined; page++) {
        const found = await newest(limit, after);
        ids.push(...found.items.map((item) => recordOfItem(item).messageId));
        after = found.after;
      }
      expect(ids).toEqual(records.map(({ messageId }) => messageId).reverse());
    }
  });

  test.each([
    { name: "dense", everyMs: 1_000 },
    { name: "in blocks that span hours", everyMs: 5 * MINUTE_MS },
    { name: "not settled at all", everyMs: 1_000, isSettled: false },
  ])("is refused on a day that a later version has marked: $name", async ({ everyMs, isSettled = true }) => {
    const { db, archive, at, settle, newest } = openArchive();
    const records = Array.from({ length: 180 }, (_, n) => record(START_MS + n * everyMs, n));
    at(START_MS + 180 * everyMs);
    await archive.append({ source: "sms", place: 1 }, records.slice(0, 100));
    if (isSettled) await settle(0);
    await archive.append({ source: "sms", place: 2 }, records.slice(100));
    const day = dayOf(START_MS + 170 * everyMs);
    const sk = `${blockPrefix("c", dayStart(day) + DAY_MS - 1)}#format`;
    await db.client.send(
      new PutCommand({ TableName: db.table, Item: { pk: blockPartition(day), sk, v: 3, e: 2e9 } }),
    );
    await expect(newest(20)).rejects.toThrow(OtherFormatError);
  });
});

test("a front is dense where the blocks of each run of the day span minutes", () => {
  const run = { id: "r", buckets: 1, records: 100, level: 0, again: 0, moved: 0, hasExceptions: false };
  const of = (sinceMs: number, untilMs: number, blocks: number) => ({
    ...run,
    ...{ expiresAt: 2e9, sinceMs, untilMs, blocks },
  });
  const dayMs = dayStart(dayOf(START_MS));
  const dense = of(START_MS, START_MS + 60 * MINUTE_MS, 60);
  const sparse = of(START_MS - DAY_MS, START_MS + 60 * MINUTE_MS, 60);
  expect(frontOf([], dayMs)).toEqual({ settledUntilMs: -Infinity, isDense: false });
  expect(frontOf([dense], dayMs)).toEqual({ settledUntilMs: dense.untilMs, isDense: true });
  expect(frontOf([sparse, dense], dayMs).isDense).toBe(false);
  expect(frontOf([sparse], dayMs + DAY_MS).isDense).toBe(false);
  expect(frontOf([{ ...sparse, untilMs: dayMs - 1 }, dense], dayMs).isDense).toBe(true);
});
