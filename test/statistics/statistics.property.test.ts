import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { answerStatistics } from "../../lib/api/statistics.ts";
import { settle } from "../../lib/archive/settle.ts";
import { GRACE_MS } from "../../lib/archive/trash.ts";
import { parseJson } from "../../lib/message/json.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import { epochMsOf } from "../../lib/message/record.ts";
import { deleteAll } from "../../lib/runtime/batch.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { countAndSettle } from "../../lib/statistics/count-and-settle.ts";
import { dayName } from "../../lib/statistics/periods.ts";
import { loadState, putState } from "../../lib/statistics/state.ts";
import { DAY_PERIODS, partitionOf } from "../../lib/statistics/stored.ts";
import { appendTo } from "../archive/appending.ts";
import { Truth } from "../archive/search/messages.ts";
import { Random } from "../archive/search/random.ts";
import { MemoryArchive } from "./archive.ts";
import { randomReport } from "./histories.ts";
import { anyQuestion, expectRows } from "./questions.ts";

/** OMNILOG_HISTORIES=200 for a long look. */
const HISTORIES = Number(process.env.OMNILOG_HISTORIES ?? 3);
const NOW_MS = Date.parse("2027-01-03T05:20:30Z");
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const RETENTION_HOURS = 35 * 24;
/** Settles nothing: so old no message is. */
const NEVER_MS = 400 * DAY_MS;

const client = { id: "ann", name: "ann", isTextHidden: false };

async function ask(db: Database, query: object, nowMs: number, who: object = {}) {
  const { response } = await answerStatistics(
    { ...REQUEST, body: JSON.stringify(query) },
    { client: { ...client, ...who }, format: "json" },
    { db, limits: { units: 1e9, timeoutMs: 1e9 }, now: () => nowMs },
  );
  const { columns, rows, ...rest } = parseJson(response.body) as unknown as {
    columns: { columnName: string }[];
    rows: (string | number | { rawJSON: string })[][];
    asOf?: string;
  };
  const names = columns.map(({ columnName }) => columnName);
  return { ...rest, rows: rows.map((row) => new Map(names.map((name, n) => [name, row[n] ?? ""]))) };
}
const REQUEST = {
  ...{ id: "1", method: "POST", path: "", queryString: "", headers: {}, sourceIp: "" },
  arrivedAtMs: NOW_MS,
};

/** Asks any question, and compares every value with what the records say. */
async function expectExact(db: Database, truth: Truth, random: Random, nowMs: number): Promise<void> {
  const records = truth.records();
  const question = anyQuestion(random, records, nowMs);
  const { rows, asOf } = await ask(db, question.query, nowMs, question.who);
  expect(asOf).toBeUndefined();
  expectRows(rows, question, records);
}

const services = ({ db, clock }: MemoryArchive) => ({ db, clock, remainingMs: () => 300_000 });

/** A turn that dies somewhere, or beside another one, or ends well. */
async function turn(archive: MemoryArchive, random: Random, afterMs: number | undefined): Promise<void> {
  const whole = services(archive);
  if (random.chance(0.4)) {
    const db = archive.dyingAt(1 + random.below(30), random.chance(0.5));
    await countAndSettle({ ...whole, db }, afterMs).catch(() => undefined);
  } else if (random.chance(0.3)) {
    await Promise.all([countAndSettle(whole, afterMs), countAndSettle(whole, afterMs)]);
  } else await countAndSettle(whole, afterMs);
}

/** Reports of the same messages again, late, in any order, over weeks, days and the last minutes. */
function reportsOf(random: Random, nowMs: number, sentAt: Map<string, number>, isMoving: boolean) {
  return Array.from({ length: 1 + random.below(40) }, () => {
    const id = `m${"x".repeat(random.below(5))}${random.below(80)}`;
    const ago = random.pick([60_000, 20 * 60_000, 2 * HOUR_MS, DAY_MS, 9 * DAY_MS]);
    const before = isMoving && random.chance(0.3) ? undefined : sentAt.get(id);
    const anyMs = nowMs - random.below(ago);
    const stretch = random.pick([HOUR_MS, DAY_MS]);
    // Some at the very edge of an hour or a day: its first millisecond, or the last of the one before.
    const atMs = before ?? (random.chance(0.2) ? anyMs - (anyMs % stretch) - random.below(2) : anyMs);
    sentAt.set(id, atMs);
    return randomReport(random, id, atMs);
  });
}

/** An archive of which nothing is known yet, and the truth about it. */
function aHistory(seed: number) {
  const random = new Random(seed);
  const archive = new MemoryArchive(NOW_MS - 2 * DAY_MS);
  const truth = new Truth();
  const sentAt = new Map<string, number>();
  return {
    ...{ random, archive, truth },
    /** Some reports come, so many times. */
    report: async (isMoving: boolean, times = 1) => {
      const records = reportsOf(random, archive.nowMs, sentAt, isMoving);
      for (let n = times; n > 0; n--)
        await appendTo(archive.db, { retentionHours: RETENTION_HOURS }, records, archive.clock);
      truth.add(records);
    },
  };
}

test.for(Array.from({ length: HISTORIES }, (_, n) => n + 1))(
  "history %i: every answer is what the records say, at every moment",
  { timeout: 120_000 },
  async (seed) => {
    const { random, archive, truth, report } = aHistory(seed);
    // Where reports do not agree on when a message was sent, settling has to find that first.
    const isMoving = seed % 3 === 0;
    const look = async () => {
      if (!isMoving) await expectExact(archive.db, truth, random, archive.nowMs);
    };
    for (let round = 0; round < 12; round++) {
      await report(isMoving, random.pick([1, 1, 2]));
      await look();
      archive.nowMs += random.pick([30_000, GRACE_MS, HOUR_MS, 6 * HOUR_MS]);
      await turn(archive, random, random.pick([0, undefined]));
      await look();
    }
    for (let n = 0; n < 4; n++) {
      archive.nowMs += GRACE_MS;
      await countAndSettle(services(archive), 0);
    }
    for (let n = 0; n < 12; n++) await expectExact(archive.db, truth, random, archive.nowMs);
    // And the cubes alone tell it, when nothing is left that could be looked up.
    expect((await ask(archive.db, {}, archive.nowMs)).asOf).toBeUndefined();
  },
);

test.for(Array.from({ length: HISTORIES }, (_, n) => n + 1))(
  "history %i: a message whose reports name different hours is counted in one, before anything is settled",
  { timeout: 120_000 },
  async (seed) => {
    const { random, archive, truth, report } = aHistory(seed);
    for (let round = 0; round < 8; round++) {
      await report(true);
      await expectExact(archive.db, truth, random, archive.nowMs);
      archive.nowMs += random.pick([30_000, GRACE_MS, HOUR_MS]);
      await turn(archive, random, NEVER_MS);
      await expectExact(archive.db, truth, random, archive.nowMs);
    }
  },
);

test.for(Array.from({ length: HISTORIES }, (_, n) => n + 1))(
  "history %i: such a message is counted in one hour also when some of its reports are settled, and others not for long",
  { timeout: 120_000 },
  async (seed) => {
    const { random, archive, truth, report } = aHistory(seed);
    for (let round = 0; round < 8; round++) {
      await report(true);
      // The turn that comes five minutes later finds what answers alone do not.
      archive.nowMs += 300_000;
      await countAndSettle(services(archive), NEVER_MS);
      await expectExact(archive.db, truth, random, archive.nowMs);
      archive.nowMs += random.pick([30_000, GRACE_MS, HOUR_MS]);
      await countAndSettle(services(archive), random.pick([0, NEVER_MS]));
      for (let n = random.pick([0, 3]); n > 0; n--) {
        // What was settled is deleted where it was.
        archive.nowMs += GRACE_MS;
        await countAndSettle(services(archive), NEVER_MS);
      }
      await expectExact(archive.db, truth, random, archive.nowMs);
    }
  },
);

test("what was never counted is told from the archive, and counted then", async () => {
  const random = new Random(1);
  const archive = new MemoryArchive(NOW_MS);
  const truth = new Truth();
  const records = Array.from({ length: 60 }, (_, n) =>
    randomReport(random, `m${n}`, NOW_MS - random.below(3 * DAY_MS)),
  );
  await appendTo(archive.db, { retentionHours: RETENTION_HOURS }, records, archive.clock);
  truth.add(records);
  await settle(services(archive), 0);
  for (let n = 0; n < 5; n++) await expectExact(archive.db, truth, random, NOW_MS);
  await countAndSettle(services(archive), 0);
  for (let n = 0; n < 5; n++) await expectExact(archive.db, truth, random, NOW_MS);
});

test("a cube that lacks a part is told from the archive, counted again with its day, and missed when nothing else tells it", async () => {
  const random = new Random(3);
  const archive = new MemoryArchive(NOW_MS);
  const truth = new Truth();
  // So many that their hour has a cube of its own.
  const records = Array.from({ length: 410 }, (_, n) =>
    randomReport(random, `m${n}`, NOW_MS - 2 * DAY_MS + n * 3_000),
  );
  await appendTo(archive.db, { retentionHours: 10 * 24 }, records, archive.clock);
  truth.add(records);
  await countAndSettle(services(archive), 0);
  const lose = async (period: "hour" | "day-networks") => {
    for (const { sk, pk } of [...archive.table.all(archive.nowMs)] as { pk: string; sk: string }[])
      if (pk === partitionOf(period))
        await archive.db.client.send(
          new UpdateCommand({
            ...{ TableName: archive.db.table, Key: { pk, sk }, UpdateExpression: "SET c = :c, t = :t" },
            ExpressionAttributeValues: { ":c": 1, ":t": "gone" },
          }),
        );
  };
  const sent = async () => {
    const filterBy = { sentSince: formatMoment(NOW_MS - 4 * DAY_MS) };
    const { rows, ...rest } = await ask(archive.db, { filterBy }, archive.nowMs);
    const count = rows.reduce((sum, row) => sum + Number(row.get("TOTAL_SENT_TRAFFIC_COUNT")), 0);
    return { count, isIncomplete: "incomplete" in rest };
  };
  await lose("hour");
  for (let n = 0; n < 5; n++) await expectExact(archive.db, truth, random, archive.nowMs);
  for (let n = 0; n < 3; n++) {
    archive.nowMs += GRACE_MS;
    await countAndSettle(services(archive), 0);
  }
  await lose("day-networks");
  expect(await sent()).toEqual({ count: 410, isIncomplete: false });
  archive.nowMs += 10 * DAY_MS;
  await lose("hour");
  expect(await sent()).toEqual({ count: 0, isIncomplete: true });
  // Its day is not tried for ever: it is told by its hours from now on, and they say what they lack.
  const state = await loadState(archive.db);
  const days = new Set(records.map(({ sentAt }) => dayName(epochMsOf(sentAt))));
  for (const day of days)
    for (const period of DAY_PERIODS)
      await deleteAll(archive.db, [{ pk: partitionOf(period), sk: day }], archive.clock);
  await putState(archive.db, { ...state, stale: state.stale.union(days) });
  expect((await countAndSettle(services(archive), 0)).counted?.stale).toBe(0);
  expect(await sent()).toEqual({ count: 0, isIncomplete: true });
});

test("minutes of which the records are gone are missed, and not told as nothing", async () => {
  const archive = new MemoryArchive(NOW_MS);
  const sentAtMs = NOW_MS - 2 * HOUR_MS;
  const records = Array.from({ length: 9 }, (_, n) => randomReport(new Random(n), `m${n}`, sentAtMs + n));
  await appendTo(archive.db, { retentionHours: 48 }, records, archive.clock);
  await countAndSettle(services(archive), 0);
  const filterBy = { sentSince: formatMoment(sentAtMs), sentUntil: formatMoment(sentAtMs + HOUR_MS) };
  const minutes = async () => {
    const answer = await ask(
      archive.db,
      { filterBy, aggregateBy: ["MINUTE", "ALL_CHANNELS"] },
      archive.nowMs,
    );
    const sent = answer.rows.reduce((sum, row) => sum + Number(row.get("TOTAL_SENT_TRAFFIC_COUNT")), 0);
    return { sent, isIncomplete: "incomplete" in answer };
  };
  expect(await minutes()).toEqual({ sent: 9, isIncomplete: false });
  // Until it is stored with its day.
  for (let passed = 0; passed < 36 * HOUR_MS; passed += HOUR_MS) {
    archive.nowMs += HOUR_MS;
    await countAndSettle(services(archive));
  }
  archive.nowMs += 20 * DAY_MS;
  archive.table.expire(archive.nowMs, () => true);
  expect(await minutes()).toEqual({ sent: 0, isIncomplete: true });
});

test("when the records are gone, their statistics are there, and tell the same", async () => {
  const random = new Random(2);
  const archive = new MemoryArchive(NOW_MS);
  const truth = new Truth();
  const sentAt = new Map<string, number>();
  for (let n = 0; n < 4; n++) {
    const records = reportsOf(random, NOW_MS, sentAt, false);
    await appendTo(archive.db, { retentionHours: 48 + 240 }, records, archive.clock);
    truth.add(records);
  }
  const days = 20 * DAY_MS;
  await countAndSettle(services(archive));
  for (let passed = 0; passed < days; passed += 6 * HOUR_MS) {
    archive.nowMs = NOW_MS + passed;
    archive.table.expire(archive.nowMs, () => true);
    await countAndSettle(services(archive));
  }
  const sentSince = formatMoment(NOW_MS - 25 * DAY_MS);
  const { rows } = await ask(archive.db, { filterBy: { sentSince } }, archive.nowMs);
  const sent = rows.reduce((sum, row) => sum + Number(row.get("TOTAL_SENT_TRAFFIC_COUNT")), 0);
  expect(sent).toBe(truth.records().length);
});
