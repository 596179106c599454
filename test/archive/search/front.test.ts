import { PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import { Archive } from "../../../lib/archive/archive.ts";
import { blockPartition, blockPrefix } from "../../../lib/archive/block.ts";
import type { SettledRun } from "../../../lib/archive/catalog.ts";
import { recordOfItem } from "../../../lib/archive/codec.ts";
import { DAYS_KEY } from "../../../lib/archive/days.ts";
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

const DELIVERED = { groupId: 3, groupName: "DELIVERED", id: 5, name: "DELIVERED_TO_HANDSET" };
const REJECTED = { groupId: 5, groupName: "REJECTED", id: 6, name: "REJECTED_NETWORK" };

const record = (sentAtMs: number, n: number, status = DELIVERED) =>
  recordOf([
    ["messageId", `${String(n * 7919).padStart(8, "0")}-${(n * 104_729).toString(16)}`],
    ["channel", "SMS"],
    ["to", `4179${n * 31}`],
    ["sentAt", new Date(sentAtMs).toISOString().replace("Z", "+0000")],
    ["status", status],
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

test("hours after a campaign the newest 50 are two full blocks, and three read units", async () => {
  const opened = openArchive();
  const count = 6_000;
  const records = Array.from({ length: count }, (_, n) => record(START_MS + n * 30, n));
  opened.at(START_MS + 5 * MINUTE_MS);
  await opened.archive.append({ source: "sms", place: 1 }, records);
  opened.at(START_MS + 40 * MINUTE_MS);
  await opened.settle();
  opened.at(START_MS + 360 * MINUTE_MS);
  const found = await opened.newest(50);
  expect(found.items.map((item) => recordOfItem(item).messageId)).toEqual(
    records
      .slice(-50)
      .map(({ messageId }) => messageId)
      .reverse(),
  );
  expect(found.spentUnits).toBeLessThanOrEqual(3);
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
    { name: "since yesterday", settledMinutes: 0 },
    { name: "until a while ago", settledMinutes: 60 },
  ])("is read in order where much was rejected, and all is settled $name", async ({ settledMinutes }) => {
    const { archive, at, settle, newest } = openArchive();
    const minutes = 160;
    const perMinute = 20;
    const records = Array.from({ length: minutes * perMinute }, (_, n) =>
      record(START_MS + (n / perMinute) * MINUTE_MS, n, n % 10 === 0 ? DELIVERED : REJECTED),
    );
    at(START_MS + minutes * MINUTE_MS);
    const settled = settledMinutes * perMinute;
    if (settled > 0) await archive.append({ source: "sms", place: 1 }, records.slice(0, settled));
    await settle(0);
    for (let first = settled; first < records.length; first += 10 * perMinute)
      await archive.append({ source: "sms", place: 2 + first }, records.slice(first, first + 10 * perMinute));
    for (const limit of [30, 900]) {
      const found = await newest(limit);
      const expected = records.map(({ messageId }) => messageId).reverse();
      expect(found.items.map((item) => recordOfItem(item).messageId)).toEqual(expected.slice(0, limit));
    }
  });

  test.each([
    { name: "dense", everyMs: 1_000 },
    { name: "in blocks that span hours", everyMs: 5 * MINUTE_MS },
    { name: "not settled at all", everyMs: 1_000, isSettled: false },
  ])(
    "is refused where a later version says that there is more: $name",
    async ({ everyMs, isSettled = true }) => {
      const { db, archive, at, settle, newest } = openArchive();
      const records = Array.from({ length: 180 }, (_, n) => record(START_MS + n * everyMs, n));
      at(START_MS + 180 * everyMs);
      await archive.append({ source: "sms", place: 1 }, records.slice(0, 100));
      if (isSettled) await settle(0);
      await archive.append({ source: "sms", place: 2 }, records.slice(100));
      await db.client.send(
        new UpdateCommand({
          TableName: db.table,
          Key: DAYS_KEY,
          UpdateExpression: "SET v = :later",
          ExpressionAttributeValues: { ":later": 2 },
        }),
      );
      await expect(newest(20)).rejects.toThrow(OtherFormatError);
    },
  );

  test("is refused on a day that a later version has marked, where blocks are read that span hours", async () => {
    const { db, archive, at, newest } = openArchive();
    at(START_MS + 60 * MINUTE_MS);
    await archive.append({ source: "sms", place: 1 }, [record(START_MS, 1)]);
    const sk = `${blockPrefix("c", dayStart(dayOf(START_MS)) + DAY_MS - 1)}#format`;
    const Item = { pk: blockPartition(dayOf(START_MS)), sk, v: 3, e: 2e9 };
    await db.client.send(new PutCommand({ TableName: db.table, Item }));
    await expect(newest(20)).rejects.toThrow(OtherFormatError);
  });
});

function runOf(of: Pick<SettledRun, "sinceMs" | "untilMs" | "blocks" | "records">): SettledRun {
  const others = { id: "r", buckets: 1, level: 0, again: 0, moved: 0, hasExceptions: false };
  return { ...others, expiresAt: 2e9, ...of };
}

test("a front is dense where the blocks of each run of the day span minutes", () => {
  const of = (sinceMs: number, untilMs: number, blocks: number) =>
    runOf({ sinceMs, untilMs, blocks, records: 100 });
  const dayMs = dayStart(dayOf(START_MS));
  const dense = of(START_MS, START_MS + 60 * MINUTE_MS, 60);
  const sparse = of(START_MS - DAY_MS, START_MS + 60 * MINUTE_MS, 60);
  const isDense = (runs: readonly SettledRun[], dayStartMs: number) =>
    frontOf(runs, dayStartMs, START_MS + 120 * MINUTE_MS).isDense;
  expect(isDense([], dayMs)).toBe(false);
  expect(isDense([dense], dayMs)).toBe(true);
  expect(isDense([sparse, dense], dayMs)).toBe(false);
  expect(isDense([sparse], dayMs + DAY_MS)).toBe(false);
  expect(isDense([{ ...sparse, untilMs: dayMs - 1 }, dense], dayMs)).toBe(true);
});

test("a front tells how many records are expected of a day: those of its runs by their share, and what was sent since at the rate of the newest, whose late reports count as new", () => {
  const dayMs = dayStart(dayOf(START_MS));
  const noon = dayMs + DAY_MS / 2;
  const yesterday = runOf({ sinceMs: dayMs - DAY_MS, untilMs: dayMs - 1, blocks: 10, records: 400 });
  const both = runOf({ sinceMs: noon - DAY_MS, untilMs: noon - 1, blocks: 40, records: 1_440 });
  expect(frontOf([yesterday, both], dayMs, noon + 60 * MINUTE_MS)).toMatchObject({
    settledUntilMs: noon - 1,
    settledBlocks: 20,
    perMinute: expect.closeTo(2, 3),
    freshRecords: expect.closeTo(120, 1),
    records: expect.closeTo(720 + 120, 1),
  });
  expect(frontOf([yesterday, both], dayMs - DAY_MS, noon)).toMatchObject({
    ...{ settledBlocks: 30, freshRecords: 0, records: 400 + 720 },
  });
  expect(frontOf([], dayMs, noon)).toMatchObject({
    settledBlocks: 0,
    freshRecords: Infinity,
    records: Infinity,
  });
});

test("a moment in the future does not spread what a run contains over the years until then", () => {
  const dayMs = dayStart(dayOf(START_MS));
  const nowMs = dayMs + DAY_MS / 2;
  const untilMs = nowMs + 1_000 * DAY_MS;
  const run = runOf({ sinceMs: nowMs - DAY_MS, untilMs, blocks: 40, records: 1_440 });
  expect(frontOf([run], dayMs, nowMs)).toMatchObject({
    settledUntilMs: untilMs,
    settledBlocks: expect.closeTo(20, 3),
    records: expect.closeTo(720, 3),
    perMinute: expect.closeTo(1, 3),
  });
  const tomorrow = runOf({ sinceMs: nowMs + DAY_MS, untilMs, blocks: 1, records: 1 });
  expect(frontOf([tomorrow], dayMs + DAY_MS, nowMs)).toMatchObject({ settledUntilMs: untilMs, records: 1 });
});
