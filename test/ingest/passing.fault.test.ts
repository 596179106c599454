import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Fault } from "../../infra/local/imitation/faults.ts";
import { DELIVERED, NO_ERROR } from "../../infra/local/imitation/message.ts";
import { World } from "../../infra/local/imitation/world.ts";
import { Archive } from "../../lib/archive/archive.ts";
import { InfobipClient } from "../../lib/infobip/client.ts";
import { pullSource } from "../../lib/ingest/pull.ts";
import { reconcile } from "../../lib/ingest/reconcile.ts";
import { printRecord } from "../../lib/message/record.ts";
import { databaseAt } from "../archive/table.ts";
import { startFaultyDatabase } from "../faults/database.ts";
import { aRecord, NOON } from "../message/records.ts";
import { openCollector } from "./collector.ts";
import { beset } from "./misfortunes.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const QUARTER_MS = 15 * MINUTE_MS;

/** So many messages, one an hour back from noon, each delivered after five seconds. */
function aWorld(count = 5): World {
  const world = new World({ seed: 1, startAt: NOON });
  for (let n = 0; n < count; n++)
    world.add({
      messageId: `m${n}`,
      sentAt: NOON - n * HOUR_MS - 10_000,
      events: [{ at: NOON - n * HOUR_MS - 5_000, status: DELIVERED, error: NO_ERROR }],
    });
  return world;
}

const first =
  (fault: Fault) =>
  ({ n }: { n: number }) =>
    n === 1 ? fault : undefined;

const ids = (records: readonly { messageId: string }[]) => records.map(({ messageId }) => messageId).sort();

test.each(["HTTP 500", "UND_ERR_BODY_TIMEOUT"])(
  "a row that Infobip cannot serve (%s) keeps nothing else from being checked, and is come back to",
  async (reason) => {
    await using collector = await openCollector(aWorld());
    const { services, clock } = collector;
    const badMs = NOON - 2 * HOUR_MS - 10_000;
    const infobip = beset(services.infobip, {
      before: ({ isLogs, sinceMs, untilMs }) =>
        isLogs && sinceMs <= badMs && badMs <= untilMs ? { kind: "doubt", reason } : undefined,
    });
    const besetServices = { ...services, infobip, remainingMs: () => 3_600_000 };
    const run = await reconcile(besetServices);
    expect(run.stopped).toBeUndefined();
    expect(run.gaps).toBe(1);
    expect(ids(await collector.archived())).toEqual(["m0", "m1", "m3", "m4"]);
    clock.ms += QUARTER_MS;
    expect(await reconcile(services)).toMatchObject({ gaps: 0, inserted: 1 });
    expect(await collector.archived()).toHaveLength(5);
  },
);

test("when Infobip serves nothing at all, that is no gap: the run stops, and the next begins there", async () => {
  await using collector = await openCollector(aWorld());
  const { services } = collector;
  const infobip = beset(services.infobip, { before: () => ({ kind: "doubt", reason: "HTTP 500" }) });
  expect(await reconcile({ ...services, infobip })).toMatchObject({
    stopped: "HTTP 500",
    gaps: 0,
    hoursLeft: 0,
  });
  expect(await reconcile(services)).toMatchObject({ inserted: 5, gaps: 0 });
});

test("a record nested 5,000 deep is set aside alone; replaying it does no harm", async () => {
  await using collector = await openCollector(aWorld());
  const { services, clock } = collector;
  const deep = `{"messageId":"deep","extra":${"[".repeat(5_000)}${"]".repeat(5_000)}}`;
  const body = Buffer.from(
    `{"results":[${printRecord(aRecord())},${deep},${printRecord(aRecord({ messageId: "m2" }))}]}`,
  );
  const infobip = beset(services.infobip, {
    before: ({ isLogs }) => (isLogs ? undefined : { kind: "ok", body }),
  });
  expect(await pullSource("sms", { ...services, infobip })).toMatchObject({ pulled: 3, quarantined: 1 });
  expect(ids(await collector.archived())).toEqual(["m1", "m2"]);
  expect(await Array.fromAsync(services.quarantine.list())).toMatchObject([
    { place: 1, reason: "it is nested too deeply" },
  ]);
  for (let day = 0; day < 2; day++) {
    expect(await reconcile(services)).toMatchObject({ quarantineNotEmpty: 1 });
    clock.ms += 24 * HOUR_MS;
  }
});

test("a run whose clock is 30 hours ahead does not keep later ones from checking", async () => {
  const world = aWorld();
  await using collector = await openCollector(world);
  const { services, clock } = collector;
  await reconcile(services);
  const ahead = { ...clock, now: () => clock.ms + 30 * HOUR_MS, sleep: clock.sleep };
  await reconcile({ ...collector.another(), clock: ahead });
  world.add({ messageId: "new", sentAt: NOON + MINUTE_MS, events: [] });
  clock.ms += QUARTER_MS;
  const run = await reconcile(services);
  expect(run).toMatchObject({ inserted: 1 });
  expect(run.hoursLeft).toBeLessThanOrEqual(48);
});

test("a batch that DynamoDB leaves unprocessed is tried again by the next run, and sets nothing aside", async () => {
  await using collector = await openCollector(aWorld());
  const { services, table } = collector;
  const faulty = await startFaultyDatabase(table.endpoint, (_, operation) =>
    operation === "BatchWriteItem" ? "unprocessed" : undefined,
  );
  const db = databaseAt(faulty.endpoint, 1);
  const archive = new Archive(
    db,
    { retentionHours: 48 },
    { now: () => NOON, random: () => 0, sleep: async () => {} },
  );
  await expect(pullSource("sms", { ...services, archive })).rejects.toMatchObject({ code: "BUSY" });
  db.client.destroy();
  await faulty.close();
  expect(await services.quarantine.isEmpty(NOON)).toBe(true);
  expect(await pullSource("sms", services)).toMatchObject({ resumed: 1, pulled: 5 });
  expect(await collector.archived()).toHaveLength(5);
});

test("a quarantined page whose cause is over is replayed by itself, a gzipped one too, and is in the log then", async () => {
  await using collector = await openCollector(aWorld(0));
  const { services } = collector;
  const page = gzipSync(`{"results":[${printRecord(aRecord())}]}`);
  const entry = { source: "sms", reason: "merging it failed in an unforeseen way", atMs: NOON };
  await services.quarantine.keep({ ...entry, page: "sms#1", place: -1 }, page);
  await services.quarantine.keep(
    { ...entry, page: "sms#2", place: 3 },
    printRecord(aRecord({ messageId: "m2" })),
  );
  expect(await reconcile(services)).toMatchObject({ quarantineNotEmpty: 0 });
  expect(ids(await collector.archived())).toEqual(["m1", "m2"]);
  const pages = await Array.fromAsync(services.log.read("sms", 0));
  expect(pages.map(({ way }) => way)).toEqual(["replay", "replay"]);
});

test("what still cannot be read is tried again once a day, and not by each run", async () => {
  await using collector = await openCollector(aWorld(0));
  const { services, clock } = collector;
  const entry = { source: "sms", reason: "it is not JSON", atMs: NOON, page: "sms#1", place: 0 };
  const rounds = async () => (await services.checkpoints.load()).replay;
  await reconcile(services);
  await services.quarantine.keep(entry, "{");
  expect(await reconcile(services)).toMatchObject({ quarantineNotEmpty: 1 });
  const before = await rounds();
  clock.ms += 24 * HOUR_MS;
  expect(await reconcile(services)).toMatchObject({ quarantineNotEmpty: 1 });
  expect((await rounds())?.day).toBe(Number(before?.day) + 1);
});

test("should Infobip refuse what its logs have forgotten, the rest is checked", async () => {
  await using collector = await openCollector(aWorld());
  const { services, clock } = collector;
  let refusals = 0;
  const infobip = beset(services.infobip, {
    before: ({ isLogs, sinceMs }) => {
      if (!isLogs || sinceMs >= clock.ms - 47.5 * HOUR_MS) return undefined;
      refusals++;
      return { kind: "refused", reason: "HTTP 400", status: 400 };
    },
  });
  const run = await reconcile({ ...services, infobip });
  expect(run.stopped).toBeUndefined();
  expect(refusals).toBeLessThan(20);
  expect(await collector.archived()).toHaveLength(5);
});

test("with a retention of 24 hours the last pass brings nothing that has expired", async () => {
  const world = new World({ seed: 1, startAt: NOON });
  world.send(20, { from: NOON - 47 * HOUR_MS, until: NOON - 45 * HOUR_MS });
  world.add({ messageId: "young", sentAt: NOON - HOUR_MS });
  await using collector = await openCollector(world);
  const archive = new Archive(collector.table.db, { retentionHours: 24 }, collector.clock);
  const services = { ...collector.services, archive };
  const runs = [await reconcile(services), await reconcile(services)];
  expect(runs.map(({ inserted, repaired }) => [inserted, repaired])).toEqual([
    [1, 1],
    [0, 0],
  ]);
  expect(ids(await collector.archived())).toEqual(["young"]);
});

test("why an answer was lost is told: a 500 is no reset", async () => {
  for (const [fault, reason] of [
    [{ kind: "status", status: 500, consumed: true }, /^HTTP 500$/],
    [{ kind: "lost" }, /^(ECONNRESET|UND_ERR_SOCKET)$/],
  ] as const) {
    await using collector = await openCollector(aWorld(), first(fault));
    const doubtReason = expect.stringMatching(reason);
    expect(await pullSource("sms", collector.services)).toMatchObject({ inDoubt: 1, doubtReason });
    expect(await collector.services.doubts.list()).toMatchObject([{ source: "sms", reason: doubtReason }]);
  }
});

test("why the key cannot be read is told, and that there is none yet", async () => {
  await using collector = await openCollector(aWorld());
  const { services, server } = collector;
  const denied = Object.assign(new Error("quotes an ARN"), { name: "AccessDeniedException" });
  const clients = [async () => "", async () => Promise.reject(denied)].map(
    (authorization) => new InfobipClient({ baseUrl: server.url, authorization }),
  );
  const runs = await Promise.all(clients.map((infobip) => pullSource("sms", { ...services, infobip })));
  expect(runs).toMatchObject([
    { isKeyMissing: true, refused: 1, refusal: "no key yet: its secret is empty" },
    { isKeyMissing: false, refusal: "the key's secret cannot be read: AccessDeniedException" },
  ]);
  expect(await collector.unfinished("sms")).toEqual({ landed: [], doubts: [] });
  for (const client of clients) await client.close();
});

test("garbage with a 200 is no good pull; its bytes are in the log and in quarantine", async () => {
  await using collector = await openCollector(aWorld(), first({ kind: "html" }));
  const { services } = collector;
  const run = await pullSource("sms", services);
  expect(run).toMatchObject({ quarantined: 1 });
  expect(run.lastGoodPullAgeSeconds).toBeUndefined();
  expect((await services.states.load("sms")).goodAtMs).toBeUndefined();
  const [page] = await Array.fromAsync(services.log.read("sms", 0));
  expect(page && String(await services.log.load(page))).toMatch(/^<!DOCTYPE html>/);
});

test("a refused key is asked with once in a run of the reconciler", async () => {
  await using collector = await openCollector(aWorld());
  const { services, server } = collector;
  const infobip = new InfobipClient({ baseUrl: server.url, authorization: async () => "App wrong" });
  const run = await reconcile({ ...services, infobip });
  expect(run).toMatchObject({ stopped: "HTTP 401", hoursLeft: 0 });
  expect(server.requests).toHaveLength(1);
  await infobip.close();
});
