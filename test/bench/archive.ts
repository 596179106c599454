import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { makeTable } from "../../infra/local/database.ts";
import { Archive } from "../../lib/archive/archive.ts";
import { settle } from "../../lib/archive/settle.ts";
import { readPage } from "../../lib/infobip/page.ts";
import { SOURCES, type SourceName } from "../../lib/infobip/sources.ts";
import { SourceStates } from "../../lib/ingest/source-state.ts";
import { PageLog } from "../../lib/log/page-log.ts";
import { parseJson } from "../../lib/message/json.ts";
import { printRecord } from "../../lib/message/record.ts";
import { type Database, openDatabase } from "../../lib/runtime/dynamodb.ts";
import { Meter, type UnitMeter } from "./meter.ts";
import { openModel } from "./model.ts";
import type { Arrival } from "./traffic.ts";

const MINUTE_MS = 60_000;
const FULL_PAGE = 1_000;
const RECONCILE_MINUTES = 15;
const SETTLE_MINUTES = 5;

/** A table of DynamoDB Local, and a clock for all that fills it. */
export interface BenchArchive {
  readonly db: Database;
  readonly meter: UnitMeter;
  readonly life: Life;
  /** Everything that is stored. */
  readonly items: () => AsyncIterable<Item> | Iterable<Item>;
}

type Item = Readonly<Record<string, unknown>>;

/** On DynamoDB Local, or, where its address is not set, on the model of it. */
export async function openBenchArchive(table: string, retentionHours: number): Promise<BenchArchive> {
  if (process.env.AWS_ENDPOINT_URL_DYNAMODB === undefined) {
    let nowMs = () => 0;
    const { db, meter, items } = openModel(() => nowMs());
    const life = new Life(db, retentionHours);
    nowMs = () => life.nowMs;
    return { db, meter, life, items };
  }
  await makeTable(table);
  const db = openDatabase(table);
  return { db, meter: new Meter(db), life: new Life(db, retentionHours), items: () => scan(table) };
}

/** DynamoDB Local takes its time for a page of a large table. */
const SCAN = { attempts: 3, attemptMs: 300_000 };

async function* scan(table: string): AsyncGenerator<Item> {
  const db = openDatabase(table, SCAN);
  let from: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await db.client.send(
      new ScanCommand({ TableName: db.table, ...(from && { ExclusiveStartKey: from }) }),
    );
    yield* Items;
    from = LastEvaluatedKey;
  } while (from);
}

type Report = Readonly<Record<string, unknown>>;

/**
 * The whole life of reports, by the product's own parts: pulled (without sender and text, as Infobip's reports are),
 * landed, appended; brought with sender and text by the logs a quarter of an hour later, compared, landed, appended;
 * settled; what was replaced deleted.
 */
export class Life {
  readonly #db: Database;
  readonly #log: PageLog;
  readonly #states: SourceStates;
  readonly #archive: Archive;
  readonly #clock = { now: () => this.nowMs, sleep: async () => {}, random: () => 0.5 };
  readonly #places = new Map<string, number>();
  nowMs = 0;
  #n = 0;

  constructor(db: Database, retentionHours: number) {
    this.#db = db;
    this.#log = new PageLog(db, retentionHours);
    this.#states = new SourceStates(db);
    this.#archive = new Archive(db, { retentionHours }, this.#clock);
  }

  /** Lives through these reports minute by minute, in the order of their arrival, and on until all has come to rest. */
  async through(
    arrivals: readonly Arrival[],
    { fromMs, untilMs }: { fromMs: number; untilMs: number },
  ): Promise<void> {
    const byMinute = Map.groupBy(arrivals, ({ atMs }) => Math.ceil(atMs / MINUTE_MS));
    let unchecked: Arrival[] = [];
    for (let minute = Math.floor(fromMs / MINUTE_MS); minute * MINUTE_MS <= untilMs; minute++) {
      this.nowMs = minute * MINUTE_MS;
      const come = byMinute.get(minute) ?? [];
      unchecked.push(...come);
      for (const source of Object.keys(SOURCES) as SourceName[]) {
        const reports = come
          .filter((one) => one.source === source && !one.isLog)
          .map(({ report }) => pulled(report));
        if (reports.length > 0) for (const page of pagesOf(reports)) await this.pull(source, page);
      }
      if (minute % RECONCILE_MINUTES === 0) {
        unchecked.sort((a, b) => String(a.report.sentAt).localeCompare(String(b.report.sentAt)));
        for (const page of pagesOf(unchecked.map(({ report }) => report))) await this.reconcile(page);
        unchecked = [];
      }
      if (minute % SETTLE_MINUTES === 0) await this.settle();
    }
  }

  /** One pull: opened, landed, parsed, appended, closed. An empty one is opened and closed. */
  async pull(source: SourceName, reports: readonly Report[]): Promise<void> {
    const id = `${source}-${this.#n++}`;
    await this.#states.open(source, id);
    if (reports.length === 0) return this.#states.close(source, { ids: [id], goodAtMs: this.nowMs });
    const merged = await this.#append(source, id, reports, "pull");
    await this.#states.close(source, { ids: [id], merged, goodAtMs: this.nowMs });
  }

  async reconcile(reports: readonly Report[]): Promise<void> {
    const { records } = readPage(bodyOf(reports), SOURCES.omni);
    const compared = await this.#archive.compare(records);
    const news = compared.filter(({ outcome }) => outcome !== "known");
    if (news.length === 0) return;
    const texts = news.map(({ record }) => parseJson(printRecord(record)) as Report);
    const merged = await this.#append("logs", `logs-${this.#n++}`, texts, "repair");
    await this.#states.close("logs", { ids: [], merged });
  }

  settle(afterMs?: number) {
    return settle({ db: this.#db, clock: this.#clock, remainingMs: () => 1e9 }, afterMs);
  }

  async #append(
    source: string,
    id: string,
    reports: readonly Report[],
    way: "pull" | "repair",
  ): Promise<number> {
    const body = bodyOf(reports);
    const page = { id, atMs: this.nowMs, way };
    const { place } = await this.#log.append(source, page, body, this.#places.get(source) ?? 0);
    this.#places.set(source, place);
    const { records } = readPage(body, SOURCES.omni);
    await this.#archive.append({ source, place }, records);
    return place;
  }
}

function bodyOf(reports: readonly Report[]): Buffer {
  return Buffer.from(JSON.stringify({ results: reports }));
}

function pulled({ from: _from, text: _text, ...report }: Report): Report {
  return report;
}

function pagesOf<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / FULL_PAGE) }, (_, n) =>
    all.slice(n * FULL_PAGE, (n + 1) * FULL_PAGE),
  );
}
