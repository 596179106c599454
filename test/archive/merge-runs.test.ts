import { expect, test } from "vitest";
import { commitCatalog, loadCatalog, type SettledRun } from "../../lib/archive/catalog.ts";
import { type GetItems, refsHolding, refsOf } from "../../lib/archive/lookup.ts";
import { mergeRuns } from "../../lib/archive/merge-runs.ts";
import {
  bucketKey,
  chunkKey,
  parseBucket,
  type RunContent,
  runItems,
  staleKey,
} from "../../lib/archive/run.ts";
import { loadRunValues, noteValues } from "../../lib/archive/run-values.ts";
import type { Filter } from "../../lib/archive/search/filters.ts";
import { search } from "../../lib/archive/search/search.ts";
import { settle } from "../../lib/archive/settle.ts";
import { GRACE_MS } from "../../lib/archive/trash.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { deleteAll, getAll, putAll } from "../../lib/runtime/batch.ts";
import { testClock } from "../ingest/clock.ts";
import { aRecord, DELIVERED, NOON, PENDING } from "../message/records.ts";
import { directDatabase } from "../simulation/database.ts";
import { Table } from "../simulation/dynamodb/table.ts";
import { TABLE_SHAPE } from "../simulation/stored-form.ts";
import { appendTo } from "./appending.ts";

const HOUR_MS = 3_600_000;
/** Of a level, which then become one of the next. */
const RUNS = 5;
const sentAgo = (hours: number) => formatMoment(NOON - hours * HOUR_MS);

/** An archive in which each page is settled by a run of its own. */
function anArchive() {
  let nowMs = NOON;
  const now = () => nowMs;
  const db = directDatabase(new Table(TABLE_SHAPE), now);
  const clock = { ...testClock(), now };
  const services = { db, clock, remainingMs: () => 300_000 };
  let others = 0;
  const settled = async (record: MessageRecord) => {
    await appendTo(db, { retentionHours: 48 }, [record], clock);
    nowMs += 2 * GRACE_MS;
    await settle(services, 0);
  };
  return {
    ...{ db, services, settled },
    /** Of other messages, so many. */
    settleOthers: async (count: number) => {
      for (let n = 0; n < count; n++)
        await settled(aRecord({ messageId: `other${others++}`, sentAt: sentAgo(5) }));
    },
    /** Runs of that level in the catalog, changed. */
    change: async (to: (run: SettledRun) => SettledRun) => {
      const catalog = await loadCatalog(db);
      await commitCatalog(db, { ...catalog, runs: catalog.runs.map(to) });
    },
    runs: async () => (await loadCatalog(db)).runs,
    found: async (filter: Filter): Promise<MessageRecord[]> => {
      const { items } = await search(db, { filter, limit: 99 }, { units: 1e9, timeoutMs: 1e9 }, now);
      return items.map(({ text }) => JSON.parse(text));
    },
  };
}

test("a message whose reports disagree on when it was sent is served once, when its runs are merged as well", async () => {
  const archive = anArchive();
  await archive.settled(aRecord({ sentAt: sentAgo(1), status: PENDING }));
  await archive.settled(aRecord({ sentAt: sentAgo(20), status: DELIVERED }));
  await archive.settleOthers(RUNS - 2);
  expect(await archive.runs()).toMatchObject([{ level: 1 }]);
  const served = (await archive.found({})).filter(({ messageId }) => messageId === "m1");
  expect(served).toMatchObject([{ sentAt: sentAgo(20), status: DELIVERED }]);
});

test("of merged runs nothing is served as it was before one of them delivered it, and be it a single message", async () => {
  const archive = anArchive();
  await archive.settled(aRecord({ sentAt: sentAgo(1), status: PENDING }));
  await archive.settled(aRecord({ sentAt: sentAgo(1), status: DELIVERED }));
  await archive.settleOthers(RUNS - 2);
  expect(await archive.runs()).toMatchObject([{ level: 1, stale: 1 }]);
  expect(await archive.found({ generalStatus: "PENDING" })).toEqual([]);

  // Versions before did not write what may be outdated. It is to stay known when their runs are merged again.
  const [merged] = await archive.runs();
  await deleteAll(archive.db, [staleKey(merged?.id ?? "")], archive.services.clock);
  const unknown = ({ stale: _, ...run }: SettledRun): SettledRun => run;
  await archive.change(unknown);
  await archive.settleOthers(RUNS - 1);
  await archive.change((run) => ({ ...run, level: 1 }));
  expect((await mergeRuns(await loadCatalog(archive.db), archive.services)).groups.size).toBe(1);
  expect(await archive.runs()).toMatchObject([{ level: 2, stale: 1 }]);
  expect(await archive.found({ generalStatus: "PENDING" })).toEqual([]);
});

test("a merged run is there for as long as the longest of its runs", async () => {
  const archive = anArchive();
  await archive.settleOthers(RUNS - 1);
  const ends = (await archive.runs()).map(({ expiresAt }, n) => expiresAt + (n === 1 ? 9 * 86_400 : 0));
  let n = 0;
  await archive.change((run) => ({ ...run, expiresAt: ends[n++] ?? 0 }));
  await archive.settleOthers(1);
  expect(await archive.runs()).toMatchObject([{ level: 1, expiresAt: Math.max(...ends) }]);
});

test("every term of runs with many buckets is found in the one that they become", async () => {
  const { db, services } = anArchive();
  const catalog = { n: 0, runs: [] as SettledRun[], trash: [] };
  const terms: number[] = [];
  for (let n = 0; n < RUNS; n++) {
    // Sizes that have no common boundaries.
    const count = 20_000 + 1_700 * n;
    const own = Array.from({ length: count }, (_, at) => Math.floor(((at + n / RUNS) / count) * 2 ** 32));
    terms.push(...own);
    const ref = { className: "a", newestMs: NOON - n, oldestMs: NOON - n, hash: `00000000000${n}` };
    const content: RunContent = {
      ...{ refs: [ref], again: new Set(), moved: new Set(), stale: new Set(), exceptions: [] },
      ...{ records: count, level: 0, expiresAt: NOON / 1000 + 86_400 },
      entries: own.map((term) => [term, [0]] as const),
    };
    const { run, items } = runItems(`run${n}`, content);
    await putAll(db, items, services.clock);
    catalog.runs.push(run);
  }
  await commitCatalog(db, catalog);
  const { runs } = (await mergeRuns(await loadCatalog(db), services)).catalog;
  const [run] = runs;
  if (!run || runs.length > 1) throw new Error("the runs were not merged");
  // More than are merged at a time.
  expect(run.buckets).toBeGreaterThan(100);
  const keys = new Map(terms.map((term) => [bucketKey(run, term).sk, bucketKey(run, term)]));
  const buckets = await getAll(db, [...keys.values()], services.clock, { consistent: true });
  const found = new Set(buckets.flatMap(parseBucket).map(([term]) => term));
  expect(new Set(terms).difference(found).size).toBe(0);
});

test("of a run that was merged from one whose values are not known, they are not known", async () => {
  const { db } = anArchive();
  const runs = ["known", "merged"].map((id) => ({ id }) as SettledRun);
  const groups = new Map([
    ["merged", ["a", "b"]],
    ["known", ["a"]],
  ]);
  await noteValues(db, { runs }, { made: new Map([["a", new Set([1, 7])]]), groups });
  expect(await loadRunValues(db)).toEqual(new Map([["known", new Set([1, 7])]]));
});

test("each block of a run of many hundred is found by its number", async () => {
  const { db, services } = anArchive();
  const refs = Array.from({ length: 600 }, (_, n) => {
    return { className: "a", newestMs: NOON - n, oldestMs: NOON - n, hash: n.toString(16).padStart(12, "0") };
  });
  const nothing = { again: new Set<number>(), moved: new Set<number>(), stale: new Set<number>() };
  const counts = { records: 600, level: 0, expiresAt: NOON / 1000 + 86_400 };
  const { run, items } = runItems("run", { refs, ...nothing, exceptions: [], ...counts, entries: [] });
  await putAll(db, items, services.clock);
  const found = await refsOf(new Map([[run, new Set(refs.keys())]]), (keys) =>
    getAll(db, keys, services.clock),
  );
  expect([...(found.get(run) ?? [])]).toEqual([...refs.entries()]);
});

test.each([
  { blocks: 40, isBeside: true },
  { blocks: 600, isBeside: false },
])(
  "all $blocks blocks are found of a run that is known to hold what is asked for",
  async ({ blocks, isBeside }) => {
    const { db, services } = anArchive();
    const refs = Array.from({ length: blocks }, (_, n) => {
      return {
        className: "a",
        newestMs: NOON - n,
        oldestMs: NOON - n,
        hash: n.toString(16).padStart(12, "0"),
      };
    });
    const nothing = { again: new Set<number>(), moved: new Set<number>(), stale: new Set<number>() };
    const counts = { records: blocks, level: 0, expiresAt: NOON / 1000 + 86_400 };
    const entries = refs.map((_, n) => [n * 7_000_000, [n]] as const);
    const { run, items } = runItems("run", { refs, ...nothing, exceptions: [], ...counts, entries });
    await putAll(db, items, services.clock);
    const atOnce = new Set<string>();
    let isAnswered = false;
    const get: GetItems = async (keys) => {
      if (!isAnswered) for (const { sk } of keys) atOnce.add(sk);
      const got = await getAll(db, keys, services.clock);
      isAnswered = true;
      return got;
    };
    const questions = [{ run, fingerprints: entries.map(([fingerprint]) => fingerprint) }];
    const found = await refsHolding(questions, get, { areHeld: true });
    expect(found.toSorted((a, b) => b.newestMs - a.newestMs)).toEqual(refs);
    // Those of a small run are asked for beside its terms; of a large one it depends on these which.
    expect(atOnce.has(chunkKey(run.id, 0).sk)).toBe(isBeside);
  },
);

test("a run of a single moment is asked when that is the first or the last moment that is wanted", async () => {
  const archive = anArchive();
  await archive.settled(aRecord({ sentAt: sentAgo(1), from: "Shop", status: PENDING }));
  const atMs = NOON - HOUR_MS;
  const filters: Filter[] = [{ to: "41793026727" }, { from: "Shop" }, { generalStatus: "PENDING" }, {}];
  for (const filter of filters)
    for (const range of [{ sentUntil: atMs }, { sentSince: atMs }, { sentSince: atMs, sentUntil: atMs }])
      expect(await archive.found({ ...filter, ...range }), JSON.stringify(range)).toHaveLength(1);
});

test("what is not delivered is found in a run of an earlier version, which did not count it", async () => {
  const archive = anArchive();
  await archive.settled(aRecord({ sentAt: sentAgo(1), status: PENDING }));
  await archive.change(({ exceptions: _, ...run }) => run);
  expect(await archive.found({ generalStatus: "PENDING" })).toMatchObject([{ messageId: "m1" }]);
});

test("of those who put a catalog behind the same one, the first alone does", async () => {
  const { db } = anArchive();
  const before = { n: 0, runs: [], trash: [] };
  expect(await commitCatalog(db, before)).toBe(true);
  expect(await commitCatalog(db, before)).toBe(false);
  const one = { ...before, n: 1, trash: [{ name: "one", atMs: NOON }] };
  expect(await commitCatalog(db, one)).toBe(true);
  expect(await commitCatalog(db, { ...one, trash: [{ name: "other", atMs: NOON }] })).toBe(false);
  expect(await loadCatalog(db)).toMatchObject({ ...one, n: 2 });
  for (const n of [0, 1]) expect(await commitCatalog(db, { ...before, n })).toBe(false);
});
