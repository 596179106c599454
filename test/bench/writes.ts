import { type BenchArchive, fill, openBenchArchive, pagesOf } from "./archive.ts";
import type { Units } from "./meter.ts";
import type { Table } from "./table.ts";
import { type Arrival, traffic } from "./traffic.ts";

/** What one report costs to take in, at a rate of so many a day. */
export interface IngestCost {
  readonly perDay: number;
  /** Units per report, all told: pulls, pages, zones, records, indexes. */
  readonly writes: number;
  readonly reads: number;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
const RATES = [100_000, 1_000_000, 10_000_000];
const MOST_NEW_UNITS = 4.5;

/** Write units per report: new in full pages, repeated, changed; then by the minute at several rates. */
export async function benchWrites(table: Table, untilMs: number, reports: number): Promise<IngestCost[]> {
  const archive = await openBenchArchive("writes", 48);
  const arrivals = traffic({ reports: Math.min(reports, 20_000), hours: 48, untilMs });
  table.section(`write units per report, ${arrivals.length} of 48 hours in full pages`);
  const whole = 48 * 60 * MINUTE_MS;
  await measure(table, archive, "new", arrivals, whole, MOST_NEW_UNITS);
  await measure(table, archive, "the same again", arrivals.slice(0, 4_000), whole);
  await measure(table, archive, "changed: later doneAt", arrivals.slice(0, 4_000).map(laterOf), whole);
  const costs: IngestCost[] = [];
  table.section("write units per new report, pulled every minute, all pulls counted");
  for (const perDay of RATES) costs.push(await atRate(table, perDay, untilMs));
  return costs;
}

async function measure(
  table: Table,
  archive: BenchArchive,
  name: string,
  arrivals: readonly Arrival[],
  everyMs: number,
  most?: number,
): Promise<void> {
  archive.meter.take();
  await fill(archive, arrivals, everyMs);
  const units = archive.meter.take();
  table.add({
    name,
    measured: units.writes / arrivals.length,
    unit: "WU",
    ...(most === undefined ? {} : { goal: { most } }),
    note: split(units, arrivals.length),
  });
}

/** The middle of a day at this rate: a whole day would be too much, an hour's zones fill in its first minutes. */
async function atRate(table: Table, perDay: number, untilMs: number): Promise<IngestCost> {
  const minutes = Math.min(8 * 60, Math.max(2, Math.round((20_000 / perDay) * DAY_MINUTES)));
  const reports = Math.round((perDay / DAY_MINUTES) * minutes);
  const archive = await openBenchArchive(`rate-${perDay}`, 48);
  const arrivals = traffic({ reports, hours: minutes / 60, untilMs });
  await fill(archive, arrivals, MINUTE_MS);
  await pullsThatEnd(archive, arrivals, minutes, untilMs);
  const units = archive.meter.take();
  const [writes, reads] = [units.writes / reports, units.reads / reports];
  table.add({
    name: `${perDay.toLocaleString("en")} a day (${minutes} minutes of it)`,
    measured: writes,
    unit: "WU",
    goal: { most: MOST_NEW_UNITS },
    note: `${split(units, reports)}; ${reads.toFixed(2)} RU`,
  });
  return { perDay, writes, reads };
}

/** Each run of a source notes that it went well, and a source without reports still asks. */
async function pullsThatEnd(
  archive: BenchArchive,
  arrivals: readonly Arrival[],
  minutes: number,
  nowMs: number,
) {
  const runs = new Set(pagesOf(arrivals, MINUTE_MS).map(({ source, atMs }) => `${source} ${atMs}`)).size;
  // A run with reports costs its note of health only; its pages are counted as they are merged.
  for (let n = 0; n < runs; n++) await archive.noteHealth("sms", nowMs);
  for (let n = runs; n < minutes * 4; n++) await archive.pullNothing("sms", nowMs);
}

function laterOf(arrival: Arrival): Arrival {
  const doneAt = String(arrival.report.doneAt).replace(/\.\d{3}/, ".999");
  const later = new Date(Date.parse(doneAt.replace(/(\d\d)$/, ":$1")) + 60_000 + 3_600_000);
  return { ...arrival, report: { ...arrival.report, doneAt: later.toISOString().replace("Z", "+0100") } };
}

function split({ writesBy, failedConditions }: Units, reports: number): string {
  const parts = Object.entries(writesBy).map(([where, units]) => `${where} ${(units / reports).toFixed(2)}`);
  return [...parts, ...(failedConditions > 0 ? [`${failedConditions} failed conditions`] : [])].join(", ");
}
