import { expect, it } from "vitest";
import { formatMoment } from "../../lib/message/moment.ts";
import { loadBundles } from "../../lib/statistics/bundle.ts";
import { type Counted, countHours } from "../../lib/statistics/count.ts";
import { countAndSettle } from "../../lib/statistics/count-and-settle.ts";
import { loadCubes, loadHours } from "../../lib/statistics/cubes-for-jobs.ts";
import { pagesByHour } from "../../lib/statistics/pages-by-hour.ts";
import { dayName, dayStartOf, HOUR_MS, hourName } from "../../lib/statistics/periods.ts";
import { segmentKey } from "../../lib/statistics/series.ts";
import { readSeries } from "../../lib/statistics/series-store.ts";
import { loadState } from "../../lib/statistics/state.ts";
import { appendTo } from "../archive/appending.ts";
import { MemoryArchive } from "./archive.ts";

const NOW_MS = Date.parse("2027-01-03T10:20:00Z");
const THIS_MS = Date.parse("2027-01-03T10:00:00Z");
const LATER_MS = THIS_MS + 3 * HOUR_MS;
const STATUS = { groupId: 1, groupName: "PENDING", id: 7, name: "PENDING_ENROUTE" };
const TURN_MS = 300_000;

function aMessage(n: number, sentMs: number) {
  const sentAt = formatMoment(sentMs);
  return { messageId: `m${n}`, sentAt, from: "S", channel: "SMS", status: STATUS };
}

async function setUp(nowMs = NOW_MS, retentionHours = 48) {
  const archive = new MemoryArchive(nowMs);
  const { db, clock } = archive;
  let ids = 0;
  let counted: Counted["hours"] = new Map();
  // The very first turn counts every hour of today.
  await countHours({ db, clock, remainingMs: () => 300_000 });
  return {
    ...{ archive, db },
    /** A message of each of these moments comes, and the next turn counts. */
    turn: async (...sentMs: number[]) => {
      const records = sentMs.map((ms) => aMessage(++ids, ms));
      if (records.length > 0) await appendTo(db, { retentionHours }, records, clock);
      archive.nowMs += TURN_MS;
      const { hours } = await countHours({ db, clock, remainingMs: () => 300_000 });
      counted = hours;
      return [...hours.keys()];
    },
    /** How many messages of an hour alerts are told after a turn: as counted in it, else as stored. */
    told: async (hourMs: number) => {
      const series = counted.get(hourMs)?.series ?? (await readSeries(db, [hourMs], clock)).get(hourMs);
      const steps = series?.segments.get(segmentKey({ kind: "channel", channel: "SMS", value: "" })) ?? [];
      return steps.reduce((sum, step) => sum + (step?.sent ?? 0), 0);
    },
  };
}

it("an hour that has not begun is counted once for what came of it, and again when its time has come", async () => {
  const { archive, db, turn } = await setUp();
  expect(await turn(LATER_MS + 60_000, NOW_MS)).toEqual([THIS_MS, LATER_MS]);
  expect(await turn()).toEqual([THIS_MS]);
  expect(await turn(LATER_MS + 90_000)).toEqual([THIS_MS, LATER_MS]);
  expect(await turn()).toEqual([THIS_MS]);
  expect((await loadState(db)).stale.has(hourName(LATER_MS))).toBe(false);
  expect((await loadCubes(db, [LATER_MS])).get(LATER_MS)?.messages).toBe(2);
  archive.nowMs = LATER_MS + 20 * 60_000;
  await turn();
  // The other one is of few messages, and not stored yet.
  expect(await turn(LATER_MS + 120_000)).toEqual([LATER_MS, THIS_MS]);
  expect((await loadCubes(db, [LATER_MS])).get(LATER_MS)?.messages).toBe(3);
  // Now that it runs it is looked at with every turn.
  expect(await turn()).toEqual([LATER_MS, THIS_MS]);
});

it("hours that have not begun do not stand before the one that runs", async () => {
  const { turn } = await setUp();
  const later = Array.from({ length: 20 }, (_, n) => LATER_MS + n * HOUR_MS);
  expect((await turn(...later, NOW_MS))[0]).toBe(THIS_MS);
});

it("alerts are told all that came of an hour until it is over for half an hour, and never less after", async () => {
  for (const retentionHours of [48, 20]) {
    const { turn, told } = await setUp(THIS_MS + 2 * 60_000, retentionHours);
    const ofTurns: number[] = [];
    for (let n = 0; n < 22; n++) {
      await turn(THIS_MS + n * 60_000);
      ofTurns.push(await told(THIS_MS));
    }
    // The turns at 10:07, 10:12 … and the one at 11:32, the first past the half hour: it stores what it counts.
    expect(ofTurns.slice(0, 18)).toEqual(Array.from({ length: 18 }, (_, n) => n + 1));
    expect(ofTurns).toEqual(ofTurns.toSorted((a, b) => a - b));
  }
});

it("the minutes of an hour of more messages are stored when it is over, also if nothing came since its cube was", async () => {
  for (const isQuiet of [false, true]) {
    const { db, archive, turn, told } = await setUp(THIS_MS + 2 * 60_000);
    const stored = async () => (await readSeries(db, [THIS_MS], archive.clock)).size;
    await turn(...Array.from({ length: 2_001 }, (_, n) => THIS_MS + n));
    for (let n = 1; n < 12; n++) await turn(...(isQuiet ? [] : [THIS_MS + n * 300_000]));
    expect([await told(THIS_MS), await stored()]).toEqual([isQuiet ? 2_001 : 2_012, 0]);
    for (let n = 0; n < 10; n++) {
      await turn();
      expect(await told(THIS_MS)).toBe(isQuiet ? 2_001 : 2_012);
    }
    expect(await stored()).toBe(1);
    expect((await loadState(db)).stale.has(hourName(THIS_MS))).toBe(false);
  }
});

it("an hour of few messages is stored with its day, once, when alerts have done with all of that", async () => {
  const { db, archive, turn, told } = await setUp(THIS_MS + 2 * 60_000);
  const dayMs = dayStartOf(THIS_MS);
  const { n: before } = await loadState(db);
  for (let n = 0; n < 340; n++) {
    await turn(...(n < 11 ? [THIS_MS + n * 300_000] : []));
    const { nowMs } = archive;
    const isOver = nowMs >= dayMs + 37 * HOUR_MS;
    expect((await loadCubes(db, [THIS_MS])).size).toBe(0);
    expect((await readSeries(db, [THIS_MS], archive.clock)).size).toBe(0);
    const bundle = (await loadBundles(db, [dayMs], archive.clock)).get(dayMs);
    expect([bundle?.version, bundle?.hours.get(THIS_MS)?.messages]).toEqual(
      isOver ? [1, 11] : [undefined, undefined],
    );
    expect((await pagesByHour(db)).get(THIS_MS)).toHaveLength(Math.min(n + 1, 11));
    // Alerts are told all of it for as long as they look back on it.
    if (nowMs < THIS_MS + 13 * HOUR_MS) expect(await told(THIS_MS)).toBe(Math.min(n + 1, 11));
  }
  // The pages say that the hour waits; only that there are bundles had to be said before there was one.
  const state = await loadState(db);
  expect([...state.stale]).toEqual([]);
  expect([state.hasBundles, state.n]).toEqual([true, before + 1]);
});

it("such an hour is listed as waiting before any of its pages is deleted, and loses nothing", async () => {
  const { archive, db, turn, told: inTurn } = await setUp(THIS_MS + 2 * 60_000);
  const services = { db, clock: archive.clock, remainingMs: () => 300_000 };
  const told: string[] = [];
  for (let n = 0; n < 340; n++) {
    await turn(...(n < 11 ? [THIS_MS + n * 300_000] : []));
    // Settles what there is now and then, and deletes it where it was as soon as it may.
    await countAndSettle(services, n % 4 === 1 ? 0 : undefined);
    const stored = (await loadHours(db, [THIS_MS], archive.clock)).get(THIS_MS);
    const pages = (await pagesByHour(db)).get(THIS_MS) ?? [];
    const isListed = (await loadState(db)).stale.has(hourName(THIS_MS));
    if (stored) told.push(`${stored.messages} stored`);
    else if (isListed) told.push("listed");
    else told.push(pages.length === n + 1 ? "all there" : "lost");
    // Alerts are told all of it, also of what is listed alone.
    if (archive.nowMs < THIS_MS + 13 * HOUR_MS) expect(await inTurn(THIS_MS)).toBe(Math.min(n + 1, 11));
  }
  expect(new Set(told)).toEqual(new Set(["all there", "listed", "11 stored"]));
});

it("an hour of few messages whose records do not last until then is stored by itself, with its minutes", async () => {
  const { db, archive, turn, told } = await setUp(THIS_MS + 2 * 60_000, 20);
  const versions: (number | undefined)[] = [];
  for (let n = 0; n < 20; n++) {
    await turn(...(n < 11 ? [THIS_MS + n * 300_000] : []));
    versions.push((await loadCubes(db, [THIS_MS])).get(THIS_MS)?.version);
    expect(await told(THIS_MS)).toBe(Math.min(n + 1, 11));
  }
  // The turns up to 11:27, the one at 11:32 and those after it.
  expect(versions).toEqual([...Array.from({ length: 17 }, () => undefined), 1, 1, 1]);
  expect((await readSeries(db, [THIS_MS], archive.clock)).size).toBe(1);
  expect([...(await loadState(db)).stale]).toEqual([dayName(dayStartOf(THIS_MS))]);
});

it("an hour that gets too many messages while it waits is stored by itself", async () => {
  const { db, turn, told } = await setUp(THIS_MS + 2 * 60_000);
  for (let n = 0; n < 40; n++) await turn(...(n < 11 ? [THIS_MS + n * 300_000] : []));
  expect((await loadCubes(db, [THIS_MS])).size).toBe(0);
  await turn(...Array.from({ length: 390 }, (_, n) => THIS_MS + n));
  expect((await loadCubes(db, [THIS_MS])).get(THIS_MS)?.messages).toBe(401);
  expect((await loadState(db)).stale.has(dayName(dayStartOf(THIS_MS)))).toBe(true);
  await turn();
  expect(await told(THIS_MS)).toBe(401);
});

it("one of many messages is stored with its first turn", async () => {
  const { db, turn } = await setUp(THIS_MS + 2 * 60_000);
  await turn(...Array.from({ length: 2_001 }, (_, n) => THIS_MS + n));
  expect((await loadCubes(db, [THIS_MS])).get(THIS_MS)?.messages).toBe(2_001);
});

it("the first turn asks for a day of few messages as a whole, and not for each of its hours", async () => {
  const archive = new MemoryArchive(NOW_MS);
  const { db, clock } = archive;
  const hours = [40, 33, 26, 20, 7, 3, 2].map((n) => THIS_MS - n * HOUR_MS);
  for (const [n, hourMs] of hours.entries())
    await appendTo(db, { retentionHours: 480 }, [aMessage(n, hourMs)], clock);
  const queries: string[] = [];
  const { hours: counted } = await countHours({
    ...{ db: archive.noting(queries), clock },
    remainingMs: () => 300_000,
  });
  // Three days, two of which are summed up; and four classes of blocks. What is to come of today is read apart.
  expect(queries.filter((pk) => pk === "stats#hour").length).toBeLessThanOrEqual(3 + 2);
  expect(queries.filter((pk) => pk.startsWith("d#")).length).toBeLessThanOrEqual((3 + 1) * 4);
  const messages = (hourMs: number) =>
    [...(counted.get(hourMs)?.cube.values() ?? [])].reduce((sum, cell) => sum + cell.messages, 0);
  expect(hours.map(messages)).toEqual(hours.map(() => 1));
  // The oldest day is at rest.
  const stored = await loadHours(db, hours, clock);
  expect([...stored.values()].map((cube) => [cube.startMs, cube.messages])).toEqual([[hours[0], 1]]);
});
