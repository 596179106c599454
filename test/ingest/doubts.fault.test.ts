import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { DELIVERED, NO_ERROR } from "../../infra/local/imitation/message.ts";
import { World } from "../../infra/local/imitation/world.ts";
import { LOGS_REACH_MS } from "../../lib/infobip/sources.ts";
import { NOTHING_CHECKED } from "../../lib/ingest/checkpoint.ts";
import { pullSource } from "../../lib/ingest/pull.ts";
import { reconcile } from "../../lib/ingest/reconcile.ts";
import { SourceStates } from "../../lib/ingest/source-state.ts";
import { EXPIRES_AT } from "../../lib/runtime/table.ts";
import { NOON } from "../message/records.ts";
import { openCollector } from "./collector.ts";
import { beset, besetDatabase } from "./misfortunes.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const QUARTER_MS = 15 * MINUTE_MS;

type Collector = Awaited<ReturnType<typeof openCollector>>;

/** A message that was sent `ageHours` before noon and is delivered at noon. */
function aWorld(ageHours = 45): World {
  const world = new World({ seed: 1, startAt: NOON });
  const events = [{ at: NOON, status: DELIVERED, error: NO_ERROR }];
  world.add({ messageId: "old", sentAt: NOON - ageHours * HOUR_MS, callbackData: "data", events });
  return world;
}

/** The state just before noon: everything is checked, and the message is known to be pending. */
async function checkedBeforeNoon(world = aWorld()): Promise<Collector> {
  const collector = await openCollector(world);
  collector.clock.ms = NOON - MINUTE_MS;
  await reconcile(collector.services);
  collector.clock.ms = NOON + SECOND_MS;
  return collector;
}

/** What kills a process in the middle of a request. */
const killed = (): undefined => {
  throw new Error("killed");
};

async function theMessage(collector: Collector) {
  const [message] = await collector.archived();
  return message;
}

test("when opening takes 36 seconds nothing is sent, and nothing is open", async () => {
  await using collector = await openCollector(aWorld(1));
  const { services, table, server, clock } = collector;
  clock.ms = NOON + SECOND_MS;
  const slow = besetDatabase(table.endpoint, (command) => {
    if (command === "UpdateItemCommand") clock.ms += 36 * SECOND_MS;
  });
  const run = await pullSource("sms", { ...services, states: new SourceStates(slow) });
  expect(run).toMatchObject({ refused: 1, inDoubt: 0 });
  expect(run.refusal).toMatch(/too long/);
  expect([server.requests.length, await collector.unfinished("sms")]).toEqual([
    0,
    { landed: [], doubts: [] },
  ]);
  slow.client.destroy();
});

test("the key is fetched before the pull is opened, however long that takes", async () => {
  await using collector = await openCollector(aWorld(1));
  const { services, clock } = collector;
  clock.ms = NOON + SECOND_MS;
  const open: number[] = [];
  const infobip = beset(services.infobip, {
    authorize: async () => {
      open.push((await services.states.load("sms")).open.length);
      clock.ms += 40 * SECOND_MS;
      return undefined;
    },
  });
  expect(await pullSource("sms", { ...services, infobip })).toMatchObject({ pulled: 1, refused: 0 });
  expect(open).toEqual([0]);
});

test("a page that lands long after it was asked for is merged whole, though its pull was settled meanwhile", async () => {
  await using collector = await checkedBeforeNoon();
  const { services, clock } = collector;
  const infobip = beset(services.infobip, {
    after: async () => {
      for (let n = 0; n < 5; n++) {
        clock.ms += QUARTER_MS;
        await reconcile(collector.another());
      }
      expect(await collector.unfinished("sms")).toEqual({ landed: [], doubts: [] });
      return undefined;
    },
  });
  expect(await pullSource("sms", { ...services, infobip })).toMatchObject({ pulled: 1 });
  // The logs know nothing of either.
  expect(await theMessage(collector)).toMatchObject({ callbackData: "data", error: { name: "NO_ERROR" } });
  expect(await collector.unfinished("sms")).toEqual({ landed: [], doubts: [] });
});

test.each([-31 * SECOND_MS, -HOUR_MS, HOUR_MS])(
  "a pull that the reconciler saw open before its request was sent is not settled before it; clock off by %i ms",
  async (offMs) => {
    await using collector = await checkedBeforeNoon();
    const { services, clock } = collector;
    const skewed = { ...clock, now: () => clock.ms + offMs, sleep: clock.sleep };
    const infobip = beset(services.infobip, {
      before: async () => {
        expect(await reconcile(collector.another())).toMatchObject({ openDoubts: 1, settledDoubts: 0 });
        expect(await theMessage(collector)).toMatchObject({ status: { groupName: "DELIVERED" } });
        return undefined;
      },
      after: killed,
    });
    await expect(pullSource("sms", { ...services, clock: skewed, infobip })).rejects.toThrow("killed");
    const settled: number[] = [];
    for (let n = 0; n < 4; n++) {
      clock.ms += QUARTER_MS;
      settled.push((await reconcile(services)).settledDoubts);
    }
    expect(settled).toEqual([0, 0, 1, 0]);
  },
);

test("reports that were taken after the reconciler had looked are found all the same when their process dies", async () => {
  await using collector = await checkedBeforeNoon();
  const { services, clock } = collector;
  clock.ms = NOON - 30 * SECOND_MS;
  const infobip = beset(services.infobip, {
    before: async () => {
      await reconcile(collector.another());
      clock.ms = NOON + SECOND_MS;
      return undefined;
    },
    after: killed,
  });
  await expect(pullSource("sms", { ...services, infobip })).rejects.toThrow("killed");
  expect(await theMessage(collector)).toMatchObject({ status: { groupName: "PENDING" } });
  for (let n = 0; n < 2; n++) {
    clock.ms += QUARTER_MS;
    await reconcile(services);
  }
  expect(await theMessage(collector)).toMatchObject({ status: { groupName: "DELIVERED" } });
});

test.each([30 * SECOND_MS, 20 * MINUTE_MS, 3 * HOUR_MS])(
  "logs that show what a lost report said only %i ms later are looked at again until they do",
  async (lateMs) => {
    await using collector = await checkedBeforeNoon(aWorld(40));
    const { services, clock } = collector;
    const infobip = beset(services.infobip, {
      before: ({ isLogs }) => {
        if (isLogs) clock.ms -= lateMs;
        return undefined;
      },
      after: ({ isLogs }) => {
        if (isLogs) clock.ms += lateMs;
        return isLogs ? undefined : { kind: "doubt", reason: "HTTP 500" };
      },
    });
    const besetServices = { ...services, infobip };
    expect(await pullSource("sms", besetServices)).toMatchObject({ inDoubt: 1, doubtReason: "HTTP 500" });
    let openDoubts = 1;
    for (let n = 0; n < 24; n++) {
      ({ openDoubts } = await reconcile(besetServices));
      clock.ms += QUARTER_MS;
    }
    expect(openDoubts).toBe(0);
    expect(await theMessage(collector)).toMatchObject({ status: { groupName: "DELIVERED" } });
  },
);

test("a sweep by a clock that is 30 hours ahead, which misses the oldest messages, settles nothing", async () => {
  await using collector = await checkedBeforeNoon();
  const { services, clock } = collector;
  const infobip = beset(services.infobip, { after: () => ({ kind: "doubt", reason: "ECONNRESET" }) });
  await pullSource("sms", { ...services, infobip });
  // Nobody could check yet; the doubt was only seen.
  const logsAway = beset(services.infobip, { before: () => ({ kind: "doubt", reason: "HTTP 500" }) });
  for (let n = 0; n < 3; n++) {
    await reconcile({ ...services, infobip: logsAway });
    clock.ms += QUARTER_MS;
  }
  await services.checkpoints.save(NOTHING_CHECKED);
  const ahead = { ...clock, now: () => clock.ms + 30 * HOUR_MS, sleep: clock.sleep };
  await reconcile({ ...collector.another(), clock: ahead });
  expect(await theMessage(collector)).toMatchObject({ status: { groupName: "PENDING" } });
  clock.ms += QUARTER_MS;
  expect(await reconcile(services)).toMatchObject({ settledDoubts: 0, openDoubts: 1 });
  expect(await theMessage(collector)).toMatchObject({ status: { groupName: "DELIVERED" } });
});

test("hoursLeft counts from the oldest message that a doubt may concern, not from the doubt", async () => {
  await using collector = await checkedBeforeNoon(aWorld(40));
  const { services, clock } = collector;
  const infobip = beset(services.infobip, { after: () => ({ kind: "doubt", reason: "ECONNRESET" }) });
  await pullSource("sms", { ...services, infobip });
  const { hoursLeft } = await reconcile({
    ...services,
    infobip,
    remainingMs: () => NOON + 90_000 - clock.ms,
  });
  expect(hoursLeft).toBeLessThan(8);
});

test("no pass and no sweep starves behind another, whatever there is to check", async () => {
  const world = new World({ seed: 1, startAt: NOON });
  world.send(2_400, { from: NOON - 13 * HOUR_MS, until: NOON });
  world.send(800, { from: NOON - 48 * HOUR_MS, until: NOON - 44 * HOUR_MS });
  await using collector = await openCollector(world);
  const { services, clock } = collector;
  const passes = { fresh: NOON - 12 * HOUR_MS, settled: NOON - 13 * HOUR_MS, last: NOON - 47 * HOUR_MS };
  await services.checkpoints.save({ ...NOTHING_CHECKED, passes });
  await services.doubts.raise({ source: "sms", id: "x", reason: "HTTP 500" }, NOON);
  let requests = 0;
  const infobip = beset(services.infobip, {
    before: () => {
      requests++;
      return undefined;
    },
  });
  await reconcile({ ...services, infobip, remainingMs: () => (requests < 24 ? 300_000 : 0) });
  const after = await services.checkpoints.load();
  expect(after.passes.fresh).toBeGreaterThan(passes.fresh);
  expect(after.passes.settled).toBeGreaterThan(passes.settled);
  expect(after.passes.last).toBeGreaterThan(passes.last);
  // The sweep is under way, or over.
  expect(after.sweep?.atMs ?? Infinity).toBeGreaterThan(clock.ms - 48 * HOUR_MS);
});

test("a doubt stays for as long as the logs can tell what it took", async () => {
  await using collector = await openCollector(aWorld());
  const { services, table } = collector;
  await services.doubts.raise({ source: "sms", id: "x", reason: "HTTP 500" }, NOON);
  const Key = { pk: "doubt", sk: "sms#x" };
  const { Item } = await table.db.client.send(new GetCommand({ TableName: table.db.table, Key }));
  expect(Item?.[EXPIRES_AT]).toBeGreaterThanOrEqual((NOON + LOGS_REACH_MS) / SECOND_MS);
});

test("what the logs tell of a message two days after it was sent is found by the last pass, though nobody doubts anything", async () => {
  await using collector = await checkedBeforeNoon(aWorld(43));
  const { services, clock } = collector;
  expect(await theMessage(collector)).toMatchObject({ status: { groupName: "PENDING" } });
  clock.ms = NOON + HOUR_MS + QUARTER_MS;
  expect(await reconcile(services)).toMatchObject({ repaired: 1, openDoubts: 0 });
  expect(await theMessage(collector)).toMatchObject({ status: { groupName: "DELIVERED" } });
});
