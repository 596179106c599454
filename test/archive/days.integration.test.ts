import { expect, test } from "vitest";
import { Archive } from "../../lib/archive/archive.ts";
import { Days } from "../../lib/archive/days.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import { testClock } from "../ingest/clock.ts";
import { aRecord, NOON } from "../message/records.ts";
import { openTable } from "./table.ts";

const DAY = "2026-11-24";
const SOON = 1_800_000_000;
const LATER = SOON + 10 * 86_400;

test("a day is named until the last of it has expired, whoever writes of it first", async () => {
  await using table = await openTable();
  await new Days(table.db).ensure(DAY, SOON);
  await new Days(table.db).ensure(DAY, LATER);
  expect((await new Days(table.db).load()).get(DAY)).toBeGreaterThanOrEqual(LATER);
  // Who has less to write of it shortens nothing.
  await new Days(table.db).ensure(DAY, SOON);
  expect((await new Days(table.db).load()).get(DAY)).toBeGreaterThanOrEqual(LATER);
});

test("a day that is extended while it is about to be forgotten stays", async () => {
  await using table = await openTable();
  await new Days(table.db).ensure(DAY, SOON);
  const until = (await new Days(table.db).load()).get(DAY) ?? 0;
  await new Days(table.db).ensure(DAY, LATER);
  await new Days(table.db).remove(DAY, until);
  const extended = (await new Days(table.db).load()).get(DAY) ?? 0;
  expect(extended).toBeGreaterThanOrEqual(LATER);
  await new Days(table.db).remove(DAY, extended);
  expect((await new Days(table.db).load()).size).toBe(0);
});

test.each([0, 1])(
  "of a page's records the one that is kept longest decides how long their day is named: %i",
  async (late) => {
    await using table = await openTable();
    const doneMs = NOON + 9 * 86_400_000;
    const records = [0, 1].map((n) =>
      aRecord({
        ...{ messageId: `m${n}`, sentAt: formatMoment(NOON - n * 3_600_000) },
        ...(n === late ? { doneAt: formatMoment(doneMs) } : {}),
      }),
    );
    await new Archive(table.db, { retentionHours: 48 }, testClock()).append(
      { source: "sms", place: 1 },
      records,
    );
    const [until = 0] = (await new Days(table.db).load()).values();
    expect(until).toBeGreaterThanOrEqual(doneMs / 1000 + 2 * 86_400);
  },
);
