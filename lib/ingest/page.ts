import { gunzipSync } from "node:zlib";
import pMap from "p-map";
import type { Archive, Outcome, Stored } from "../store/archive.ts";
import { type LandedPage, type Pulls, pageName } from "../store/pulls.ts";
import type { Quarantine } from "../store/quarantine.ts";
import { epochMsOf, type MessageRecord, printRecord, statusGroupOf } from "../store/record.ts";
import { parseReport } from "./report.ts";
import { splitResults } from "./results.ts";
import { SOURCES, type Source, type SourceName } from "./sources.ts";

/** What a body holds: records, and the texts that are none with the reason. */
export interface PageContent {
  readonly records: readonly MessageRecord[];
  readonly rejects: readonly { readonly place: number; readonly reason: string; readonly text: string }[];
  /** How many results it lists, readable or not. */
  readonly count: number;
}

/** The place of what could not be split into records. */
export const WHOLE_OR_REST = -1;

/** Reads a body record by record: what does not parse is set aside, the rest goes on. Never throws. */
export function readPage(bytes: Uint8Array, source: Source): PageContent {
  const body = textOf(bytes);
  const { texts, damage } = splitResults(body);
  const parsed = texts.map((text, place) => ({ text, place, result: parseReport(text, source.channel) }));
  const rejects = parsed.flatMap(({ text, place, result }) => {
    if ("reason" in result) return [{ place, text, reason: result.reason }];
    const { flaws } = result;
    return flaws.length > 0
      ? [{ place, text, reason: `stored, but this cannot be read, or not whole: ${flaws.join(", ")}` }]
      : [];
  });
  if (damage) rejects.push({ place: WHOLE_OR_REST, text: body.slice(damage.from), reason: damage.reason });
  return {
    records: parsed.flatMap(({ result }) => ("record" in result ? [result.record] : [])),
    rejects,
    count: texts.length,
  };
}

/** Some proxies compress whether asked to or not. */
function textOf(bytes: Uint8Array): string {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    return Buffer.from(isGzip ? gunzipSync(bytes) : bytes).toString();
  } catch {
    return Buffer.from(bytes).toString("latin1");
  }
}

export interface MergedPage {
  readonly count: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly quarantined: number;
  /** The latest doneAt of the page, milliseconds since 1970; undefined for a page without any. */
  readonly newestDoneAtMs?: number;
  /** What was new in it. */
  readonly reports: readonly ReportCount[];
}

/** So many reports of a channel and a status group. */
export interface ReportCount {
  readonly channel: string;
  readonly status: string;
  count: number;
}

/** Where a page ends up. */
export interface PageStores {
  readonly archive: Archive;
  readonly quarantine: Quarantine;
  readonly pulls: Pulls;
}

/**
 * Merges a landed page into the archive and lets go of it: closed when everything in it was understood, else handed to
 * the reconciler, who knows the same messages from the logs. May be repeated at any point, with the same result.
 */
export async function mergePage(page: LandedPage, stores: PageStores, nowMs: number): Promise<MergedPage> {
  const source = page.source as SourceName;
  const content = readPage(await stores.pulls.load(page), SOURCES[source]);
  const stored = await stores.archive.store(content.records);
  const refused = stored.filter(({ outcome }) => outcome === "refused");
  const rejects = [
    ...content.rejects,
    ...refused.map(({ record }, n) => ({
      place: content.count + n,
      reason: "DynamoDB does not take it",
      text: printRecord(record),
    })),
  ];
  await pMap(
    rejects,
    ({ place, reason, text }) =>
      stores.quarantine.keep({ page: pageName(page), source, place, reason, atMs: nowMs }, text),
    { concurrency: 16 },
  );
  await (rejects.length > 0 ? stores.pulls.doubt(page) : stores.pulls.close(page));
  const doneAt = content.records.flatMap((record) => (record.doneAt ? [epochMsOf(record.doneAt)] : []));
  return {
    count: content.count,
    outcomes: countOutcomes(stored.map(({ outcome }) => outcome)),
    quarantined: rejects.length,
    reports: countReports(stored),
    ...(doneAt.length > 0 ? { newestDoneAtMs: doneAt.reduce((a, b) => Math.max(a, b)) } : {}),
  };
}

/** Counts what is new, by channel and status group. */
function countReports(stored: readonly Stored[]): ReportCount[] {
  const counts = new Map<string, ReportCount>();
  for (const { outcome, record } of stored) {
    if (outcome !== "inserted" && outcome !== "advanced") continue;
    const { channel } = record;
    const status = statusGroupOf(record.status);
    const key = `${channel} ${status}`;
    const sum = counts.get(key) ?? { channel, status, count: 0 };
    sum.count++;
    counts.set(key, sum);
  }
  return [...counts.values()];
}

/** How many records had each outcome. */
export function countOutcomes(outcomes: readonly string[]): Record<Outcome, number> {
  const counts = { inserted: 0, advanced: 0, enriched: 0, unchanged: 0 };
  for (const outcome of outcomes) if (outcome in counts) counts[outcome as Outcome]++;
  return counts;
}
