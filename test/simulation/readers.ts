import { Random } from "../../infra/local/imitation/random.ts";
import { openReports } from "../../lib/api/open-reports.ts";
import { REPORTS_ENDPOINTS } from "../../lib/api/report-endpoints.ts";
import { answerReports } from "../../lib/api/reports.ts";
import { bodyOf, readPage } from "../../lib/infobip/page.ts";
import { sourceNamed } from "../../lib/infobip/sources.ts";
import { PageLog } from "../../lib/log/page-log.ts";
import { openPublisher } from "../../lib/log/publish.ts";
import type { Clock } from "../../lib/runtime/clock.ts";
import { aLog, aReport } from "../log/arrivals.ts";
import { databaseOf } from "./database.ts";
import { Table } from "./dynamodb/table.ts";
import { type DatabaseFault, Faults } from "./faults.ts";
import { underControl } from "./globals.ts";
import { Loop } from "./loop.ts";
import { Process } from "./process.ts";
import { TABLE_SHAPE } from "./stored-form.ts";

/** What each client was given, in the order in which it was. */
export interface Read {
  readonly truth: ReadonlySet<string>;
  /** Without acknowledging, and nobody died. */
  readonly once: readonly string[];
  /** Without acknowledging, and processes died. */
  readonly killed: readonly string[];
  /** Acknowledging, and processes died. */
  readonly acked: readonly string[];
  readonly hash: string;
}

const START_MS = Date.UTC(2026, 10, 24, 13);
const PAGES_A_WRITER = 4;
/** A run that has not ended by then has died: the next one begins. */
const RUN_MS = 120_000;
/** A poll whose answer has not come by then is asked again. */
const POLL_MS = 30_000;
const PASSING: readonly DatabaseFault[] = [
  "throttled",
  "serverError",
  "droppedBefore",
  "droppedAfter",
  "slow",
];
const ANY: readonly DatabaseFault[] = [...PASSING, "lostForGood", "failsForGood", "overtaken"];
const [SMS] = REPORTS_ENDPOINTS;

/** Five that write and three clients that read, in virtual time; a seed decides everything. */
export async function playReaders(seed: number): Promise<Read> {
  const loop = new Loop(START_MS);
  using _controlled = underControl(() => loop.nowMs);
  const table = new Table(TABLE_SHAPE);
  const random = new Random(seed);
  let count = 0;

  /** Something done by a process of its own, which may die; undefined when it did not end in time, or failed. */
  function run<T>(
    work: (process: Process, db: ReturnType<typeof databaseOf>) => Promise<T>,
    kinds: readonly DatabaseFault[],
    mostMs: number,
  ): Promise<T | undefined> {
    const process = new Process(`p${count++}`, { loop, seed, skewMs: random.int(-2_000, 2_000) });
    const shares = {
      database: 80,
      databaseKinds: kinds,
      upstream: 0,
      upstreamKinds: [],
      killed: 0,
      frozen: 0,
    };
    const db = databaseOf(process, { table, faults: new Faults(seed, shares, new Set()), mostLagMs: 3_000 });
    if (kinds === ANY && random.chance(0.15))
      loop.at(loop.nowMs + random.magnitude(1, 2_000), () => process.kill("by the schedule"));
    return new Promise((resolve) => {
      loop.at(loop.nowMs + mostMs, () => resolve(undefined));
      work(process, db).then(resolve, () => resolve(undefined));
    });
  }
  const pause = (ms: number) => new Promise<void>((resolve) => loop.at(loop.nowMs + ms, resolve));

  const truth = new Set<string>();
  const known: string[] = [];
  const merged = new Map<string, number>();
  let writing = 5;
  async function write(writer: number): Promise<void> {
    const source = writer >= 3 ? "logs" : "sms";
    const way = writer >= 3 ? "repair" : writer === 2 ? "push" : "pull";
    for (let page = 0; page < PAGES_A_WRITER; page++) {
      await pause(random.int(0, 20_000));
      const fresh = Array.from({ length: random.int(1, 8) }, (_, n) => `w${writer}-${page}-${n}`);
      const ids = [...fresh, ...known.filter(() => random.chance(0.15))];
      known.push(...fresh);
      for (const id of fresh) truth.add(id);
      const body = bodyOf(ids.map((id) => JSON.stringify(source === "logs" ? aLog(id) : aReport(id))));
      const arrival = { id: `${writer}-${page}`, atMs: loop.nowMs, way } as const;
      // What did not land is pulled, pushed or found again: the same, as another page.
      for (let isLanded = false; !isLanded; )
        isLanded =
          (await run(
            async (_, db) => {
              await new PageLog(db, 48).append(source, arrival, body, merged.get(source) ?? 0);
              return true;
            },
            ANY,
            RUN_MS,
          )) === true;
      for (let isMerged = false; !isMerged; )
        isMerged =
          (await run((process, db) => merge(source, db, merged, process.clock), ANY, RUN_MS)) === true;
    }
    writing--;
  }

  const poll = (id: string, query: string, kinds: readonly DatabaseFault[], ack?: string) =>
    run(
      async (process, db) => {
        if (!SMS) throw new Error("there is no reports endpoint");
        const request = {
          ...{
            id: `${process.name}`,
            method: "GET",
            path: SMS.path,
            queryString: query,
            sourceIp: "",
            body: "",
            arrivedAtMs: process.clock.now(),
          },
          headers: ack === undefined ? {} : { "omnilog-ack": ack },
        };
        const client = { id, name: id, isTextHidden: false };
        const services = openReports(db, process.clock.now);
        const { response } = await answerReports(SMS, request, { client, format: "json" } as never, services);
        const { results } = JSON.parse(response.body) as { results: { messageId: string }[] };
        return {
          ids: results.map(({ messageId }) => messageId),
          ack: response.headers["omnilog-position"] ?? "",
        };
      },
      kinds,
      POLL_MS,
    );

  /** Polls until nothing more can come: `polls` gives undefined when an answer was lost. */
  async function readAll(polls: () => Promise<string[] | undefined>, into: string[]): Promise<void> {
    for (let idle = 0; idle < 4; ) {
      const isOver = writing === 0;
      const ids = await polls();
      into.push(...(ids ?? []));
      idle = isOver && ids?.length === 0 ? idle + 1 : 0;
      await pause(random.int(100, 5_000));
    }
  }
  const together = (id: string, kinds: readonly DatabaseFault[]) => async () => {
    const queries = ["limit=3", "limit=5", `messageId=${known.at(-1) ?? "none"}`];
    const answers = await Promise.all(queries.map((query) => poll(id, query, kinds)));
    return answers.some((answer) => answer === undefined)
      ? ["", ...answers.flatMap((answer) => answer?.ids ?? [])]
      : answers.flatMap((answer) => answer?.ids ?? []);
  };

  const read = { once: [] as string[], killed: [] as string[], acked: [] as string[] };
  let ack = "";
  async function pollAcking(): Promise<string[] | undefined> {
    const answer = await poll("acked", "limit=6", ANY, ack);
    if (answer) ack = answer.ack;
    // It lost the answer, and perhaps what it had in hand, too.
    else if (random.chance(0.3)) ack = "";
    return answer?.ids;
  }

  let isDone = false;
  async function everything(): Promise<void> {
    for (const id of ["once", "killed"]) while (!(await poll(id, "limit=1", PASSING)));
    while (!(await poll("acked", "limit=1", PASSING, "")));
    await Promise.all([
      ...Array.from({ length: 5 }, (_, writer) => write(writer)),
      readAll(together("once", PASSING), read.once),
      readAll(together("killed", ANY), read.killed),
      readAll(pollAcking, read.acked),
    ]);
    isDone = true;
  }
  const all = everything();
  for (let hours = 1; !isDone && hours <= 30; hours++) await loop.runUntil(START_MS + hours * 3_600_000);
  if (!isDone) throw new Error(`seed ${seed} does not come to an end`);
  await all;
  const given = (ids: readonly string[]) => ids.filter((id) => id !== "");
  return {
    truth,
    once: given(read.once),
    killed: given(read.killed),
    acked: given(read.acked),
    hash: loop.hash(),
  };
}

/** The merge's part in this: what stands in the log is published in its order. */
async function merge(
  source: string,
  db: ReturnType<typeof databaseOf>,
  merged: Map<string, number>,
  clock: Clock,
): Promise<boolean> {
  const log = new PageLog(db, 48);
  for await (const page of log.read(source, merged.get(source) ?? 0)) {
    const { records, places } = readPage(await log.load(page), sourceNamed(source));
    const rows = records.map((record, n) => ({ record, row: places[n] ?? n }));
    await openPublisher(db, 48, clock).publish(page, rows);
    merged.set(source, Math.max(merged.get(source) ?? 0, page.place));
  }
  return true;
}
