import { benchBundles } from "./bundles.ts";
import { benchDecode } from "./decode.ts";
import { benchFinished } from "./finished.ts";
import { benchLife } from "./life.ts";
import { benchPushes } from "./pushes.ts";
import { benchReports } from "./reports.ts";
import type { Shape } from "./shapes.ts";
import { benchQuestions, benchStatistics } from "./statistics.ts";
import type { Table } from "./table.ts";
import { benchThroughput } from "./throughput.ts";

/** The moment of every bench, so that the same is measured on any day. */
const NOW_MS = Date.parse("2026-11-22T10:17:00Z");

/** What can be measured, by the name that --only takes. */
export const SECTIONS = {
  life: (table: Table, shape: Shape) => benchLife(table, shape, NOW_MS),
  reports: (table: Table) => benchReports(table, NOW_MS),
  pushes: (table: Table) => benchPushes(table),
  statistics: (table: Table) => benchStatistics(table, NOW_MS),
  finished: (table: Table) => benchFinished(table, NOW_MS),
  questions: (table: Table) => benchQuestions(table, NOW_MS),
  throughput: (table: Table) => benchThroughput(table, NOW_MS),
  decode: (table: Table) => benchDecode(table, NOW_MS),
  bundles: async (table: Table) => benchBundles(table),
} as const;
export type Section = keyof typeof SECTIONS;
