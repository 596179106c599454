import { PutCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import { readPage } from "../../lib/ingest/page.ts";
import { SOURCES } from "../../lib/ingest/sources.ts";
import { DATABASE_CONCURRENCY } from "../../lib/runtime/dynamodb.ts";
import { type Item, toItem } from "../../lib/store/codec.ts";
import { knownFrom } from "../../lib/store/merge.ts";
import { type BenchArchive, openBenchArchive } from "./archive.ts";
import type { Table } from "./table.ts";
import { type Arrival, traffic } from "./traffic.ts";

const ROUNDS = 12;
const WARM_UP = 2;
const PAGE = 1_000;
const SETTINGS = { shards: 1, retentionHours: 48 };
const LEAST_RATIO = 0.85;

/** Reports a second through parse, merge and write, beside a bare loop of the same PutItems, turn and turn about. */
export async function benchThroughput(table: Table, untilMs: number): Promise<void> {
  const ours = await openBenchArchive("throughput", SETTINGS.retentionHours);
  const bare = await openBenchArchive("bare", SETTINGS.retentionHours);
  // A page holds what was sent within a few minutes, as when a source is drained.
  const arrivals = traffic({ reports: ROUNDS * PAGE, hours: 1, untilMs });
  const spent = { ours: { ms: 0, cpuMs: 0 }, bare: { ms: 0, cpuMs: 0 } };
  for (let round = 0; round < ROUNDS; round++) {
    const page = arrivals.slice(round * PAGE, (round + 1) * PAGE);
    const items = itemsOf(page);
    const [a, b] =
      round % 2 === 0
        ? [await timed(() => ours.merge("omni", page, untilMs)), await timed(() => putAll(bare, items))]
        : [
            await timed(() => putAll(bare, items)),
            await timed(() => ours.merge("omni", page, untilMs)),
          ].reverse();
    if (round < WARM_UP || !a || !b) continue;
    for (const [sum, time] of [
      [spent.ours, a],
      [spent.bare, b],
    ] as const) {
      sum.ms += time.ms;
      sum.cpuMs += time.cpuMs;
    }
  }
  const reports = (ROUNDS - WARM_UP) * PAGE;
  const rate = (ms: number) => (reports / ms) * 1_000;
  table.section("reports a second in one process, pages of 1,000");
  const cpu = (ms: number) => `${(ms / reports).toFixed(2)} ms of CPU each`;
  table.add({
    name: "bare PutItems",
    measured: rate(spent.bare.ms),
    unit: "/s",
    note: cpu(spent.bare.cpuMs),
  });
  table.add({
    name: "open, land, parse, merge, write, close",
    measured: rate(spent.ours.ms),
    unit: "/s",
    floor: rate(spent.bare.ms),
    goal: { least: LEAST_RATIO * rate(spent.bare.ms) },
    note: cpu(spent.ours.cpuMs),
  });
}

function itemsOf(page: readonly Arrival[]): Item[] {
  const body = JSON.stringify({ results: page.map(({ report }) => report) });
  const { records } = readPage(Buffer.from(body), SOURCES.omni);
  return records.map((record) => toItem(knownFrom(record), 1, SETTINGS));
}

async function putAll({ db }: BenchArchive, items: readonly Item[]): Promise<void> {
  const put = (Item: Item) => db.client.send(new PutCommand({ TableName: db.table, Item }));
  await pMap(items, put, { concurrency: DATABASE_CONCURRENCY });
}

async function timed(work: () => Promise<unknown>): Promise<{ ms: number; cpuMs: number }> {
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - startedAtMs, cpuMs: (user + system) / 1_000 };
}
