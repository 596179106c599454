import { expect, it } from "vitest";
import { Archive } from "../../lib/archive/archive.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { countHours } from "../../lib/statistics/count.ts";
import { countAndSettle } from "../../lib/statistics/count-and-settle.ts";
import { loadCubes } from "../../lib/statistics/cubes-for-jobs.ts";
import { HOUR_MS, hourName } from "../../lib/statistics/periods.ts";
import { loadState, putState } from "../../lib/statistics/state.ts";
import { dyingBeforeBlocks } from "../archive/appending.ts";
import { MemoryArchive } from "./archive.ts";

const NOW_MS = Date.parse("2027-01-03T10:20:00Z");
const OLD_MS = Date.parse("2027-01-03T04:00:00Z");
/** So short that an hour cannot wait for its day to be at rest. */
const SHORT_HOURS = 20;
const STATUS = { groupId: 1, groupName: "PENDING", id: 7, name: "PENDING_ENROUTE" };

function setUp() {
  const archive = new MemoryArchive(NOW_MS);
  const { db, clock } = archive;
  // Each page has a message of its own, the same whenever it comes again.
  return {
    archive,
    services: { db, clock, remainingMs: () => 300_000 },
    /** A message of the old hour comes, by a page of its own, into this database. */
    arrive: (place: number, into: Database = db) =>
      new Archive(into, { retentionHours: SHORT_HOURS }, clock).append({ source: "sms", place }, [
        { messageId: `m${place}`, sentAt: formatMoment(OLD_MS + place), channel: "SMS", status: STATUS },
      ]),
  };
}

const messagesOf = async (db: Database) => (await loadCubes(db, [OLD_MS])).get(OLD_MS)?.messages;

it("what settling has replaced may go only when everything was counted", async () => {
  const { services, arrive } = setUp();
  await arrive(1);
  await countAndSettle(services, 0);
  await arrive(2);
  expect((await countHours({ ...services, remainingMs: () => 0 })).trash.size).toBe(0);
  expect((await countHours(services)).trash.size).toBeGreaterThan(0);
});

it("an hour that is counted later is written down as waiting, and counted when its page is settled long since", async () => {
  const { archive, services, arrive } = setUp();
  await arrive(1);
  await countAndSettle(services, 0);
  expect(await messagesOf(archive.db)).toBe(1);
  archive.nowMs += 60_000;
  await arrive(2);
  await countAndSettle(services, 0);
  expect((await loadState(archive.db)).stale.has(hourName(OLD_MS))).toBe(true);
  archive.nowMs += 6 * HOUR_MS;
  await countAndSettle(services, 0);
  expect(await messagesOf(archive.db)).toBe(2);
});

it("a page of which a block is not there yet is not counted as if it were", async () => {
  const { archive, services, arrive } = setUp();
  await arrive(1);
  // Whoever appends it dies before the blocks.
  await expect(arrive(2, dyingBeforeBlocks(archive.db))).rejects.toThrow("killed");
  await countHours(services);
  expect(await messagesOf(archive.db)).toBe(1);
  await arrive(2);
  archive.nowMs += 6 * HOUR_MS;
  await countHours(services);
  expect(await messagesOf(archive.db)).toBe(2);
});

it("of two that put the state one after the other the second gives way", async () => {
  const { archive } = setUp();
  const stale = (...names: string[]) => new Set(names);
  const begun = await putState(archive.db, { n: 0, stale: stale(), seen: new Set(), moved: new Set() });
  expect(
    await putState(archive.db, { n: 0, stale: stale(), seen: new Set(), moved: new Set() }),
  ).toBeUndefined();
  if (!begun) throw new Error("nothing was put");
  expect(await putState(archive.db, { ...begun, stale: stale("2027-01-03T04") })).toBeDefined();
  expect(await putState(archive.db, begun)).toBeUndefined();
  expect((await loadState(archive.db)).stale).toEqual(stale("2027-01-03T04"));
});
