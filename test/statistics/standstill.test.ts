import { expect, it } from "vitest";
import { settle } from "../../lib/archive/settle.ts";
import { GRACE_MS } from "../../lib/archive/trash.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import { countAndSettle } from "../../lib/statistics/count-and-settle.ts";
import { loadHours } from "../../lib/statistics/cubes-for-jobs.ts";
import { HOUR_MS } from "../../lib/statistics/periods.ts";
import { appendTo } from "../archive/appending.ts";
import { aRecord } from "../message/records.ts";
import { MemoryArchive } from "./archive.ts";

const HOUR = Date.parse("2027-01-03T02:00:00Z");
const TURN_MS = 300_000;
const RECORDS = [1, 2, 3].map((n) => aRecord({ messageId: `m${n}`, sentAt: formatMoment(HOUR + n) }));

function setUp(nowMs: number) {
  const archive = new MemoryArchive(nowMs);
  const { db, clock } = archive;
  const services = { db, clock, remainingMs: () => 300_000 };
  return {
    ...{ archive, services },
    // Gone before its day is at rest.
    report: () => appendTo(db, { retentionHours: 20 }, RECORDS, clock),
    turns: async (untilMs: number, afterMs?: number) => {
      for (; archive.nowMs < untilMs; archive.nowMs += TURN_MS) {
        archive.table.expire(archive.nowMs, () => true);
        await countAndSettle(services, afterMs);
      }
    },
    messages: async () => (await loadHours(db, [HOUR], clock)).get(HOUR)?.messages,
  };
}

it("an hour of few messages whose records last for less than a day is stored also if settling stood still for half a day", async () => {
  const { archive, report, turns, messages } = setUp(HOUR);
  await turns(HOUR + 2 * TURN_MS);
  await report();
  // What it has is settled, and deleted where it was.
  await turns(HOUR + HOUR_MS + 2 * TURN_MS, 0);
  archive.nowMs = HOUR + 14 * HOUR_MS + TURN_MS;
  await turns(HOUR + 40 * HOUR_MS);
  expect(await messages()).toBe(3);
});

it("such an hour is stored also if the very first turn died before it came to it", async () => {
  for (const n of [4, 6, 8, 10, 20]) {
    const { archive, services, report, turns, messages } = setUp(HOUR + 15 * HOUR_MS);
    await report();
    for (let settled = 0; settled < 3; settled++) {
      await settle(services, 0);
      archive.nowMs += GRACE_MS;
    }
    await countAndSettle({ ...services, db: archive.dyingAt(n, true) }).catch(() => undefined);
    await turns(HOUR + 24 * HOUR_MS);
    expect(await messages()).toBe(3);
  }
});
