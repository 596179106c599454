import { expect, test } from "vitest";
import { ACCEPTED, DELIVERED, type MessageSpec, NO_ERROR } from "../../infra/local/imitation/message.ts";
import { HOUR_MS, MINUTE_MS, Scene, START_MS } from "./scene.ts";

/** Sent so many hours ago, and delivered a moment ago: only its report, or a look at all of the logs, tells so. */
function longAgo(messageId: string, hours: number, doneMs = START_MS - 1_000): MessageSpec {
  const sentAt = START_MS - hours * HOUR_MS;
  return {
    messageId,
    sentAt,
    callbackData: "kept",
    events: [
      { at: sentAt, status: ACCEPTED, done: false },
      { at: doneMs, status: DELIVERED, error: NO_ERROR },
    ],
  };
}

const statusesOf = (records: readonly { status: { groupName?: string } }[]) =>
  records.map(({ status }) => status.groupName);

test("opening takes 36 s: no request is sent on it", async () => {
  using scene = new Scene();
  scene.send(longAgo("m", 45));
  const slow = scene.process("slow");
  // It is written down at once, and the answer takes its time.
  scene.table.watchers.push(({ by, after }) => {
    if (by === "slow" && after?.open) slow.freeze(36_000);
  });
  const run = scene.pull(slow);
  await scene.after(2 * MINUTE_MS);
  expect(await run).toMatchObject({ refused: 1 });
  expect(scene.upstream.given).toEqual([]);
  await scene.settle(1);
  expect(statusesOf(await scene.served())).toEqual(["DELIVERED"]);
});

test("a pull that lands 37 s after its start keeps what only reports have, whatever was swept meanwhile", async () => {
  using scene = new Scene({ script: { upstream: (process) => (process === "late" ? "late" : undefined) } });
  scene.send(longAgo("m", 45));
  const late = scene.process("late");
  const run = scene.pull(late);
  // Frozen with the answer on its way.
  while (scene.upstream.given.length === 0) await scene.after(10);
  late.freeze(37_000);
  for (let n = 0; n < 3; n++) {
    await scene.reconciled(scene.process(`reconcile-${n}`));
    await scene.after(5_000);
  }
  await scene.after(MINUTE_MS);
  await run;
  await scene.settle(1);
  expect(scene.keysOf("log#sms")).toHaveLength(1);
  expect((await scene.served())[0]).toMatchObject({ callbackData: "kept", error: { name: "NO_ERROR" } });
  expect(await scene.leftovers()).toEqual([]);
});

test.for([-31_000, 31_000])(
  "the clock of the pull is %i ms away from the reconciler's, and it dies with reports in its hands",
  async (skewMs) => {
    const script = {
      upstream: (process: string) => (process === "dying" ? "overtaken" : undefined),
    } as const;
    using scene = new Scene({ script });
    // Everything is checked before, so that only the doubt makes anybody look that far back.
    scene.send(longAgo("m", 45, START_MS + 30 * MINUTE_MS));
    await scene.settle(0.5);
    await scene.after(MINUTE_MS);
    // Its request is on its way for long: the doubt is looked at before anything is taken.
    const dying = scene.process("dying", skewMs);
    void scene.pull(dying);
    await scene.reconciled(scene.process("reconcile"));
    dying.kill("the scenario");
    await scene.settle(2);
    expect(statusesOf(await scene.served())).toEqual(["DELIVERED"]);
    expect(await scene.leftovers()).toEqual([]);
  },
);

test.for([30_000, 10 * MINUTE_MS, HOUR_MS])(
  "the logs show %i ms late what a lost report said",
  async (statusMs) => {
    using scene = new Scene({
      script: { upstream: (process, n) => (process === "unlucky" && n === 1 ? "lost" : undefined) },
    });
    scene.send(longAgo("m", 40, START_MS + 30 * MINUTE_MS));
    await scene.settle(0.5);
    await scene.after(MINUTE_MS);
    // From now on, as late as it can be.
    const shown = scene.account.logs.bind(scene.account);
    const doneMs = scene.loop.nowMs;
    scene.account.logs = (query, nowMs) =>
      shown(query, nowMs).map((message) =>
        nowMs < doneMs + statusMs ? { ...message, events: message.events.slice(0, 1) } : message,
      );
    expect(await scene.pulled(scene.process("unlucky"))).toMatchObject({ inDoubt: 1 });
    await scene.settle(4);
    expect(statusesOf(await scene.served())).toEqual(["DELIVERED"]);
    expect(await scene.leftovers()).toEqual([]);
  },
);

test("hoursLeft counts from the oldest message that a doubt may concern", async () => {
  using scene = new Scene({
    script: { upstream: (process) => (process === "unlucky" ? "lost" : undefined) },
  });
  scene.send(longAgo("m", 40, START_MS + 30 * MINUTE_MS));
  await scene.settle(0.5);
  expect(await scene.pulled(scene.process("unlucky"))).toMatchObject({ inDoubt: 1 });
  // Infobip answers nothing, so the sweep does not get on.
  scene.upstream.unservable = new Set(["m"]);
  const { hoursLeft } = await scene.reconciled(scene.process("reconcile"));
  expect(hoursLeft).toBeLessThanOrEqual(8);
});

test("a row that cannot be served does not keep the others from being checked, and is asked for again", async () => {
  using scene = new Scene();
  scene.send(longAgo("spoilt", 30), longAgo("before", 31), longAgo("after", 29));
  scene.upstream.unservable = new Set(["spoilt"]);
  await scene.reconciled(scene.process("reconcile"));
  await scene.after(HOUR_MS);
  await scene.reconciled(scene.process("reconcile-2"));
  const ids = async () => (await scene.served()).map(({ messageId }) => messageId);
  expect(await ids()).toEqual(["after", "before"]);
  scene.upstream.unservable = new Set();
  await scene.reconciled(scene.process("reconcile-3"));
  expect(await ids()).toEqual(["after", "spoilt", "before"]);
});

test.for([20, 40, 60, 80])(
  "an outage that begins with request %i, after a row that cannot be served, is no gap: the run stops",
  async (from) => {
    const script = {
      upstream: (process: string, n: number) =>
        process === "reconcile" && n >= from ? "errorBefore" : undefined,
    } as const;
    using scene = new Scene({ script });
    scene.send(longAgo("spoilt", 30), longAgo("before", 31), longAgo("after", 29));
    scene.upstream.unservable = new Set(["spoilt"]);
    const { stopped, gaps } = await scene.reconciled(scene.process("reconcile"));
    expect(stopped).toBe("HTTP 500");
    expect(gaps).toBeLessThanOrEqual(1);
    scene.upstream.unservable = new Set();
    await scene.settle(0.5);
    const ids = (await scene.served()).map(({ messageId }) => messageId);
    expect(ids).toEqual(["after", "spoilt", "before"]);
  },
);

test.for([47.5, 46, 24])("logs that reach back %d hours are checked as far as they do", async (hours) => {
  using scene = new Scene();
  scene.upstream.strictHours = hours;
  scene.send(longAgo("m", hours - 1));
  const runs = await scene.settle(0.5);
  expect(runs.map(({ stopped }) => stopped)).toEqual(runs.map(() => undefined));
  expect(await scene.served()).toHaveLength(1);
});

test("a reconciler whose clock is 30 h ahead stops nobody", async () => {
  using scene = new Scene();
  await scene.reconciled(scene.process("ahead", 30 * HOUR_MS));
  scene.send({ messageId: "m", sentAt: scene.loop.nowMs + 1_000, events: [] });
  await scene.after(MINUTE_MS);
  const { hoursLeft } = await scene.reconciled(scene.process("right"));
  expect(hoursLeft).toBeLessThanOrEqual(48);
  expect((await scene.served()).map(({ messageId }) => messageId)).toEqual(["m"]);
});

test("what the database could not take for a while is merged by the next run, and nothing is set aside", async () => {
  const script = {
    database: (process: string, n: number) => (process === "busy" && n > 4 ? "failsForGood" : undefined),
  } as const;
  using scene = new Scene({ script });
  scene.send(longAgo("m", 1));
  await expect(scene.pulled(scene.process("busy"))).rejects.toThrow();
  expect(scene.keysOf("log#sms")).toHaveLength(1);
  expect(await scene.pulled(scene.process("next"))).toMatchObject({ resumed: 1 });
  expect(scene.keysOf("quarantine")).toEqual([]);
  expect(statusesOf(await scene.served())).toEqual(["DELIVERED"]);
});

test("windows that begin before what the logs hold are refused, and all the rest is checked", async () => {
  using scene = new Scene();
  scene.upstream.strictHours = 48;
  scene.send(longAgo("m", 40, START_MS - 39 * HOUR_MS));
  await scene.settle(0.5);
  expect(await scene.served()).toHaveLength(1);
});

test("with a retention of 24 hours, the last pass does not bring back what has expired", async () => {
  using scene = new Scene({ retentionHours: 24 });
  scene.send(
    ...Array.from({ length: 20 }, (_, n) => longAgo(`m${n}`, 44.2 + n / 100, START_MS - 44 * HOUR_MS)),
  );
  const runs = await scene.settle(0.5);
  expect(runs.map(({ inserted, repaired }) => inserted + repaired)).toEqual(runs.map(() => 0));
  expect(await scene.served()).toEqual([]);
});

test("a pull that dies after each of its calls of the database leaves nothing that is not found", async () => {
  for (let calls = 1; calls <= 12; calls++) {
    using scene = new Scene();
    scene.send(longAgo("m", 45, START_MS + 30 * MINUTE_MS));
    await scene.settle(0.5);
    await scene.after(MINUTE_MS);
    const process = scene.process("dying");
    let n = 0;
    scene.table.watchers.push(({ by }) => {
      if (by === "dying" && ++n === calls) process.kill("the scenario");
    });
    void scene.pull(process);
    await scene.after(2 * MINUTE_MS);
    await scene.settle(1);
    expect(statusesOf(await scene.served()), `dead after write ${calls}`).toEqual(["DELIVERED"]);
    expect(await scene.leftovers(), `dead after write ${calls}`).toEqual([]);
  }
});
