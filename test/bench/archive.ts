import { makeTable } from "../../infra/local/database.ts";
import { type MergedPage, mergePage } from "../../lib/ingest/page.ts";
import { type Database, openDatabase } from "../../lib/runtime/dynamodb.ts";
import { Archive } from "../../lib/store/archive.ts";
import { Health } from "../../lib/store/health.ts";
import { Pulls } from "../../lib/store/pulls.ts";
import { Quarantine } from "../../lib/store/quarantine.ts";
import { Meter } from "./meter.ts";
import type { Arrival } from "./traffic.ts";

const MINUTE_MS = 60_000;
const FULL_PAGE = 1_000;

/** A table of DynamoDB Local, and what ingest needs to fill it. */
export interface BenchArchive {
  readonly db: Database;
  readonly meter: Meter;
  /** Takes one answer of a source in: opened, landed, parsed, merged and closed, as a pull does it. */
  merge(source: Arrival["source"], arrivals: readonly Arrival[], nowMs: number): Promise<MergedPage>;
  /** What a pull that finds nothing costs, and the note of a good one. */
  pullNothing(source: Arrival["source"], nowMs: number): Promise<void>;
  /** The note that a run of a source ended well. */
  noteHealth(source: Arrival["source"], nowMs: number): Promise<void>;
}

export async function openBenchArchive(table: string, retentionHours: number): Promise<BenchArchive> {
  await makeTable(table);
  const db = openDatabase(table);
  const meter = new Meter(db);
  const pulls = new Pulls(db);
  const health = new Health(db);
  const stores = {
    archive: new Archive(db, { shards: 1, retentionHours }),
    quarantine: new Quarantine(db, retentionHours),
    pulls,
  };
  let n = 0;
  return {
    db,
    meter,
    async merge(source, arrivals, nowMs) {
      const pull = await pulls.open(source, nowMs, String(n++));
      const body = JSON.stringify({ results: arrivals.map(({ report }) => report) });
      const page = await pulls.land(pull, Buffer.from(body));
      return mergePage(page, stores, nowMs);
    },
    noteHealth: (source, nowMs) => health.goodPull(source, nowMs),
    async pullNothing(source, nowMs) {
      await pulls.close(await pulls.open(source, nowMs, String(n++)));
      await health.goodPull(source, nowMs);
    },
  };
}

export interface Page {
  readonly source: Arrival["source"];
  readonly atMs: number;
  readonly arrivals: readonly Arrival[];
}

/** The pages in which these reports would be pulled: each source every so often, full ones at once after each other. */
export function pagesOf(arrivals: readonly Arrival[], everyMs = MINUTE_MS): Page[] {
  const pages: Page[] = [];
  for (const [key, group] of Map.groupBy(
    arrivals,
    ({ atMs, source }) => `${Math.ceil(atMs / everyMs)} ${source}`,
  )) {
    const atMs = Number(key.split(" ")[0]) * everyMs;
    const source = group[0]?.source ?? "sms";
    for (let at = 0; at < group.length; at += FULL_PAGE)
      pages.push({ source, atMs, arrivals: group.slice(at, at + FULL_PAGE) });
  }
  return pages;
}

/** Takes all of these reports in, page by page; the sources beside each other, as their Lambdas are. */
export async function fill(
  archive: BenchArchive,
  arrivals: readonly Arrival[],
  everyMs?: number,
): Promise<void> {
  const bySource = Map.groupBy(pagesOf(arrivals, everyMs), ({ source }) => source);
  await Promise.all(
    [...bySource.values()].map(async (pages) => {
      for (const { source, arrivals, atMs } of pages) await archive.merge(source, arrivals, atMs);
    }),
  );
}
