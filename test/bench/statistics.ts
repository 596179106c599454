import { answerStatistics } from "../../lib/api/statistics.ts";
import { settle } from "../../lib/archive/settle.ts";
import { readPage } from "../../lib/infobip/page.ts";
import { SOURCES } from "../../lib/infobip/sources.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { countHours } from "../../lib/statistics/count.ts";
import { addCubes, type Cube, cubeOf, without } from "../../lib/statistics/cube.ts";
import { dayName, hourName } from "../../lib/statistics/periods.ts";
import { putCube } from "../../lib/statistics/put-cube.ts";
import { putState } from "../../lib/statistics/state.ts";
import { Life, openBenchArchive } from "./archive.ts";
import type { UnitMeter } from "./meter.ts";
import type { Table } from "./table.ts";
import { traffic } from "./traffic.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PAGE = 1_000;

/** Lives as the deployed settling lives them: it counts first. What counting alone costs is added up. */
export class CountedLife extends Life {
  readonly units = { reads: 0, writes: 0, longestMs: 0 };
  readonly #db: Database;
  readonly #meter: UnitMeter;

  constructor(db: Database, meter: UnitMeter, retentionHours: number) {
    super(db, retentionHours);
    this.#db = db;
    this.#meter = meter;
  }

  override async settle(afterMs?: number) {
    const clock = { now: () => this.nowMs, sleep: async () => {}, random: () => 0.5 };
    const services = { db: this.#db, clock, remainingMs: () => 1e9 };
    this.#meter.take();
    const startedMs = performance.now();
    const { trash } = await countHours(services);
    const { reads, writes } = this.#meter.take();
    this.units.reads += reads;
    this.units.writes += writes;
    this.units.longestMs = Math.max(this.units.longestMs, performance.now() - startedMs);
    return settle({ ...services, mayForget: trash }, afterMs);
  }
}

/** What counting costs beyond settling. */
export async function benchStatistics(table: Table, nowMs: number): Promise<void> {
  const untilMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  table.section("statistics: counting, beyond settling");
  await benchCounting(table, { perDay: 1_000_000, hours: 2, most: 0.02 }, untilMs);
  await benchCounting(table, { perDay: 100_000, hours: 6, most: 0.02 }, untilMs);
  // Hours of few messages are stored when their day is at rest.
  for (const [perDay, hours] of [
    [10_000, 48],
    [5_000, 48],
    [1_000, 96],
  ] as const)
    await benchCounting(table, { perDay, hours, restHours: 38, most: 0.02 }, untilMs);
}

/** What questions of the statistics cost, and how long they take. */
export async function benchQuestions(table: Table, nowMs: number): Promise<void> {
  const untilMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  table.section("statistics: questions, at a million a day");
  const { db, meter } = await openBenchArchive("statistics", 30 * 24);
  await fill(db, untilMs);
  const questions = [
    { name: "24 h by hour and network", by: ["HOUR", "NETWORK_ID"], days: 1, mostUnits: 150, mostMs: 500 },
    { name: "24 h by sender and status", by: ["SENDER", "STATUS"], days: 1, mostUnits: 150, mostMs: 500 },
    { name: "30 days by day", by: ["DAY"], days: 30, mostUnits: 700, mostMs: 1_000 },
    {
      name: "30 days by day and network",
      by: ["DAY", "NETWORK_ID"],
      days: 30,
      mostUnits: 700,
      mostMs: 1_000,
    },
  ];
  for (const { name, by, days, mostUnits, mostMs } of questions) {
    meter.take();
    const period = { sinceMs: untilMs - days * DAY_MS, untilMs };
    const { rows, ...first } = await ask(db, by, period);
    const { reads } = meter.take();
    const others = [await ask(db, by, period), await ask(db, by, period), await ask(db, by, period)];
    const { ms, cpuMs } = others.reduce((best, one) => (one.ms < best.ms ? one : best));
    table.add({ name, measured: reads, unit: "RU", goal: { most: mostUnits }, note: `${rows} rows` });
    const note = `the best of three; ${Math.round(cpuMs)} ms of CPU; the first ${Math.round(first.ms)} ms`;
    table.add({ name: `${name}: time`, measured: ms, unit: "ms", goal: { most: mostMs }, note });
  }
}

async function benchCounting(
  table: Table,
  { perDay, hours, most, restHours = 2 }: { perDay: number; hours: number; most: number; restHours?: number },
  untilMs: number,
): Promise<void> {
  const { db, meter } = await openBenchArchive(`counted-${perDay}`, 30 * 24);
  const life = new CountedLife(db, meter, 30 * 24);
  const reports = Math.round((perDay / 24) * hours);
  const arrivals = traffic({ reports, hours, untilMs });
  // On until the last of them is counted for the last time.
  await life.through(arrivals, {
    fromMs: untilMs - hours * HOUR_MS,
    untilMs: untilMs + restHours * HOUR_MS,
  });
  const { reads, writes, longestMs } = life.units;
  table.add({
    name: `write units a report, ${perDay.toLocaleString("en")} a day`,
    measured: writes / reports,
    unit: "WU",
    goal: { most },
    note: `${(reads / reports).toFixed(3)} RU a report; the longest count took ${Math.round(longestMs)} ms`,
  });
}

/** The cubes of a month: of a day by its hours, and of thirty days each as large as that day's. */
async function fill(db: Database, untilMs: number): Promise<void> {
  const clock = { now: () => untilMs, sleep: async () => {}, random: () => 0.5 };
  const cubes = cubesOfADay(untilMs);
  const put = {
    before: undefined,
    counted: new Set<string>(),
    countedAtMs: untilMs,
    messages: 1,
    finalFromMs: 0,
  };
  for (const [startMs, cube] of cubes)
    await putCube(db, "hour", hourName(startMs), { ...put, startMs, cube }, clock);
  const networks = without(addCubes(...cubes.values()), "sender");
  const todayMs = Math.floor(untilMs / DAY_MS) * DAY_MS;
  for (let n = 1; n <= 30; n++) {
    const startMs = todayMs - n * DAY_MS;
    await putCube(db, "day-networks", dayName(startMs), { ...put, startMs, cube: networks }, clock);
  }
  await putState(db, { n: 0, seen: new Set(), moved: new Set(), stale: new Set([dayName(todayMs)]) });
}

function cubesOfADay(untilMs: number): Map<number, Cube> {
  const arrivals = traffic({ reports: 1_000_000, hours: 24, untilMs });
  const byHour = Map.groupBy(arrivals, ({ report }) => {
    const sentAt = String(report.sentAt);
    return Math.floor(Date.parse(sentAt.replace(/(\d\d)$/, ":$1")) / HOUR_MS) * HOUR_MS;
  });
  const cubeOfHour = (reports: readonly object[]) => {
    const cubes: Cube[] = [];
    for (let at = 0; at < reports.length; at += PAGE) {
      const body = Buffer.from(JSON.stringify({ results: reports.slice(at, at + PAGE) }));
      cubes.push(cubeOf(readPage(body, SOURCES.omni).records));
    }
    return addCubes(...cubes);
  };
  return new Map([...byHour].map(([hourMs, all]) => [hourMs, cubeOfHour(all.map(({ report }) => report))]));
}

async function ask(
  db: Database,
  by: readonly string[],
  { sinceMs, untilMs }: { sinceMs: number; untilMs: number },
) {
  const body = JSON.stringify({
    filterBy: { sentSince: new Date(sinceMs).toISOString(), sentUntil: new Date(untilMs).toISOString() },
    aggregateBy: by,
    metrics: ["TOTAL_SENT_TRAFFIC_COUNT", "TRAFFIC_DELIVERY_RATE", "DELIVERY_TIME_P95", "PRICE_TOTAL"],
  });
  const request = { id: "1", method: "POST", path: "", queryString: "", headers: {}, sourceIp: "", body };
  const [startedMs, cpu] = [performance.now(), process.cpuUsage()];
  const { rows } = await answerStatistics(
    { ...request, arrivedAtMs: untilMs },
    { client: { id: "bench", name: "bench", isTextHidden: false }, format: "json" },
    { db, limits: { units: 4_000, timeoutMs: 20_000 }, now: () => untilMs },
  );
  const { user, system } = process.cpuUsage(cpu);
  return { rows, ms: performance.now() - startedMs, cpuMs: (user + system) / 1_000 };
}
