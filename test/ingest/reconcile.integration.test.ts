import { expect, test } from "vitest";
import type { Fault } from "../../infra/local/imitation/faults.ts";
import { DELIVERED, NO_ERROR } from "../../infra/local/imitation/message.ts";
import { World } from "../../infra/local/imitation/world.ts";
import { Archive } from "../../lib/archive/archive.ts";
import type { ArchiveWriter } from "../../lib/archive/writer.ts";
import { pullSource } from "../../lib/ingest/pull.ts";
import { backfill, reconcile } from "../../lib/ingest/reconcile.ts";
import { PageLog } from "../../lib/log/page-log.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import { DEAD_ENDPOINT, databaseAt } from "../archive/table.ts";
import { aRecord, NOON } from "../message/records.ts";
import { openCollector } from "./collector.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const aWorld = () => new World({ seed: 1, startAt: NOON });
/** The time of a run that may take a minute. */
const untilMinute = (clock: { ms: number }) => () => NOON + MINUTE_MS - clock.ms;
const withStatus = (status: 429 | 500, n: number, seconds?: number) => (request: { n: number }) => {
  const fault: Fault = { kind: "status", status, consumed: false };
  if (request.n !== n) return undefined;
  return seconds === undefined ? fault : { ...fault, retryAfterSeconds: seconds };
};

test("full windows are split until every message is found, pending ones too, over several runs if need be", async () => {
  const world = aWorld();
  world.send(1_050, { from: NOON - 2 * HOUR_MS, until: NOON - 2 * HOUR_MS + 900 });
  world.add({ messageId: "pending", sentAt: NOON - 1_000, events: [] });
  await using collector = await openCollector(world);
  let checks = 0;
  const remainingMs = () => (checks++ < 2 ? 300_000 : 0);
  expect(await reconcile({ ...collector.services, remainingMs })).toMatchObject({ stopped: "no time left" });
  expect((await collector.archived()).length).toBeLessThan(1_050);

  const report = await reconcile(collector.services);
  expect(report).toMatchObject({ fullMilliseconds: 0, openDoubts: 0 });
  expect(report.stopped).toBeUndefined();
  const archived = await collector.archived();
  expect(archived).toHaveLength(1_051);
  const pending = archived.find(({ messageId }) => messageId === "pending");
  expect(pending?.status.groupName).toBe("PENDING");
});

test("sender and text are filled in, and a final status is not taken back", async () => {
  const world = aWorld();
  const events = [{ at: NOON + HOUR_MS, status: DELIVERED, error: NO_ERROR }];
  world.add({ messageId: "m1", sentAt: NOON - MINUTE_MS, from: "InfoSMS", text: "Hello", events });
  await using collector = await openCollector(world);
  await collector.services.archive.append({ source: "sms", place: 1 }, [
    aRecord({ doneAt: "2026-03-01T11:59:30.000+0000" }),
  ]);
  expect(await reconcile(collector.services)).toMatchObject({ enriched: 1, repaired: 0 });
  const [record] = await collector.archived();
  expect(record).toMatchObject({ from: "InfoSMS", text: "Hello", status: { groupName: "DELIVERED" } });
  expect(record?.doneAt).toBe("2026-03-01T11:59:30.000+0000");
});

test("goes on where the last run stopped", async () => {
  const world = aWorld();
  for (let n = 0; n < 3; n++) world.add({ messageId: `m${n}`, sentAt: NOON - HOUR_MS * (n + 1) });
  await using collector = await openCollector(world);
  const { services, server, clock } = collector;
  await reconcile(services);
  const before = server.requests.length;
  clock.ms += 5 * MINUTE_MS;
  await reconcile(services);
  const since = server.requests.slice(before).map(({ query }) => query.get("sentSince"));
  // Each pass goes back two minutes beyond where it was.
  expect(since).toEqual([
    "2026-03-01T11:58:00.000+0000",
    "2026-03-01T10:58:00.000+0000",
    "2026-02-27T15:58:00.000+0000",
  ]);
});

test("a doubt starts a check of all that the logs know, which settles it", async () => {
  const world = aWorld();
  const ending = { at: NOON + 2 * HOUR_MS, status: DELIVERED, error: NO_ERROR };
  world.add({ messageId: "old", sentAt: NOON - 40 * HOUR_MS, from: "InfoSMS", events: [ending] });
  await using collector = await openCollector(world, ({ path }) =>
    path === "/sms/1/reports" ? { kind: "lost" } : undefined,
  );
  const { services, clock } = collector;
  await reconcile(services);
  clock.ms += 3 * HOUR_MS;
  await pullSource("sms", services);
  // Repaired at once; settled when the pull is certainly over, and the logs have had time to show what it took.
  expect(await reconcile(services)).toMatchObject({ settledDoubts: 0, openDoubts: 1, repaired: 1 });
  expect((await collector.archived())[0]?.status.groupName).toBe("DELIVERED");
  clock.ms += 15 * MINUTE_MS;
  expect(await reconcile(services)).toMatchObject({ settledDoubts: 0, openDoubts: 1 });
  clock.ms += 15 * MINUTE_MS;
  expect(await reconcile(services)).toMatchObject({ settledDoubts: 0, openDoubts: 1 });
  clock.ms += 15 * MINUTE_MS;
  expect(await reconcile(services)).toMatchObject({ settledDoubts: 1, openDoubts: 0 });
  expect(await collector.unfinished("sms")).toEqual({ landed: [], doubts: [] });
});

test("after an outage thousands of doubts are settled, a thousand by each sweep", async () => {
  await using collector = await openCollector(aWorld());
  const { services, clock } = collector;
  const ids = Array.from({ length: 1_100 }, (_, n) => String(n));
  await Promise.all(ids.map((id) => services.doubts.raise({ source: "sms", id, reason: "HTTP 500" }, NOON)));
  const settled: number[] = [];
  for (let n = 0; n < 8; n++) {
    settled.push((await reconcile(services)).settledDoubts);
    clock.ms += 15 * MINUTE_MS;
  }
  expect(settled).toEqual([0, 0, 0, 1_000, 0, 0, 0, 100]);
});

test("yields to a 429 for as long as it says", async () => {
  await using collector = await openCollector(aWorld(), withStatus(429, 1, 20));
  const { services, server } = collector;
  await reconcile(services);
  expect(server.requests.map(({ at }) => at - NOON).slice(0, 2)).toEqual([0, 20_000]);
});

test("repeats what went wrong, since logs can be read again", async () => {
  const world = aWorld();
  world.add({ messageId: "m1", sentAt: NOON - HOUR_MS });
  await using collector = await openCollector(world, withStatus(500, 1));
  expect(await reconcile(collector.services)).toMatchObject({ inserted: 1 });
});

test.each<Fault["kind"]>(["truncated", "html"])(
  "answers that are all %s are not taken for an empty window",
  async (kind) => {
    const world = aWorld();
    world.add({ messageId: "m1", sentAt: NOON - HOUR_MS });
    let isFaulty = true;
    await using collector = await openCollector(world, () => (isFaulty ? ({ kind } as Fault) : undefined));
    const report = await reconcile({ ...collector.services, remainingMs: untilMinute(collector.clock) });
    expect(report).toMatchObject({ stopped: "an answer that cannot be read to its end", checked: 0 });
    isFaulty = false;
    expect(await reconcile(collector.services)).toMatchObject({ inserted: 1 });
  },
);

test("what one answer spoils is taken from another", async () => {
  const world = aWorld();
  for (let n = 0; n < 30; n++) world.add({ messageId: `m${n}`, sentAt: NOON - HOUR_MS - n });
  await using collector = await openCollector(world, () => ({ kind: "damaged" }));
  const services = { ...collector.services, remainingMs: untilMinute(collector.clock) };
  await backfill({ sinceMs: NOON - 2 * HOUR_MS, untilMs: NOON }, services);
  expect(await collector.archived()).toHaveLength(30);
});

test("records that are broken in two answers alike are kept once, and not asked for again", async () => {
  const world = aWorld();
  world.add({ messageId: "m1", sentAt: NOON - HOUR_MS });
  await using collector = await openCollector(world, () => ({ kind: "malformed" }));
  const { services, server } = collector;
  const { quarantined } = await backfill({ sinceMs: NOON - 2 * HOUR_MS, untilMs: NOON }, services);
  expect(server.requests).toHaveLength(2);
  const entries = await Array.fromAsync(services.quarantine.list());
  expect(new Set(entries.map(({ page }) => page)).size).toBe(entries.length);
  expect(entries.length).toBeLessThanOrEqual(quarantined);
});

test("what the logs bring is a page of the log before it is merged, as it came", async () => {
  const world = aWorld();
  world.add({ messageId: "m1", sentAt: NOON - HOUR_MS, from: "InfoSMS", text: "Hello" });
  await using collector = await openCollector(world);
  const { services, table, clock } = collector;
  const deadDatabase = databaseAt(DEAD_ENDPOINT, 1);
  const dead = new Archive(deadDatabase, { retentionHours: 48 }, clock);
  const archive: ArchiveWriter = {
    append: (origin, records) => dead.append(origin, records),
    compare: (records) => services.archive.compare(records),
    keeps: (record, nowMs) => services.archive.keeps(record, nowMs),
  };
  await expect(reconcile({ ...services, archive })).rejects.toThrow("ECONNREFUSED");
  const [page, ...others] = await Array.fromAsync(services.log.read("logs", 0));
  expect(others).toEqual([]);
  expect(page).toMatchObject({ way: "repair", place: 1 });
  expect(page && String(await services.log.load(page))).toMatch(/^\{"results":\[\{.*"text":"Hello".*\}\]\}$/);

  await reconcile(services);
  expect(await collector.archived()).toMatchObject([{ messageId: "m1", text: "Hello" }]);
  expect(await collector.unfinished("logs")).toEqual({ landed: [], doubts: [] });
  expect(await new PageLog(table.db, 48).end("logs")).toBe(1);
  deadDatabase.client.destroy();
});

test("an archive that stays at another final status than the logs says so", async () => {
  const world = aWorld();
  const sentAt = NOON - HOUR_MS;
  world.add({
    messageId: "m1",
    sentAt,
    events: [{ at: sentAt + 1_000, status: DELIVERED, error: NO_ERROR }],
  });
  await using collector = await openCollector(world);
  const status = { groupId: 2, groupName: "UNDELIVERABLE", id: 9, name: "UNDELIVERABLE_NOT_DELIVERED" };
  const record = aRecord({ sentAt: formatMoment(sentAt), doneAt: formatMoment(NOON), status });
  await collector.services.archive.append({ source: "sms", place: 1 }, [record]);
  expect((await reconcile(collector.services)).disagreeing).toBeGreaterThan(0);
});
