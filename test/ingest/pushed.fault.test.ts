import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { World } from "../../infra/local/imitation/world.ts";
import type { Upstream } from "../../lib/infobip/client.ts";
import { pushedSource } from "../../lib/infobip/sources.ts";
import { pullSource } from "../../lib/ingest/pull.ts";
import { openStores } from "../../lib/ingest/stores.ts";
import { ReportIndex } from "../../lib/log/report-index.ts";
import { rowsOf } from "../../lib/log/rows.ts";
import { mergeLeft, mergePushed } from "../../lib/receive/merge-pushed.ts";
import { Places } from "../../lib/receive/places.ts";
import type { PushRequest } from "../../lib/receive/push.ts";
import { type ReceiveServices, receive } from "../../lib/receive/receive.ts";
import { BusyError } from "../../lib/runtime/errors.ts";
import { aReport, PENDING } from "../log/arrivals.ts";
import { NOON } from "../message/records.ts";
import { openCollector } from "./collector.ts";
import { besetDatabase } from "./misfortunes.ts";

type Collector = Awaited<ReturnType<typeof openCollector>>;

const SENT = { sentAt: new Date(NOON - 60_000).toISOString(), doneAt: new Date(NOON - 50_000).toISOString() };

function aPush(results: readonly object[], path = "/push/sms/a-secret-for-the-path"): PushRequest {
  const body = Buffer.from(JSON.stringify({ results }));
  return { id: "r", method: "POST", path, headers: {}, sourceIp: "192.0.2.1", body };
}

/** The receiver as a process of its own; `meet` is told of each call of the database, and may throw. */
function receiverOf(collector: Collector, meet: () => void = () => {}) {
  const db = besetDatabase(collector.table.endpoint, meet);
  const services: ReceiveServices & ReturnType<typeof openStores> = {
    ...openStores(db, { RETENTION_HOURS: 48 }, collector.clock),
    pushers: async () => "path a-secret-for-the-path",
    isAllowed: () => true,
    // Only what limits the time of landing waits for it, and how long that takes is a matter of the machine's pace.
    clock: { ...collector.clock, sleep: () => new Promise<void>(() => {}) },
    places: new Places(collector.clock),
  };
  return { db, services: { ...services, remainingMs: () => 60_000 } };
}

/** What readers are given of a stream: each report that says something new, by its message and status. */
async function newsOf(collector: Collector): Promise<string[]> {
  const { log } = collector.services;
  const { db } = receiverOf(collector);
  const news: string[] = [];
  for await (const { source, page: place, fresh } of new ReportIndex(db).read("sms", 1)) {
    const page = await log.at(source, place);
    if (!page) throw new Error("a page of the stream is missing");
    const { results } = JSON.parse((await log.load(page)).toString());
    const rows = fresh ? rowsOf(fresh) : [...results.keys()];
    for (const row of rows) news.push(`${results[row].messageId} ${results[row].status.groupName}`);
  }
  db.client.destroy();
  return news.sort();
}

test("a push that dies at any call has landed when it was answered, and is merged by the next run", async () => {
  let n = 0;
  for (let isOver = false; !isOver; ) {
    n++;
    await using collector = await openCollector(new World({ seed: 1, startAt: NOON }));
    let calls = 0;
    const { db, services } = receiverOf(collector, () => {
      calls++;
      if (calls >= n) throw new Error("killed");
    });
    const { response, isLanded } = await receive(aPush([aReport("m", SENT)]), services);
    const merging = isLanded
      ? mergePushed("sms", services).then(
          () => true,
          () => false,
        )
      : Promise.resolve(false);
    isOver = await merging;
    db.client.destroy();
    // Dead before the answer, Infobip pushes again; dead after it, the lease of the dead is over some time.
    const next = receiverOf(collector);
    if (response.statusCode !== 200) {
      expect(response).toMatchObject({ statusCode: 503, headers: { "retry-after": expect.any(String) } });
      expect((await receive(aPush([aReport("m", SENT)]), next.services)).response.statusCode).toBe(200);
    }
    collector.clock.ms += 60_000;
    await mergeLeft(next.services);
    expect(await collector.archived()).toMatchObject([{ messageId: "m", channel: "SMS" }]);
    expect((await collector.unfinished(pushedSource("sms"))).landed).toEqual([]);
    expect(await newsOf(collector)).toEqual(["m DELIVERED"]);
    next.db.client.destroy();
  }
  expect(n).toBeGreaterThan(10);
});

test("what lands while another gives back the lease is merged by that one", async () => {
  await using collector = await openCollector(new World({ seed: 1, startAt: NOON }));
  const { db, services } = receiverOf(collector);
  await receive(aPush([aReport("first", SENT)]), services);
  const { states } = services;
  const release = states.release.bind(states);
  let isLate = true;
  states.release = async (...lease) => {
    // Whoever has landed this finds the lease taken, and leaves it to who has it.
    if (isLate) await receive(aPush([aReport("second", SENT)]), services);
    isLate = false;
    await release(...lease);
  };
  expect(await mergePushed("sms", services)).toHaveLength(2);
  expect((await collector.unfinished(pushedSource("sms"))).landed).toEqual([]);
  db.client.destroy();
});

test("a kind that cannot be merged keeps no other from it, and the run says so", async () => {
  await using collector = await openCollector(new World({ seed: 1, startAt: NOON }));
  const { db, services } = receiverOf(collector);
  for (const kind of ["sms", "email", "viber"])
    await receive(aPush([aReport(kind, SENT)], `/push/${kind}/a-secret-for-the-path`), services);
  const { states } = services;
  const lease = states.lease.bind(states);
  states.lease = (source, ...times) =>
    source === pushedSource("sms") ? Promise.reject(new BusyError("busy")) : lease(source, ...times);
  await expect(mergeLeft(services)).rejects.toThrow("busy");
  const merged = (await collector.archived()).map(({ messageId }) => messageId);
  expect(merged.sort()).toEqual(["email", "viber"]);
  db.client.destroy();
});

test("a page counts as merged only when its events are kept, too", async () => {
  await using collector = await openCollector(new World({ seed: 1, startAt: NOON }));
  const { db, services } = receiverOf(collector);
  const opened = { notificationType: "OPENED", messageId: "m", sendDateTime: NOON - 60_000 };
  await receive(aPush([opened]), services);
  const keep = () => Promise.reject(new BusyError("busy"));
  const busy = { ...services, events: Object.assign(Object.create(services.events), { keep }) };
  await expect(mergePushed("sms", busy)).rejects.toThrow("busy");
  expect((await collector.unfinished(pushedSource("sms"))).landed).toHaveLength(1);
  expect(await mergePushed("sms", services)).toMatchObject([{ events: 1 }]);
  // Pushed again it is the same, which came when it first did.
  collector.clock.ms += 60_000;
  await receive(aPush([opened]), services);
  expect(await mergePushed("sms", services)).toMatchObject([{ events: 1 }]);
  expect((await services.events.of("m", NOON)).events).toMatchObject([{ type: "OPENED", atMs: NOON }]);
  db.client.destroy();
});

test("what is pushed when time to live has emptied the log lands behind what is merged, and is merged", async () => {
  await using collector = await openCollector(new World({ seed: 1, startAt: NOON }));
  const { client, table: TableName } = collector.table.db;
  for (const messageId of ["expired", "next"]) {
    // Each time a process that knows no place.
    const { db, services } = receiverOf(collector);
    expect(await receive(aPush([aReport(messageId, SENT)]), services)).toMatchObject({ isLanded: true });
    expect(await mergePushed("sms", services)).toHaveLength(1);
    await client.send(new DeleteCommand({ TableName, Key: { pk: "log#push-sms", sk: "000000000001" } }));
    db.client.destroy();
  }
  const ids = (await collector.archived()).map(({ messageId }) => messageId);
  expect(ids.sort()).toEqual(["expired", "next"]);
});

test("pushed by many at once, repeated, shuffled and pulled as well, each report is one, and is given once", async () => {
  await using collector = await openCollector(new World({ seed: 1, startAt: NOON }));
  const reports = Array.from({ length: 30 }, (_, n) => [
    aReport(`m${n}`, { ...SENT, doneAt: undefined, status: PENDING }),
    aReport(`m${n}`, SENT),
  ]).flat();
  const shuffled = reports.map((_, n) => reports[(n * 67) % reports.length] as object);
  const buckets = Array.from({ length: 12 }, (_, n) => shuffled.slice(n * 5, n * 5 + 5));
  const processes = Array.from({ length: 4 }, () => receiverOf(collector));
  const push = async (bucket: readonly object[], n: number) => {
    const { services } = processes[n % 4] as (typeof processes)[number];
    const { response } = await receive(aPush(bucket), services);
    expect(response.statusCode).toBe(200);
    await mergePushed("sms", services);
  };
  const bodies = [...buckets.slice(6), ...buckets.slice(0, 3)].map((results) => JSON.stringify({ results }));
  const infobip: Upstream = {
    authorize: collector.services.infobip.authorize.bind(collector.services.infobip),
    get: async () => ({ kind: "ok", body: Buffer.from(bodies.shift() ?? '{"results":[]}') }),
  };
  const pulls = async () => {
    while (bodies.length > 0) await pullSource("sms", { ...collector.services, infobip });
  };
  await Promise.all([...[...buckets, ...buckets.slice(2, 7)].map(push), pulls()]);
  await mergeLeft((processes[0] as (typeof processes)[number]).services);
  const archived = await collector.archived();
  expect(archived).toHaveLength(30);
  expect(new Set(archived.map(({ status }) => status.groupName))).toEqual(new Set(["DELIVERED"]));
  const expected = reports.map((report) => {
    const { messageId, status } = report as { messageId: string; status: { groupName: string } };
    return `${messageId} ${status.groupName}`;
  });
  expect(await newsOf(collector)).toEqual(expected.sort());
  for (const { db } of processes) db.client.destroy();
});
