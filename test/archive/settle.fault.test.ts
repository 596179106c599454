import { afterAll, beforeAll, expect, test } from "vitest";
import { Archive } from "../../lib/archive/archive.ts";
import { keyOfRef } from "../../lib/archive/block-ref.ts";
import { commitCatalog, loadCatalog } from "../../lib/archive/catalog.ts";
import type { Filter } from "../../lib/archive/search/filters.ts";
import { search } from "../../lib/archive/search/search.ts";
import { settle } from "../../lib/archive/settle.ts";
import { GRACE_MS } from "../../lib/archive/trash.ts";
import { waitingPages } from "../../lib/archive/waiting.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import { type MessageRecord, printRecord } from "../../lib/message/record.ts";
import { deleteAll, getAll, putAll } from "../../lib/runtime/batch.ts";
import { systemClock } from "../../lib/runtime/clock.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { startFaultyDatabase } from "../faults/database.ts";
import { testClock } from "../ingest/clock.ts";
import { aRecord, DELIVERED, NOON, PENDING } from "../message/records.ts";
import { appendTo } from "./appending.ts";
import { NOW_MS, RETENTION_HOURS, randomMessage, Truth } from "./search/messages.ts";
import { expected } from "./search/oracle.ts";
import { Random } from "./search/random.ts";
import { archivedIn, databaseAt, openTable } from "./table.ts";

const FILTERS: readonly Filter[] = [
  {},
  { channel: "SMS" },
  { from: "Bank" },
  { generalStatus: "PENDING" },
  { from: "Shop", generalStatus: "UNDELIVERABLE" },
  { to: "41790" },
  { bulkId: ["bulk"], generalStatus: "REJECTED" },
  { messageId: ["m", "m1"] },
];
const HOUR_MS = 3_600_000;

let table: Awaited<ReturnType<typeof openTable>>;
let faulty: Awaited<ReturnType<typeof startFaultyDatabase>>;
/** Every call from this one on breaks off; Infinity: none does. */
let deadFrom = Number.POSITIVE_INFINITY;
let calls = 0;
beforeAll(async () => {
  table = await openTable();
  faulty = await startFaultyDatabase(table.endpoint, () =>
    ++calls >= deadFrom ? "droppedBefore" : undefined,
  );
});
afterAll(async () => {
  await faulty.close();
  await table[Symbol.asyncDispose]();
});

async function expectWhole(db: Database, truth: Truth): Promise<void> {
  const records = truth.records();
  for (const filter of FILTERS) {
    const { items } = await search(db, { filter, limit: 1000 }, { units: 1e9, timeoutMs: 1e9 }, () => NOW_MS);
    expect(
      items.map(({ text }) => text),
      JSON.stringify(filter),
    ).toEqual(expected(records, filter).map(printRecord));
  }
}

test("killed at every call, beside itself, while reports arrive: nothing is lost, and every answer is whole", {
  timeout: 120_000,
}, async () => {
  const random = new Random(3);
  const truth = new Truth();
  let nowMs = NOW_MS;
  const clock = { now: () => nowMs, sleep: async () => {}, random: () => 0.5 };
  const archive = new Archive(
    table.db,
    { retentionHours: RETENTION_HOURS },
    { ...systemClock, now: () => NOW_MS },
  );
  const services = { db: table.db, clock, remainingMs: () => 300_000 };
  const sentAt = new Map<string, string>();
  let [place, deaths] = [0, 0];
  for (let dead = 1; dead <= 40; dead += 3) {
    const records = Array.from({ length: 12 }, () =>
      randomMessage(random, NOW_MS - random.below(3 * HOUR_MS)),
    ).map((record) => {
      const id = `${record.messageId} ${record.channel}`;
      if (!sentAt.has(id)) sentAt.set(id, record.sentAt);
      return { ...record, sentAt: sentAt.get(id) ?? record.sentAt };
    });
    await archive.append({ source: "sms", place: ++place }, records);
    truth.add(records);
    [calls, deadFrom] = [0, dead];
    const dying = databaseAt(faulty.endpoint, 1);
    await settle({ ...services, db: dying }, 0).catch(() => deaths++);
    dying.client.destroy();
    deadFrom = Number.POSITIVE_INFINITY;
    await expectWhole(table.db, truth);
    if (dead % 2 === 0) await Promise.all([settle(services, 0), settle(services, 0)]);
    nowMs += random.below(2 * GRACE_MS);
  }
  expect(deaths).toBeGreaterThan(5);
  nowMs += GRACE_MS;
  await Promise.all([settle(services, 0), settle(services, 0)]);
  nowMs += GRACE_MS;
  const last = await settle(services, 0);
  expect(last.waitingPages).toBe(0);
  await expectWhole(table.db, truth);
  expect((await archivedIn(table.db)).map(printRecord).sort()).toEqual(
    truth.records().map(printRecord).sort(),
  );
  expect((await loadCatalog(table.db)).trash).toEqual([]);
});

test("a page that only repeats what is settled takes nothing of it away when it is settled itself", async () => {
  await using table = await openTable();
  const { db } = table;
  let nowMs = NOON;
  const clock = { ...testClock(), now: () => nowMs };
  const services = { db, clock, remainingMs: () => 300_000 };
  const record = aRecord({ sentAt: formatMoment(NOON - 3_600_000) });
  for (let n = 0; n < 3; n++) {
    await appendTo(db, { retentionHours: 48 }, [record], clock);
    await settle(services, 0);
    nowMs += 2 * GRACE_MS;
    await settle(services, 0);
    const found = await search(db, { filter: {}, limit: 10 }, { units: 1e6, timeoutMs: 60_000 }, () => nowMs);
    expect(found.items).toHaveLength(1);
  }
});

/**
 * A page of these records, of whose blocks whoever writes it has yet to write the first `missing`. `write` writes them; `settled` has
 * all of it settled that can be.
 */
async function openUnfinished(records: readonly MessageRecord[], missing: number) {
  const table = await openTable();
  const { db } = table;
  const clock = { ...testClock(), now: () => NOON };
  await appendTo(db, { retentionHours: 48 }, records, clock);
  const [page] = await waitingPages(db, await loadCatalog(db), clock);
  const keys = page?.refs.map(keyOfRef) ?? [];
  const late = keys.slice(0, missing);
  const blocks = await getAll(db, late, clock, { consistent: true });
  await deleteAll(db, late, clock);
  return {
    db,
    there: keys.length - late.length,
    write: () => putAll(db, blocks, clock),
    settled: () => settle({ db, clock, remainingMs: () => 300_000 }, 0),
    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
}

test("pages whose blocks are not written yet wait for them, however often they are met", async () => {
  await using page = await openUnfinished([aRecord({ sentAt: formatMoment(NOON - HOUR_MS) })], 1);
  expect(page.there).toBe(0);
  for (let n = 0; n < 3; n++) expect(await page.settled()).toMatchObject({ pages: 0, runs: 0 });
  expect((await loadCatalog(page.db)).n).toBe(0);

  await page.write();
  expect(await page.settled()).toMatchObject({ pages: 1, records: 1, runs: 1 });
  const limits = { units: 1e6, timeoutMs: 60_000 };
  expect((await search(page.db, { filter: {}, limit: 10 }, limits, () => NOON)).items).toHaveLength(1);
});

test("a page of which one block is not written yet is left whole to who is writing it", async () => {
  const records = [PENDING, DELIVERED].flatMap((status) =>
    Array.from({ length: 30 }, (_, n) =>
      aRecord({ messageId: `${status.name} ${n}`, sentAt: formatMoment(NOON - HOUR_MS), status }),
    ),
  );
  await using page = await openUnfinished(records, 1);
  expect(page.there).toBeGreaterThan(0);
  expect(await page.settled()).toMatchObject({ pages: 0, runs: 0 });
  await page.write();
  expect(await page.settled()).toMatchObject({ pages: 1, records: 60 });
});

test("what is settled is found by its id until it has expired itself", async () => {
  await using table = await openTable();
  const { db } = table;
  let nowMs = NOON;
  const clock = { ...testClock(), now: () => nowMs };
  const services = { db, clock, remainingMs: () => 300_000 };
  const settings = { retentionHours: 48 };
  await appendTo(db, settings, [aRecord({ sentAt: formatMoment(NOON - HOUR_MS) })], clock);
  await settle(services, 0);
  for (const hours of [24, 46]) {
    nowMs = NOON + hours * HOUR_MS;
    await settle(services, 0);
  }
  const filter = { messageId: ["m1"] };
  const found = await search(db, { filter, limit: 10 }, { units: 1e6, timeoutMs: 60_000 }, () => nowMs);
  expect(found.items).toHaveLength(1);
});

test("a catalog that names a run's trash twice is read", async () => {
  await using table = await openTable();
  const { db } = table;
  const twice = { name: "a#0", atMs: NOON, replacedBy: "a" };
  await commitCatalog(db, { n: 0, runs: [], trash: [twice, twice] });
  const clock = { ...testClock(), now: () => NOON };
  expect(await settle({ db, clock, remainingMs: () => 300_000 }, 0)).toMatchObject({ pages: 0 });
});

test("a run counts only when it is noted which messages moved: whoever dies over that settles them again", async () => {
  await using table = await openTable();
  const { db } = table;
  const clock = { ...testClock(), now: () => NOON };
  const services = { db, clock, remainingMs: () => 300_000 };
  for (const ms of [NOON - 2 * HOUR_MS, NOON - HOUR_MS])
    await appendTo(db, { retentionHours: 48 }, [aRecord({ sentAt: formatMoment(ms) })], clock);
  const killed = () => Promise.reject(new Error("killed"));
  await expect(settle({ ...services, noteMoved: killed }, 0)).rejects.toThrow("killed");
  expect((await loadCatalog(db)).runs).toEqual([]);

  const noted: string[] = [];
  const noteMoved = async (moved: readonly { messageId: string }[]) =>
    void noted.push(...moved.map(({ messageId }) => messageId));
  expect(await settle({ ...services, noteMoved }, 0)).toMatchObject({ pages: 2, runs: 1 });
  expect(noted).toEqual(["m1"]);
});

test("what somebody has yet to look at stays in the catalog's trash, and is deleted once nobody has", async () => {
  await using table = await openTable();
  const { db } = table;
  let nowMs = NOON;
  const clock = { ...testClock(), now: () => nowMs };
  const services = { db, clock, remainingMs: () => 300_000 };
  await appendTo(db, { retentionHours: 48 }, [aRecord({ sentAt: formatMoment(NOON - HOUR_MS) })], clock);
  await settle(services, 0);
  nowMs += 2 * GRACE_MS;
  await settle({ ...services, mayForget: new Set() }, 0);
  expect((await loadCatalog(db)).trash).toHaveLength(1);
  await settle(services, 0);
  const { trash, runs } = await loadCatalog(db);
  expect([trash, runs.length]).toEqual([[], 1]);
  expect(await waitingPages(db, { n: 0, runs: [], trash: [] }, clock)).toEqual([]);
});
