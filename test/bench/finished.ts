import { answerStatistics } from "../../lib/api/statistics.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { openBenchArchive } from "./archive.ts";
import { CountedLife } from "./statistics.ts";
import type { Table } from "./table.ts";
import { type Arrival, traffic } from "./traffic.ts";

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** So long after the last report everything is to be told. */
const FINISHED_MS = 6 * 60_000;

/**
 * Asks for the last 24 hours by hour and status, six minutes after the last report, one in ten of which came up to forty
 * hours late: how many messages are told otherwise than by a plain count.
 */
export async function benchFinished(table: Table, nowMs: number): Promise<void> {
  const untilMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  table.section("statistics: six minutes after the last report, one in ten of them late");
  for (const perDay of [1_000, 10_000, 100_000]) {
    const { db, meter } = await openBenchArchive(`finished-${perDay}`, 30 * 24);
    const life = new CountedLife(db, meter, 30 * 24);
    const all = traffic({ reports: perDay, hours: HOURS, untilMs, isLate: true });
    const come = all.filter(({ atMs }) => atMs < untilMs);
    await life.through(come, { fromMs: untilMs - HOURS * HOUR_MS, untilMs: untilMs + FINISHED_MS });
    meter.take();
    const told = await countsOf(db, untilMs);
    const { reads } = meter.take();
    const plain = plainCounts(come);
    const rows = new Set([...told.counts.keys(), ...plain.keys()]);
    const apart = [...rows].reduce(
      (sum, row) => sum + Math.abs((told.counts.get(row) ?? 0) - (plain.get(row) ?? 0)),
      0,
    );
    table.add({
      name: `told otherwise, ${perDay.toLocaleString("en")} a day`,
      measured: apart,
      unit: "",
      goal: { most: 0 },
      note: `${rows.size} rows, ${reads} RU${told.asOf === undefined ? "" : `, as of ${told.asOf}`}`,
    });
  }
}

interface Told {
  readonly counts: ReadonlyMap<string, number>;
  readonly asOf: string | undefined;
}

async function countsOf(db: Database, untilMs: number): Promise<Told> {
  const nowMs = untilMs + FINISHED_MS;
  const body = JSON.stringify({
    filterBy: {
      sentSince: new Date(untilMs - HOURS * HOUR_MS).toISOString(),
      sentUntil: new Date(untilMs).toISOString(),
    },
    aggregateBy: ["HOUR", "STATUS"],
    metrics: ["TOTAL_SENT_TRAFFIC_COUNT"],
  });
  const request = { id: "1", method: "POST", path: "", queryString: "", headers: {}, sourceIp: "", body };
  const { response } = await answerStatistics(
    { ...request, arrivedAtMs: nowMs },
    { client: { id: "bench", name: "bench", isTextHidden: false }, format: "json" },
    { db, limits: { units: 4_000, timeoutMs: 60_000 }, now: () => nowMs },
  );
  const answer = JSON.parse(response.body) as { rows: readonly Row[]; asOf?: string };
  const counts = new Map(
    answer.rows.map(([channel, hour, status, count]) => [nameOf(channel, hour, status), count] as const),
  );
  return { counts, asOf: answer.asOf };
}

type Row = readonly [channel: string, hour: string, status: string, count: number];

function nameOf(channel: string, sentAt: string, status: string): string {
  const ms = Date.parse(sentAt.replace(/(\d\d)$/, ":$1"));
  return `${channel} ${new Date(ms).toISOString().slice(0, 13)} ${status}`;
}

/** A report tells more than what the logs said before it. */
function plainCounts(arrivals: readonly Arrival[]): Map<string, number> {
  const reports = new Map(
    arrivals
      .toSorted((a, b) => Number(b.isLog ?? false) - Number(a.isLog ?? false))
      .map(({ report }) => [report.messageId, report]),
  );
  const counts = new Map<string, number>();
  for (const { channel, sentAt, status } of reports.values()) {
    const row = nameOf(String(channel), String(sentAt), (status as { name: string }).name);
    counts.set(row, (counts.get(row) ?? 0) + 1);
  }
  return counts;
}
