import { randomUUID } from "node:crypto";
import { makeTable } from "../../infra/local/database.ts";
import { openReports } from "../../lib/api/open-reports.ts";
import { REPORTS_ENDPOINTS } from "../../lib/api/report-endpoints.ts";
import { answerReports } from "../../lib/api/reports.ts";
import { bodyOf, readPage } from "../../lib/infobip/page.ts";
import { SOURCES } from "../../lib/infobip/sources.ts";
import { PageLog } from "../../lib/log/page-log.ts";
import { openPublisher } from "../../lib/log/publish.ts";
import { type RewindTarget, rewind } from "../../lib/log/rewind.ts";
import { systemClock } from "../../lib/runtime/clock.ts";
import { type Database, openDatabase } from "../../lib/runtime/dynamodb.ts";
import type { Table } from "./table.ts";
import { traffic } from "./traffic.ts";

const PAGES = 20;
const PAGE_ROWS = 1_000;
/** To rewind: three, and one for each halving of the pages. */
const MOST_QUESTIONS = 3 + Math.ceil(Math.log2(PAGES));
/** Over how long they arrive: a page every twelve minutes. */
const HOURS = 4;
const RETENTION_HOURS = 48;

interface Units {
  read: number;
  written: number;
  /** Calls that read. */
  questions: number;
}

/** What it costs that reports wait for clients, and that a client takes them. */
export async function benchReports(table: Table, untilMs: number): Promise<void> {
  await makeTable("reports");
  const db = openDatabase("reports");
  const units = count(db);
  // Each drain is by a process that remembers nothing of the one before.
  let services = openReports(db, () => untilMs);
  const [endpoint] = REPORTS_ENDPOINTS;
  if (!endpoint) throw new Error("there is no reports endpoint");
  const pull = async (limit: number) => {
    const request = {
      ...{ id: randomUUID(), method: "GET", path: endpoint.path, queryString: `limit=${limit}` },
      ...{ headers: {}, sourceIp: "", body: "", arrivedAtMs: untilMs },
    };
    const client = { id: "reader", name: "reader", isTextHidden: false };
    return (await answerReports(endpoint, request, { client, format: "json" }, services)).rows;
  };
  const move = (to: RewindTarget) =>
    rewind({ client: "reader", stream: "sms" }, to, { by: randomUUID(), nowMs: untilMs }, services);
  await pull(1);
  const written = await fill(db, units, untilMs);
  const empty = () => measured(units, () => pull(50));
  const drained = async (limit: number) => {
    services = openReports(db, () => untilMs);
    await move("oldest");
    return measured(units, async () => {
      for (let given = 0; given < PAGES * PAGE_ROWS; ) given += await pull(limit);
    });
  };
  table.section("reports that clients pull");
  const add = (name: string, measuredUnits: number, unit: "RU" | "WU", most: number) =>
    table.add({ name, measured: measuredUnits, unit, goal: { most }, floor: 0, note: "" });
  add("landed in the log, a report", written.landing / (PAGES * PAGE_ROWS), "WU", 0.06);
  add("published to clients, a report", written.publishing / (PAGES * PAGE_ROWS), "WU", 0.06);
  for (const limit of [1_000, 50]) {
    const { read } = await drained(limit);
    add(`1,000 reports, ${limit} at a time`, read / PAGES, "RU", 10);
  }
  add("a poll that finds nothing", (await empty()).read, "RU", 1);
  const dearest = { read: 0, questions: 0 };
  for (let minutes = 0; minutes <= HOURS * 60; minutes += 7) {
    services = openReports(db, () => untilMs);
    const { read, questions } = await measured(units, () => move(untilMs - minutes * 60_000));
    dearest.read = Math.max(dearest.read, read);
    dearest.questions = Math.max(dearest.questions, questions);
  }
  add("rewinding to a minute, at the most", dearest.read, "RU", MOST_QUESTIONS);
  const goal = { most: MOST_QUESTIONS };
  table.add({ name: "the same, questions", measured: dearest.questions, unit: "", goal });
  db.client.destroy();
}

/** Lands and publishes full pages, as the merge does; the archive's own writes are measured elsewhere. */
async function fill(db: Database, units: Units, untilMs: number) {
  const written = { landing: 0, publishing: 0 };
  const arrivals = traffic({ reports: PAGES * PAGE_ROWS, hours: HOURS, untilMs });
  const log = new PageLog(db, RETENTION_HOURS);
  const publisher = openPublisher(db, RETENTION_HOURS, systemClock);
  for (let n = 0; n < PAGES; n++) {
    const rows = arrivals.slice(n * PAGE_ROWS, (n + 1) * PAGE_ROWS);
    const body = bodyOf(rows.map(({ report }) => JSON.stringify(report)));
    const arrival = { id: String(n), atMs: arrivedMs(n, untilMs), way: "pull" } as const;
    const landing = await measured(units, () => log.append("sms", arrival, body, n));
    const { records, places } = readPage(body, SOURCES.sms);
    const own = records.map((record, at) => ({ record, row: places[at] ?? at }));
    const page = { source: "sms", place: n + 1, ...arrival };
    const publishing = await measured(units, () => publisher.publish(page, own));
    written.landing += landing.written;
    written.publishing += publishing.written;
  }
  return written;
}

/** Pages arrive evenly, the last of them at the end. */
function arrivedMs(page: number, untilMs: number): number {
  return untilMs - ((PAGES - 1 - page) / PAGES) * HOURS * 3_600_000;
}

async function measured(units: Units, work: () => Promise<unknown>): Promise<Units> {
  Object.assign(units, { read: 0, written: 0, questions: 0 });
  await work();
  return { ...units };
}

/** Counts the units of every call from now on. */
function count(db: Database): Units {
  const units: Units = { read: 0, written: 0, questions: 0 };
  db.client.middlewareStack.add(
    (next) => async (args) => {
      const input: object = args.input;
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } });
      const { ConsumedCapacity } = result.output as { ConsumedCapacity?: { CapacityUnits?: number } };
      const isWrite = "Item" in input || "UpdateExpression" in input;
      units.questions += isWrite ? 0 : 1;
      units[isWrite ? "written" : "read"] += ConsumedCapacity?.CapacityUnits ?? 0;
      return result;
    },
    { step: "initialize" },
  );
  return units;
}
