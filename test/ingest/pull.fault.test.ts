import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import type { Fault } from "../../infra/local/imitation/faults.ts";
import { World } from "../../infra/local/imitation/world.ts";
import { Archive } from "../../lib/archive/archive.ts";
import { pullSource } from "../../lib/ingest/pull.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { DEAD_ENDPOINT, databaseAt } from "../archive/table.ts";
import { aRecord, NOON } from "../message/records.ts";
import { openCollector } from "./collector.ts";

/** So many SMS, each with a report that waits. */
function aWorld(count = 5): World {
  const world = new World({ seed: 1, startAt: NOON });
  for (let n = 0; n < count; n++) world.add({ messageId: `m${n}`, sentAt: NOON - 5_000 - n });
  return world;
}

const first =
  (fault: Fault) =>
  ({ n }: { n: number }) =>
    n === 1 ? fault : undefined;

test("a page is landed before anything looks into it, and finished first by the next run", async () => {
  await using collector = await openCollector(aWorld());
  const { services, server, clock } = collector;
  const deadDatabase = databaseAt(DEAD_ENDPOINT, 1);
  const archive = new Archive(deadDatabase, { retentionHours: 48 }, clock);
  await expect(pullSource("sms", { ...services, archive })).rejects.toThrow("ECONNREFUSED");
  const { landed } = await collector.unfinished("sms");
  expect(landed).toHaveLength(1);
  for (const page of landed) expect(String(await services.log.load(page))).toContain('"messageId":"m4"');

  // Infobip cannot be reached, and the page is finished all the same.
  await server.close();
  const report = await pullSource("sms", services);
  expect(report).toMatchObject({ resumed: 1, pulled: 5, unmergedPages: 0, refusal: "ECONNREFUSED" });
  expect(await collector.archived()).toHaveLength(5);
  expect(await collector.unfinished("sms")).toEqual({ landed: [], doubts: [] });
  deadDatabase.client.destroy();
});

test.each<Fault>([
  { kind: "reset", at: "in" },
  { kind: "lost" },
  { kind: "status", status: 500, consumed: true },
])("%o: asked once, and left to the reconciler", async (fault) => {
  await using collector = await openCollector(aWorld(), first(fault));
  const { services, server } = collector;
  expect(await pullSource("sms", services)).toMatchObject({ inDoubt: 1, pulled: 0 });
  expect(server.requests).toHaveLength(1);
  expect((await collector.unfinished("sms")).doubts).toHaveLength(1);
});

test("a record that the archive does not take is kept in quarantine, and its pull is a doubt", async () => {
  await using collector = await openCollector(aWorld());
  const { services } = collector;
  const append = async (_: unknown, records: readonly MessageRecord[]) => ({ refused: records.slice(0, 1) });
  const archive = Object.assign(Object.create(services.archive), { append });
  expect(await pullSource("sms", { ...services, archive })).toMatchObject({ pulled: 5, quarantined: 1 });
  expect(await Array.fromAsync(services.quarantine.list())).toHaveLength(1);
  expect((await collector.unfinished("sms")).doubts).toHaveLength(1);
});

test("429 is waited for, and then all is pulled", async () => {
  const fault: Fault = { kind: "status", status: 429, consumed: false, retryAfterSeconds: 7 };
  await using collector = await openCollector(aWorld(), first(fault));
  const { services, clock } = collector;
  expect(await pullSource("sms", services)).toMatchObject({ refused: 1, pulled: 5, inDoubt: 0 });
  expect(await collector.archived()).toHaveLength(5);
  expect(clock.slept).toEqual([7_000]);
  expect(await collector.unfinished("sms")).toEqual({ landed: [], doubts: [] });
});

test("an answer without reports ends its pull, and is a good one", async () => {
  await using collector = await openCollector(aWorld(0));
  const { services, clock } = collector;
  expect(await pullSource("sms", services)).toMatchObject({ pulled: 0, lastGoodPullAgeSeconds: 0 });
  expect(await services.states.load("sms")).toMatchObject({ open: [], goodAtMs: clock.ms });
  expect(await collector.unfinished("sms")).toEqual({ landed: [], doubts: [] });
});

test("a wait for which there is no time is not begun", async () => {
  const fault: Fault = { kind: "status", status: 429, consumed: false, retryAfterSeconds: 30 };
  await using collector = await openCollector(aWorld(), first(fault));
  const { services, clock, server } = collector;
  const report = await pullSource("sms", { ...services, remainingMs: () => 55_000 });
  expect(report).toMatchObject({ refused: 1, refusal: "HTTP 429" });
  expect([clock.slept, server.requests.length]).toEqual([[], 1]);
});

test("a pull starts only while there is time to land and merge it", async () => {
  await using collector = await openCollector(aWorld());
  const { services, server } = collector;
  await pullSource("sms", { ...services, remainingMs: () => 27_000 });
  expect(server.requests).toHaveLength(0);
  expect(await collector.unfinished("sms")).toEqual({ landed: [], doubts: [] });
});

test("pages are pulled while they are full, and a run whose time ends among them says so", async () => {
  await using collector = await openCollector(aWorld(1_010));
  const { services, server } = collector;
  let checks = 0;
  const remainingMs = () => (checks++ === 0 ? 55_000 : 0);
  expect(await pullSource("sms", { ...services, remainingMs })).toMatchObject({
    pulled: 1_000,
    saturated: true,
  });
  expect(await pullSource("sms", services)).toMatchObject({ pulled: 10, saturated: false });
  expect(server.requests).toHaveLength(2);
});

test("a page that is no JSON is kept whole, and is a doubt", async () => {
  await using collector = await openCollector(aWorld(), first({ kind: "html" }));
  const { services } = collector;
  expect(await pullSource("sms", services)).toMatchObject({ quarantined: 1, pulled: 0 });
  const [entry] = await Array.fromAsync(services.quarantine.list());
  expect(entry).toMatchObject({ source: "sms", place: -1, reason: "no list of results in it" });
  expect(entry && String(await services.quarantine.load(entry))).toMatch(/^<!DOCTYPE html>.*<\/html>$/);
  expect(await collector.unfinished("sms")).toMatchObject({
    landed: [],
    doubts: [expect.stringMatching(/^sms /)],
  });
});

test.each<Fault["kind"]>(["damaged", "malformed"])(
  "%s records are kept with their reasons; the rest is merged",
  async (kind) => {
    await using collector = await openCollector(aWorld(20), first({ kind } as Fault));
    const { services, server } = collector;
    const { quarantined } = await pullSource("sms", services);
    const inserted = (await collector.archived()).length;
    const entries = await Array.fromAsync(services.quarantine.list());
    expect([inserted, quarantined]).toEqual([20 - server.lost.length, entries.length]);
    expect(entries.length).toBeGreaterThan(0);
    expect((await collector.unfinished("sms")).doubts).toHaveLength(1);
  },
);

test("a page that is spoilt in the database does not block those behind it", async () => {
  await using collector = await openCollector(aWorld());
  const { services, table } = collector;
  const page = { id: "x", atMs: NOON - 60_000, way: "pull" } as const;
  const { item, place } = await services.log.append("sms", page, Buffer.from("{}"), 0);
  const Item = { ...item, pk: "log#sms", sk: "000000000001", body: Buffer.from("spoilt") };
  await table.db.client.send(new PutCommand({ TableName: table.db.table, Item }));
  expect(await pullSource("sms", services)).toMatchObject({ resumed: 1, pulled: 5 });
  expect(await collector.archived()).toHaveLength(5);
  expect(await collector.unfinished("sms")).toEqual({ landed: [], doubts: ["sms x"] });
  expect(place).toBe(1);
});

test("what the database could not take is not set aside, though a page beside it has to be", async () => {
  await using collector = await openCollector(aWorld());
  const { services, table, clock } = collector;
  const page = { atMs: NOON - 60_000, way: "pull" } as const;
  const body = Buffer.from(JSON.stringify({ results: [aRecord({ messageId: "beside" })] }));
  const { item } = await services.log.append("sms", { ...page, id: "spoilt" }, Buffer.from("{}"), 0);
  await services.log.append("sms", { ...page, id: "good" }, body, 1);
  const Item = { ...item, pk: "log#sms", sk: "000000000001", body: Buffer.from("spoilt") };
  await table.db.client.send(new PutCommand({ TableName: table.db.table, Item }));
  const deadDatabase = databaseAt(DEAD_ENDPOINT, 1);
  const archive = new Archive(deadDatabase, { retentionHours: 48 }, clock);
  await expect(pullSource("sms", { ...services, archive })).rejects.toThrow("ECONNREFUSED");
  expect(await services.quarantine.isEmpty(NOON)).toBe(true);
  expect(await pullSource("sms", services)).toMatchObject({ resumed: 2, pulled: 6 });
  expect((await collector.unfinished("sms")).doubts).toEqual(["sms spoilt"]);
  deadDatabase.client.destroy();
});

test("a page that somebody else lands in between is merged too", async () => {
  await using collector = await openCollector(aWorld());
  const { services } = collector;
  const body = Buffer.from(JSON.stringify({ results: [aRecord({ messageId: "other" })] }));
  const interloper = {
    authorize: () => services.infobip.authorize(),
    get: async (...request: Parameters<typeof services.infobip.get>) => {
      await collector.another().log.append("sms", { id: "y", atMs: NOON, way: "pull" }, body, 0);
      return services.infobip.get(...request);
    },
  };
  expect(await pullSource("sms", { ...services, infobip: interloper })).toMatchObject({ pulled: 6 });
  expect(await collector.archived()).toHaveLength(6);
  expect(await collector.unfinished("sms")).toEqual({ landed: [], doubts: [] });
  expect((await services.states.load("sms")).merged).toBe(2);
});
