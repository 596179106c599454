import { expect, test } from "vitest";
import { DELIVERED, NO_ERROR } from "../../infra/local/imitation/message.ts";
import { World } from "../../infra/local/imitation/world.ts";
import { NOTHING_CHECKED } from "../../lib/ingest/checkpoint.ts";
import { reconcile } from "../../lib/ingest/reconcile.ts";
import { NOON } from "../message/records.ts";
import { openCollector } from "./collector.ts";
import { beset } from "./misfortunes.ts";

const QUARTER_MS = 900_000;
const HOUR_MS = 4 * QUARTER_MS;
const BAD_MS = NOON - 2 * HOUR_MS;

/** Messages sent so many milliseconds after the bad one. */
function aWorld(...offsets: number[]): World {
  const world = new World({ seed: 1, startAt: NOON });
  for (const offset of offsets) {
    const events = [{ at: BAD_MS + offset + 5_000, status: DELIVERED, error: NO_ERROR }];
    world.add({ messageId: `m${offset}`, sentAt: BAD_MS + offset, events });
  }
  return world;
}

/** A collector from whose logs windows that hold one of these moments are never served. */
async function openBeset(world: World, isBad: (ms: { sinceMs: number; untilMs: number }) => boolean) {
  const collector = await openCollector(world);
  let requests = 0;
  const infobip = beset(collector.services.infobip, {
    before: (asked) => {
      if (asked.isLogs) requests++;
      return asked.isLogs && isBad(asked) ? { kind: "doubt", reason: "HTTP 500" } : undefined;
    },
  });
  const services = { ...collector.services, infobip, remainingMs: () => 3_600_000 };
  return {
    ...collector,
    services,
    /** A run, a quarter of an hour after the last; how many requests it takes. */
    async run() {
      const before = requests;
      const run = await reconcile(services);
      collector.clock.ms += QUARTER_MS;
      return { ...run, requests: requests - before };
    },
    gaps: async () => (await services.checkpoints.load()).gaps,
    [Symbol.asyncDispose]: collector[Symbol.asyncDispose].bind(collector),
  };
}

const holds =
  (...bad: number[]) =>
  ({ sinceMs, untilMs }: { sinceMs: number; untilMs: number }) =>
    bad.some((ms) => sinceMs <= ms && ms <= untilMs);
const secondsAt = (ms: readonly number[]) => ms.map((sinceMs) => ({ sinceMs, untilMs: sinceMs + 1_000 }));

test("what stands in the same second as a row that stays spoilt is checked by a later run", async () => {
  const others = [-400, -3, -1, 1, 2, 350];
  await using collector = await openBeset(aWorld(0, ...others), holds(BAD_MS));
  expect(await collector.run()).toMatchObject({ gaps: 1 });
  for (let n = 0; n < 2; n++) await collector.run();
  expect((await collector.archived()).map(({ messageId }) => messageId).sort()).toEqual(
    others.map((offset) => `m${offset}`).sort(),
  );
  expect(await collector.gaps()).toEqual([{ sinceMs: BAD_MS, untilMs: BAD_MS }]);
  // Three passes, the gap, and whether Infobip serves anything.
  expect((await collector.run()).requests).toBeLessThanOrEqual(5);
});

test("200 gaps of an hour ago are asked for within two runs, the oldest first, though some stay", async () => {
  const starts = Array.from({ length: 200 }, (_, n) => NOON - 40 * HOUR_MS + n * 600_000);
  const bad = starts.filter((_, n) => n % 20 === 0).map((ms) => ms + 500);
  await using collector = await openBeset(aWorld(), holds(...bad));
  const { checkpoints } = collector.services;
  const passes = { fresh: NOON, settled: NOON - HOUR_MS, last: NOON - 44 * HOUR_MS };
  await checkpoints.save({ ...NOTHING_CHECKED, passes, gaps: secondsAt(starts) });
  const left: number[] = [];
  for (let n = 0; n < 8; n++) {
    const { requests, gaps, stopped } = await collector.run();
    expect(stopped).toBeUndefined();
    expect(requests).toBeLessThan(250);
    left.push(gaps);
  }
  expect(left.at(-1)).toBe(bad.length);
  expect(await collector.gaps()).toEqual(bad.map((ms) => ({ sinceMs: ms, untilMs: ms })));
});

test("gaps that stay keep no younger one from being asked for again", async () => {
  const starts = Array.from({ length: 150 }, (_, n) => NOON - 40 * HOUR_MS + n * 600_000);
  const young = NOON - HOUR_MS;
  await using collector = await openBeset(aWorld(), holds(...starts));
  const passes = { fresh: NOON, settled: NOON - HOUR_MS, last: NOON - 44 * HOUR_MS };
  const stuck = starts.map((ms) => ({ sinceMs: ms, untilMs: ms }));
  const gaps = [...stuck, ...secondsAt([young])];
  await collector.services.checkpoints.save({ ...NOTHING_CHECKED, passes, gaps });
  for (let n = 0; n < 2; n++) expect((await collector.run()).requests).toBeLessThan(250);
  expect(await collector.gaps()).toEqual(stuck);
});

test("an outage while gaps are asked for again stops the run, and leaves them as they are", async () => {
  const gaps = secondsAt([NOON - 3 * HOUR_MS, NOON - 2 * HOUR_MS]);
  await using collector = await openBeset(aWorld(), ({ untilMs }) => untilMs <= NOON - HOUR_MS);
  const isOut = beset(collector.services.infobip, { before: () => ({ kind: "doubt", reason: "HTTP 503" }) });
  const passes = { fresh: NOON + HOUR_MS, settled: NOON + HOUR_MS, last: NOON + HOUR_MS };
  await collector.services.checkpoints.save({ ...NOTHING_CHECKED, passes, gaps });
  collector.clock.ms += QUARTER_MS;
  expect(await reconcile({ ...collector.services, infobip: isOut })).toMatchObject({
    stopped: "HTTP 503",
    gaps: 2,
  });
  expect(await collector.gaps()).toEqual(gaps);
});

test("what the logs have long forgotten is not asked for for ever", async () => {
  await using collector = await openBeset(aWorld(), holds(NOON - 50 * HOUR_MS));
  await collector.services.checkpoints.save({ ...NOTHING_CHECKED, gaps: secondsAt([NOON - 50 * HOUR_MS]) });
  expect(await collector.run()).toMatchObject({ gaps: 0 });
});

test("a message that could not be looked at again is a gap, and not forgotten", async () => {
  await using collector = await openBeset(aWorld(0), holds(BAD_MS));
  const passes = { fresh: NOON, settled: NOON - HOUR_MS, last: NOON - 44 * HOUR_MS };
  const window = { sinceMs: BAD_MS, untilMs: BAD_MS };
  const rechecks = { windows: [window], nextMs: NOON, waitMs: QUARTER_MS };
  await collector.services.checkpoints.save({ ...NOTHING_CHECKED, passes, rechecks });
  await collector.run();
  expect(await collector.gaps()).toEqual([window]);
});

/** All passes are done, and a sweep has come to shortly before the bad message. */
const SWEEPING = {
  ...NOTHING_CHECKED,
  passes: { fresh: NOON, settled: NOON - HOUR_MS, last: NOON - 44 * HOUR_MS },
  sweep: { begunMs: NOON - 1, atMs: BAD_MS - HOUR_MS, untilMs: NOON, pending: [] },
};

test("what a sweep is not served is a gap, and not forgotten", async () => {
  await using collector = await openBeset(aWorld(0), holds(BAD_MS));
  await collector.services.checkpoints.save(SWEEPING);
  await collector.run();
  const [gap] = await collector.gaps();
  expect(gap && holds(BAD_MS)(gap)).toBe(true);
});

test("what a sweep found pending is looked at again, and so is what one before it did", async () => {
  const world = aWorld();
  world.add({ messageId: "pending", sentAt: BAD_MS, events: [] });
  await using collector = await openBeset(world, () => false);
  const earlier = { sinceMs: NOON - 20 * HOUR_MS, untilMs: NOON - 20 * HOUR_MS };
  const rechecks = { windows: [earlier], nextMs: NOON + QUARTER_MS, waitMs: QUARTER_MS };
  await collector.services.checkpoints.save({ ...SWEEPING, rechecks });
  await collector.run();
  const { rechecks: next } = await collector.services.checkpoints.load();
  expect(next?.windows).toEqual([earlier, { sinceMs: BAD_MS, untilMs: BAD_MS }]);
});

test("logs that reach back 24 hours are checked as far as they do, and the run says so", async () => {
  await using collector = await openCollector(aWorld(0));
  const infobip = beset(collector.services.infobip, {
    before: ({ isLogs, sinceMs }) =>
      isLogs && sinceMs < collector.clock.ms - 24 * HOUR_MS
        ? { kind: "refused", reason: "HTTP 400", status: 400 }
        : undefined,
  });
  const run = await reconcile({ ...collector.services, infobip });
  expect(run.stopped).toBeUndefined();
  expect(run.reachHours).toBeCloseTo(24, 0);
  expect(await collector.archived()).toHaveLength(1);
});
