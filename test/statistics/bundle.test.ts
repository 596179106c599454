import { PutCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { expect, it, test } from "vitest";
import { Archive } from "../../lib/archive/archive.ts";
import { settle } from "../../lib/archive/settle.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { OtherFormatError } from "../../lib/runtime/errors.ts";
import { cubesOf, loadBundles, parseBundle, putBundle } from "../../lib/statistics/bundle.ts";
import { countHours } from "../../lib/statistics/count.ts";
import { countAndSettle } from "../../lib/statistics/count-and-settle.ts";
import { cubeOf } from "../../lib/statistics/cube.ts";
import { encodeCube, plainBytes } from "../../lib/statistics/cube-codec.ts";
import { loadCubes, loadHours } from "../../lib/statistics/cubes-for-jobs.ts";
import { isBundleDue, isForBundle, isLasting } from "../../lib/statistics/due.ts";
import { extendStatistics } from "../../lib/statistics/extend-retention.ts";
import { gather } from "../../lib/statistics/gather.ts";
import { DAY_MS, dayName, HOUR_MS, hourName } from "../../lib/statistics/periods.ts";
import { putCube } from "../../lib/statistics/put-cube.ts";
import { loadState, putState } from "../../lib/statistics/state.ts";
import { appendTo, dyingBeforeBlocks } from "../archive/appending.ts";
import { Random } from "../archive/search/random.ts";
import { aRecord } from "../message/records.ts";
import { MemoryArchive } from "./archive.ts";
import { randomReport } from "./histories.ts";

const DAY = Date.parse("2027-01-03T00:00:00Z");
const REST_MS = DAY + 37 * HOUR_MS;
const RETENTION = { retentionHours: 30 * 24 };

const some = (count: number, fromMs: number, name = "m") =>
  Array.from({ length: count }, (_, n) =>
    aRecord({ messageId: `${name}${n}`, sentAt: formatMoment(fromMs + n), from: "Shop" }),
  );

function setUp(nowMs: number) {
  const archive = new MemoryArchive(nowMs);
  const { db, clock } = archive;
  const services = { db, clock, remainingMs: () => 300_000 };
  return {
    ...{ archive, db, clock, services },
    bundle: async () => (await loadBundles(db, [DAY], clock)).get(DAY),
    messages: async (hourMs: number) => (await loadHours(db, [hourMs], clock)).get(hourMs)?.messages,
  };
}

test("a bundle is read as it was put", async () => {
  const { db, clock } = setUp(DAY);
  const hour = fc.record({
    seed: fc.nat(),
    count: fc.integer({ min: 1, max: 20 }),
    finalFromMs: fc.integer({ min: 0, max: 253_402_300_799 }).map((seconds) => seconds * 1_000),
  });
  let version = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.integer({ min: 0, max: 23 }).map(String), hour),
      fc.uniqueArray(fc.stringMatching(/^[0-9a-f]{12}$/)),
      async (drawn, pages) => {
        const cubes = Object.entries(drawn).map(([n, { seed, count, finalFromMs }]) => {
          const random = new Random(seed);
          const records = Array.from({ length: count }, (_, k) => randomReport(random, `m${k}`, DAY));
          return { hourMs: DAY + Number(n) * HOUR_MS, cube: cubeOf(records), messages: count, finalFromMs };
        });
        const hours = new Map(
          cubes.map(({ hourMs, cube, ...rest }) => [hourMs, { ...rest, plain: plainBytes(cube) }]),
        );
        const bundle = { dayMs: DAY, version, counted: new Set(pages), countedAtMs: DAY + 5, hours };
        expect(await putBundle(db, bundle)).toBe(true);
        for (const older of [version, Math.max(0, version - 1)])
          expect(await putBundle(db, { ...bundle, version: older })).toBe(false);
        version++;
        const stored = (await loadBundles(db, [DAY], clock)).get(DAY);
        expect(stored && { ...stored, hours: stored.hours.size }).toEqual({
          ...bundle,
          version,
          hours: hours.size,
        });
        for (const { hourMs, cube, messages, finalFromMs } of cubes) {
          const found = cubesOf(stored ?? bundle).find(({ startMs }) => startMs === hourMs);
          expect([found?.name, found?.messages, found?.finalFromMs]).toEqual([
            hourName(hourMs),
            messages,
            finalFromMs,
          ]);
          expect(Buffer.compare(found?.packed() ?? new Uint8Array(), encodeCube(cube))).toBe(0);
          expect(found?.cube()).toEqual(cube);
        }
      },
    ),
  );
  expect(() =>
    parseBundle({ pk: "stats#hours", sk: dayName(DAY), d: new Uint8Array(), n: 1, a: 1, v: 2 }),
  ).toThrow(OtherFormatError);
});

it("an hour with a cube of its own is told by that, also if a bundle has it, and leaves it with the next", async () => {
  const { archive, db, clock, services, bundle, messages } = setUp(REST_MS);
  const hourMs = DAY + 5 * HOUR_MS;
  await appendTo(db, RETENTION, [...some(3, hourMs), ...some(2, hourMs + HOUR_MS, "other")], clock);
  await countAndSettle(services, 0);
  expect([...((await bundle())?.hours.keys() ?? [])]).toEqual([hourMs, hourMs + HOUR_MS]);
  const cube = cubeOf(some(4, hourMs));
  const put = { startMs: hourMs, before: undefined, cube, counted: new Set<string>(), countedAtMs: REST_MS };
  await putCube(db, "hour", hourName(hourMs), { ...put, messages: 4, finalFromMs: REST_MS + DAY_MS }, clock);
  expect([await messages(hourMs), await messages(hourMs + HOUR_MS)]).toEqual([4, 2]);
  archive.nowMs += DAY_MS;
  await appendTo(db, RETENTION, some(5, hourMs + HOUR_MS, "other"), clock);
  await countAndSettle(services, 0);
  expect([...((await bundle())?.hours.keys() ?? [])]).toEqual([hourMs + HOUR_MS]);
  expect([await messages(hourMs), await messages(hourMs + HOUR_MS)]).toEqual([4, 5]);
});

it("of a day with both the hours are summed up, and of one with a bundle alone nothing is stored beside it", async () => {
  for (const [count, days] of [
    [410, 1],
    [20, 0],
  ] as const) {
    const { archive, db, clock, services, messages } = setUp(REST_MS);
    await appendTo(db, RETENTION, [...some(count, DAY), ...some(7, DAY + 3 * HOUR_MS, "night")], clock);
    for (let n = 0; n < 4; n++) {
      await countAndSettle(services, 0);
      archive.nowMs += HOUR_MS;
    }
    const stored = [...archive.table.all(archive.nowMs)] as { pk: string; r?: number }[];
    expect(stored.filter(({ pk }) => pk === "stats#day").map(({ r }) => r)).toEqual(
      days === 1 ? [count + 7] : [],
    );
    expect((await loadCubes(db, [DAY])).size).toBe(days);
    expect([await messages(DAY), await messages(DAY + 3 * HOUR_MS)]).toEqual([count, 7]);
    expect((await loadState(db)).stale.size).toBe(0);
  }
});

it("late reports have it put again ever more rarely, and before it is final", async () => {
  const { archive, db, clock, services, bundle } = setUp(DAY + 23 * HOUR_MS);
  await appendTo(db, { retentionHours: 48 }, some(48, DAY + 30 * 60_000), clock);
  let late = 0;
  // A report every hour from the first day on, until two hours before the records are deleted.
  for (; archive.nowMs < DAY + 49 * HOUR_MS; archive.nowMs += 300_000) {
    if (archive.nowMs % HOUR_MS === 0)
      await appendTo(db, { retentionHours: 48 }, some(1, DAY + 40 * 60_000, `late${late++}-`), clock);
    await countAndSettle(services);
  }
  for (; archive.nowMs < DAY + 80 * HOUR_MS; archive.nowMs += 300_000) {
    archive.table.expire(archive.nowMs, () => true);
    await countAndSettle(services);
  }
  const stored = await bundle();
  expect(late).toBe(26);
  expect(stored?.hours.get(DAY)?.messages).toBe(48 + late);
  expect(stored?.version).toBeLessThanOrEqual(4);
});

test("a bundle is due when it is older by half, after a day, before it is final, and for an hour that it does not have", () => {
  const endMs = DAY + DAY_MS;
  const hour = { messages: 1, plain: new Uint8Array(), finalFromMs: endMs + 100 * HOUR_MS };
  const at = (hours: number, countedAfter: number, waiting = DAY) =>
    isBundleDue(
      { dayMs: DAY, hours: new Map([[DAY, hour]]), countedAtMs: endMs + countedAfter * HOUR_MS },
      [waiting],
      endMs + hours * HOUR_MS,
    );
  expect([at(19, 13), at(20, 13), at(83, 60), at(84, 60), at(99.3, 90), at(99.5, 90)]).toEqual([
    ...[false, true, false, true, false, true],
  ]);
  expect(at(14, 13, DAY + HOUR_MS)).toBe(true);
});

it("its hours change for as long as their records live when the retention is raised, unless they are final", async () => {
  const { db, clock, bundle } = setUp(DAY);
  const hour = (finalFromMs: number) => ({
    messages: 1,
    plain: plainBytes(cubeOf(some(1, DAY))),
    finalFromMs,
  });
  const hours = new Map([0, 1].map((n) => [DAY + n * HOUR_MS, hour(DAY + (50 + 3 * n) * HOUR_MS)]));
  await putBundle(db, {
    dayMs: DAY,
    version: 0,
    counted: new Set(["0123456789ab"]),
    countedAtMs: DAY,
    hours,
  });
  const nowMs = DAY + 48 * HOUR_MS;
  expect(await extendStatistics(db, { retentionHours: 720, nowMs })).toBe(1);
  expect(await extendStatistics(db, { retentionHours: 720, nowMs })).toBe(0);
  const stored = await bundle();
  // Of the first some blocks only linger.
  expect([...(stored?.hours.values() ?? [])].map(({ finalFromMs }) => finalFromMs)).toEqual([
    DAY + 50 * HOUR_MS,
    DAY + HOUR_MS + 720 * HOUR_MS,
  ]);
  expect([stored?.counted.size, stored?.countedAtMs, clock.now()]).toEqual([1, DAY, DAY]);
});

it("a page of which a block is not there yet is not in it", async () => {
  const { archive, db, clock, services, bundle, messages } = setUp(REST_MS);
  await appendTo(db, RETENTION, some(2, DAY), clock);
  await countAndSettle(services);
  archive.nowMs += DAY_MS;
  // Whoever appends it dies before the blocks, and begins again later.
  const late = (into: Database) =>
    new Archive(into, RETENTION, clock).append({ source: "sms", place: 1 }, some(1, DAY + 60_000, "late"));
  await expect(late(dyingBeforeBlocks(db))).rejects.toThrow("killed");
  await countHours(services);
  expect(await messages(DAY)).toBe(2);
  await late(db);
  archive.nowMs += DAY_MS;
  await countHours(services);
  expect([await messages(DAY), (await bundle())?.version]).toEqual([3, 2]);
});

it("its hours live longer also if it is put by somebody who has not seen the raised retention", async () => {
  const { db, bundle } = setUp(DAY);
  const finalFromMs = DAY + 51 * HOUR_MS;
  const hours = new Map([[DAY, { messages: 1, plain: plainBytes(cubeOf(some(1, DAY))), finalFromMs }]]);
  const put = (version: number) =>
    putBundle(db, { dayMs: DAY, version, counted: new Set(), countedAtMs: DAY, hours });
  await put(0);
  let isFirst = true;
  // It has read the blocks before they were extended, and puts what it counted between reading and writing here.
  const send = async (command: never) => {
    if ((command as unknown) instanceof PutCommand && isFirst) {
      isFirst = false;
      await put(1);
    }
    return db.client.send(command);
  };
  const raced: Database = { ...db, client: { send } as unknown as Database["client"] };
  expect(await extendStatistics(raced, { retentionHours: 720, nowMs: DAY + 40 * HOUR_MS })).toBe(1);
  expect((await bundle())?.hours.get(DAY)?.finalFromMs).toBe(DAY + 720 * HOUR_MS);
});

it("what is in both is summed up and answered once, as its own cube says", async () => {
  const { archive, db, clock, services, bundle } = setUp(REST_MS);
  const hourMs = DAY + 5 * HOUR_MS;
  await appendTo(db, RETENTION, [...some(3, hourMs), ...some(2, hourMs + HOUR_MS, "other")], clock);
  await countHours(services);
  const counted = (await bundle())?.counted ?? new Set();
  const put = { startMs: hourMs, before: undefined, cube: cubeOf(some(4, hourMs)), counted };
  const about = { countedAtMs: REST_MS, messages: 4, finalFromMs: REST_MS + DAY_MS };
  await putCube(db, "hour", hourName(hourMs), { ...put, ...about }, clock);
  const told = async (grain: "hour" | "day") => {
    let sum = 0;
    const asked = { sinceMs: DAY, untilMs: DAY + DAY_MS, grain, needs: { times: false, prices: false } };
    const looksAt = { senders: false, networks: false };
    const limits = { units: 1e9, timeoutMs: 1e9 };
    await gather(db, { ...asked, looksAt }, limits, clock.now, (_, { messages }) => {
      for (const n of messages) sum += n;
    });
    return sum;
  };
  expect(await told("hour")).toBe(6);
  const state = await loadState(db);
  await putState(db, { ...state, stale: new Set([dayName(DAY)]) });
  await countHours(services);
  const days = [...archive.table.all(archive.nowMs)] as { pk: string; r?: number }[];
  expect(days.filter(({ pk }) => pk === "stats#day").map(({ r }) => r)).toEqual([6]);
});

it("a day is summed up again when its bundle changes", async () => {
  const { archive, db, clock, services } = setUp(REST_MS);
  const turns = async () => {
    for (let n = 0; n < 4; n++) {
      await countAndSettle(services, 0);
      archive.nowMs += 8 * HOUR_MS;
    }
  };
  await appendTo(db, RETENTION, [...some(410, DAY), ...some(7, DAY + 3 * HOUR_MS, "night")], clock);
  await turns();
  await appendTo(db, RETENTION, some(9, DAY + 3 * HOUR_MS, "night"), clock);
  await turns();
  const days = [...archive.table.all(archive.nowMs)] as { pk: string; r?: number }[];
  expect(days.filter(({ pk }) => pk === "stats#day").map(({ r }) => r)).toEqual([419]);
});

it("what is final in it stays when another of its hours is counted again", async () => {
  const { archive, db, clock, services, bundle, messages } = setUp(DAY);
  const lateMs = DAY + 20 * HOUR_MS;
  const turns = async (untilMs: number) => {
    for (; archive.nowMs < untilMs; archive.nowMs += 1_200_000) {
      archive.table.expire(archive.nowMs, () => true);
      await countAndSettle(services);
    }
  };
  await turns(DAY + HOUR_MS);
  await appendTo(db, { retentionHours: 48 }, some(3, DAY), clock);
  await turns(DAY + 52 * HOUR_MS);
  await appendTo(db, { retentionHours: 48 }, some(2, lateMs, "late"), clock);
  await turns(DAY + 80 * HOUR_MS);
  expect([await messages(DAY), await messages(lateMs), (await bundle())?.version]).toEqual([3, 2, 2]);
});

it("hours go on waiting when somebody else has put their bundle", async () => {
  const { archive, db, clock, services, messages } = setUp(REST_MS);
  await appendTo(db, RETENTION, some(2, DAY), clock);
  await settle(services, 0);
  archive.nowMs += HOUR_MS;
  let isFirst = true;
  const send = async (command: never) => {
    const sent = command as unknown;
    if (sent instanceof PutCommand && sent.input.Item?.pk === "stats#hours" && isFirst) {
      isFirst = false;
      const nothing = { version: 0, counted: new Set<string>(), countedAtMs: REST_MS, hours: new Map() };
      await putBundle(db, { dayMs: DAY, ...nothing });
    }
    return db.client.send(command);
  };
  await countAndSettle({ ...services, db: { ...db, client: { send } as unknown as Database["client"] } });
  expect((await loadState(db)).stale.has(hourName(DAY))).toBe(true);
  await countAndSettle(services);
  expect(await messages(DAY)).toBe(2);
});

test("hours are stored with their day that are few and small, and last for half a day longer than needed", () => {
  const isOne = (messages: number, bytes: number) => isForBundle({ messages, plain: new Uint8Array(bytes) });
  expect([isOne(400, 12_000), isOne(401, 12_000), isOne(400, 12_001)]).toEqual([true, false, false]);
  const finalFromMs = DAY + 49 * HOUR_MS;
  const isOneOf = (hour: number, ms: number) =>
    isLasting({ startMs: DAY + hour * HOUR_MS, finalFromMs: finalFromMs + ms });
  expect([isOneOf(0, 0), isOneOf(23, 0), isOneOf(0, -1), isOneOf(23, -1)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

it("a run without time leaves it to the next one", async () => {
  const { db, clock, services, bundle, messages } = setUp(REST_MS);
  await appendTo(db, RETENTION, some(2, DAY), clock);
  await countHours({ ...services, remainingMs: () => 0 });
  expect(await bundle()).toBeUndefined();
  await countHours(services);
  expect(await messages(DAY)).toBe(2);
});
