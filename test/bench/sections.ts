import { fill, openBenchArchive } from "./archive.ts";
import { benchBundles } from "./bundles.ts";
import { printCosts } from "./cost.ts";
import { benchDecode } from "./decode.ts";
import { questionsAbout } from "./questions.ts";
import { benchReads, type Filled } from "./reads.ts";
import type { Table } from "./table.ts";
import { benchThroughput } from "./throughput.ts";
import { traffic } from "./traffic.ts";
import { benchWrites } from "./writes.ts";

export interface Settings {
  readonly reports: number;
  /** The time over which they were sent. */
  readonly hours: number;
}

/** The moment of every bench, so that the same is measured on any day. */
const NOW_MS = Date.parse("2026-11-22T10:17:00Z");
/** Pages of a quarter of an hour: filling by the minute would take four times as long and reads the same. */
const FILL_EVERY_MS = 15 * 60_000;

async function filled(name: string, reports: number, hours: number): Promise<Filled> {
  const startedAtMs = performance.now();
  const archive = await openBenchArchive(name, hours);
  const arrivals = traffic({ reports, hours, untilMs: NOW_MS });
  await fill(archive, arrivals, FILL_EVERY_MS);
  console.error(`${name}: ${reports} reports in ${((performance.now() - startedAtMs) / 1000).toFixed(0)} s`);
  const fromMs = NOW_MS - hours * 3_600_000;
  return { db: archive.db, questions: questionsAbout(arrivals), fromMs, untilMs: NOW_MS };
}

async function reads(table: Table, { reports, hours }: Settings): Promise<void> {
  const small = await filled("small", reports / 10, hours);
  const large = await filled("large", reports, hours);
  await benchReads(table, small, large, [reports / 10, reports]);
}

/** What can be measured, by the name that --only takes. */
export const SECTIONS = {
  reads,
  writes: async (table: Table, { reports }: Settings) =>
    printCosts(await benchWrites(table, NOW_MS, reports), table),
  throughput: (table: Table) => benchThroughput(table, NOW_MS),
  decode: (table: Table) => benchDecode(table, NOW_MS),
  bundles: async (table: Table) => benchBundles(table),
} as const;
export type Section = keyof typeof SECTIONS;
