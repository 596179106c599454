import { randomBytes } from "node:crypto";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { Days } from "../../lib/archive/days.ts";
import { search } from "../../lib/archive/search/search.ts";
import { settle } from "../../lib/archive/settle.ts";
import { extendAll } from "../../lib/ingest/extend-retention.ts";
import { Quarantine } from "../../lib/ingest/quarantine.ts";
import { Events } from "../../lib/log/events.ts";
import { keepMoments } from "../../lib/log/moments.ts";
import { PageLog } from "../../lib/log/page-log.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { KINDS, kindsOf } from "../../lib/runtime/kinds.ts";
import { appendTo } from "../archive/appending.ts";
import { openTable } from "../archive/table.ts";
import { aReport, arrive } from "../log/arrivals.ts";
import { aRecord, NOON } from "../message/records.ts";
import { testClock } from "./clock.ts";

const HOUR_MS = 3_600_000;
const LIMITS = { units: 10_000, timeoutMs: 60_000 };
const clock = testClock();

async function itemsOf({ client, table }: Database) {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
  return Items;
}

/** Two days of messages, one an hour, stored when the retention was 48 hours; half of them settled. */
async function storeTwoDays(db: Database) {
  const records = Array.from({ length: 48 }, (_, n) =>
    aRecord({ messageId: `m${n}`, sentAt: formatMoment(NOON - 47.5 * HOUR_MS + n * HOUR_MS), doneAt: "" }),
  );
  await appendTo(db, { retentionHours: 48 }, records.slice(0, 24), clock);
  await settle({ db, clock, remainingMs: () => 300_000 }, 0);
  await appendTo(db, { retentionHours: 48 }, records.slice(24), clock);
}

const countAt = async (db: Database, nowMs: number, filter = {}) =>
  (await search(db, { filter, limit: 1_000 }, LIMITS, () => nowMs)).items.length;

test("what is stored lives as long as the raised retention says, and what leads to it, too", async () => {
  await using table = await openTable();
  const { db } = table;
  await storeTwoDays(db);
  const big = randomBytes(500_000);
  const page = { id: "p1", atMs: NOON - HOUR_MS, way: "pull" } as const;
  for (const source of ["sms", "push-sms", "logs"]) await new PageLog(db, 48).append(source, page, big, 0);
  const entry = { page: "sms#1", source: "sms", place: 3, reason: "it is not JSON", atMs: NOON - HOUR_MS };
  await new Quarantine(db, 48).keep(entry, big.toString("base64"));
  const later = NOON + 30 * HOUR_MS;
  expect(await countAt(db, later)).toBe(18);

  const extended = await extendAll({ db, settings: { retentionHours: 96 }, nowMs: NOON });
  // A settled record stands twice until the grace of what it was merged from is over.
  const stored = 48 + 24;
  expect(extended).toEqual({ records: stored, extended: stored, pages: 3, besidePages: 0, quarantined: 1 });
  expect(await countAt(db, later)).toBe(48);
  expect(await countAt(db, later, { messageId: ["m3"] })).toBe(1);
  expect(await countAt(db, NOON + 60 * HOUR_MS)).toBe(36);
  const kept = (await itemsOf(db)).filter(({ pk }) => /^(log|piece|quarantine)/.test(String(pk)));
  expect(kept.length).toBeGreaterThan(4);
  for (const { e } of kept) expect(e).toBe((NOON - HOUR_MS) / 1000 + 96 * 3600);
  // Time to live removes nothing that is still served: neither blocks, nor what leads to them.
  const leading = (await itemsOf(db)).filter(({ pk }) => /^(d|run)#/.test(String(pk)));
  for (const { pk, sk, e } of leading)
    expect(Number(e), `${pk} ${sk}`).toBeGreaterThanOrEqual(NOON / 1000 + 48 * 3600);
  // Nor does settling forget a day in which something is served.
  const days = await new Days(db).load();
  for (const { pk, e } of leading.filter(({ pk }) => String(pk).startsWith("d#")))
    expect(days.get(String(pk).slice(2)), String(pk)).toBeGreaterThanOrEqual(Number(e));
});

test("every kind that lives for the retention lives longer, or as long as what it belongs to", async () => {
  await using table = await openTable();
  const { db } = table;
  await storeTwoDays(db);
  const atMs = NOON - HOUR_MS;
  const big = randomBytes(500_000);
  await arrive(db, { source: "push-sms", way: "push", atMs }, [aReport("a")]);
  await new PageLog(db, 48).append("sms", { id: "p1", atMs, way: "pull" }, big, 0);
  const event = { messageId: "a", type: "SEEN", channel: "SMS", key: "k", said: { messageId: "a" } } as const;
  await new Events(db, 48).keep({ source: "push-sms", way: "push", atMs }, [event]);
  const entry = { page: "sms#1", source: "sms", place: 3, reason: "it is not JSON", atMs };
  await new Quarantine(db, 48).keep(entry, "not JSON");
  const before = new Map((await itemsOf(db)).map(({ pk, sk, e }) => [`${pk} ${sk}`, Number(e)]));
  await extendAll({ db, settings: { retentionHours: 96 }, nowMs: NOON });
  const longer = (await itemsOf(db)).filter(({ pk, sk, e }) => Number(e) > (before.get(`${pk} ${sk}`) ?? 0));
  const kinds = new Set(longer.flatMap(({ pk }) => kindsOf(String(pk))).map(({ name }) => name));
  const withTheRetention = ["the retention", "a day longer than the page", "its owner's"];
  for (const { name, lives } of KINDS)
    if (withTheRetention.includes(lives)) expect(kinds, name).toContain(name);
});

test("again, or with a smaller retention, it changes nothing", async () => {
  await using table = await openTable();
  const { db } = table;
  await storeTwoDays(db);
  await extendAll({ db, settings: { retentionHours: 96 }, nowMs: NOON });
  const before = await itemsOf(db);
  const again = await extendAll({ db, settings: { retentionHours: 96 }, nowMs: NOON });
  const smaller = await extendAll({ db, settings: { retentionHours: 1 }, nowMs: NOON });
  expect([again.extended, smaller.extended]).toEqual([0, 0]);
  expect(await itemsOf(db)).toEqual(before);
});

test("what has expired stays so", async () => {
  await using table = await openTable();
  const { db } = table;
  await appendTo(db, { retentionHours: 1 }, [aRecord({ sentAt: formatMoment(NOON - 1_000) })], clock);
  const nowMs = NOON + 2 * HOUR_MS;
  const { extended } = await extendAll({ db, settings: { retentionHours: 96 }, nowMs });
  expect([extended, await countAt(db, nowMs)]).toEqual([0, 0]);
});

test("what goes with the pages lives as long as they do: events, what was said first, and what readers are given", async () => {
  await using table = await openTable();
  const { db } = table;
  const atMs = NOON - HOUR_MS;
  await arrive(db, { source: "push-sms", way: "push", atMs }, [aReport("a"), aReport("b")]);
  const said = { messageId: "a" };
  const event = { messageId: "a", type: "SEEN", channel: "SMS", key: "k", said } as const;
  await new Events(db, 48).keep({ source: "push-sms", way: "push", atMs }, [event]);
  const extended = await extendAll({ db, settings: { retentionHours: 96 }, nowMs: NOON });
  expect(extended).toMatchObject({ pages: 1, besidePages: 3 });
  const kept = (await itemsOf(db)).filter(({ pk, e }) => /^(log|event|seen|reports)#/.test(String(pk)) && e);
  expect(
    kept.map(({ pk, e }) => [String(pk).split("#")[0], Number(e) - atMs / 1000 - 96 * 3600]).sort(),
  ).toEqual([
    ["event", 0],
    ["log", 0],
    // A day longer, so that whoever comes late is told.
    ["reports", 24 * 3600],
    ["seen", 0],
  ]);
  expect((await extendAll({ db, settings: { retentionHours: 96 }, nowMs: NOON })).besidePages).toBe(0);
});

test("moments at which a message was sent live as long as the latest of them says, and for the days in which reports come", async () => {
  await using table = await openTable();
  const { db } = table;
  const momentsMs = new Set([NOON - 80 * HOUR_MS, NOON - HOUR_MS]);
  const moved = [{ messageId: "a", momentsMs, keepSeconds: 48 * 3600 }];
  const hoursLeft = async () => (await itemsOf(db)).map(({ e }) => Number(e) / 3600 - NOON / HOUR_MS);
  await keepMoments(db, moved);
  expect(await hoursLeft()).toEqual([47 + 7 * 24, 47 + 7 * 24]);
  const extended = () => extendAll({ db, settings: { retentionHours: 96 }, nowMs: NOON });
  expect((await extended()).besidePages).toBe(2);
  expect((await extended()).besidePages).toBe(0);
  // Noted again by who does not know of the new retention, and of the second moment: that shortens nothing.
  await keepMoments(db, [
    ...moved,
    { messageId: "a", momentsMs: new Set([NOON - 80 * HOUR_MS]), keepSeconds: 3600 },
  ]);
  expect(await hoursLeft()).toEqual([95 + 7 * 24, 95 + 7 * 24]);
});
