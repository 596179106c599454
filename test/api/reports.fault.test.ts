import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openReports } from "../../lib/api/open-reports.ts";
import { REPORTS_ENDPOINTS } from "../../lib/api/report-endpoints.ts";
import { answerReports } from "../../lib/api/reports.ts";
import { bodyOf, readPage } from "../../lib/infobip/page.ts";
import { sourceNamed } from "../../lib/infobip/sources.ts";
import { PageLog, type Way } from "../../lib/log/page-log.ts";
import { openPublisher } from "../../lib/log/publish.ts";
import { systemClock } from "../../lib/runtime/clock.ts";
import { type Database, openDatabase } from "../../lib/runtime/dynamodb.ts";
import { startTestDatabase, type TestDatabase } from "../archive/search/database.ts";
import { aLog, aReport } from "../log/arrivals.ts";

/**
 * Five processes that write, and three clients that read through two processes each, with a database that holds calls up,
 * refuses them, does them and loses the answer (and then the SDK repeats them), and kills whoever called. What a seed
 * decides is who meets what; the order within a millisecond is the machine's.
 */
const SCHEDULES = Number(process.env.SCHEDULES ?? 2);
const PAGES_A_WRITER = 4;

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.close());

class Trouble extends Error {}
const [SMS] = REPORTS_ENDPOINTS;

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The same table for another process, to which things happen; `killShare` of its calls end it. */
function troubled(table: string, chance: () => number, killShare: number, isRefusing = true): Database {
  const db = openDatabase(table);
  db.client.middlewareStack.add(
    (next) => async (args) => {
      const lot = chance();
      // Refused before it was done: the SDK tries again, and with bad luck gives up.
      if (lot < 0.05 && isRefusing) throw new Trouble("refused");
      if (lot < 0.2) await pause(chance() * 12);
      // Done, the answer lost, and repeated by the SDK.
      if (lot > 0.9) await next(args);
      const result = await next(args);
      if (lot > 0.2 && lot < 0.2 + killShare) throw new Trouble("killed after it was done");
      return result;
    },
    { step: "initialize" },
  );
  return db;
}

/** Does it until it works, as runs that follow each other do. */
async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
    }
  }
}

interface Written {
  readonly source: string;
  readonly way: Way;
  readonly ids: readonly string[];
}

/** Lands pages and publishes what stands in the log, in its order, as the merge does; killed anywhere, it begins again. */
async function write(
  db: Database,
  merged: Map<string, number>,
  { source, way, ids }: Written,
): Promise<void> {
  const log = new PageLog(db, 48);
  const publisher = openPublisher(db, 48, systemClock);
  const body = bodyOf(ids.map((id) => JSON.stringify(source === "logs" ? aLog(id) : aReport(id))));
  const page = { id: randomUUID(), atMs: Date.now(), way };
  const { place } = await untilDone(() => log.append(source, page, body, merged.get(source) ?? 0));
  await untilDone(async () => {
    for await (const one of log.read(source, merged.get(source) ?? 0)) {
      const { records, places } = readPage(await log.load(one), sourceNamed(source));
      await publisher.publish(
        one,
        records.map((record, n) => ({ record, row: places[n] ?? n })),
      );
      merged.set(source, Math.max(merged.get(source) ?? 0, one.place));
    }
  });
  expect(merged.get(source)).toBeGreaterThanOrEqual(place);
}

/** One client, served by two processes. */
function clientOf(id: string, databases: readonly Database[]) {
  const served = databases.map((db) => openReports(db, Date.now));
  let n = 0;
  return async (query: string, ack?: string) => {
    const services = served[n++ % served.length];
    if (!SMS || !services) throw new Error("nobody serves");
    const request = {
      ...{ id: randomUUID(), method: "GET", path: SMS.path, queryString: query, sourceIp: "", body: "" },
      arrivedAtMs: Date.now(),
      headers: ack === undefined ? {} : { "omnilog-ack": ack },
    };
    const client = { id, name: id, isTextHidden: false };
    const { response } = await answerReports(SMS, request, { client, format: "json" } as never, services);
    const results = JSON.parse(response.body).results as { messageId: string }[];
    return {
      ids: results.map(({ messageId }) => messageId),
      position: response.headers["omnilog-position"] ?? "",
    };
  };
}

test.each(Array.from({ length: SCHEDULES }, (_, seed) => seed))(
  "schedule %i",
  async (seed) => {
    const { table } = await database.makeTable();
    const chance = chanceOf(seed);
    const processOf = (killShare: number, isRefusing = true) =>
      troubled(table, chanceOf(Math.floor(chance() * 2 ** 32)), killShare, isRefusing);
    const once = clientOf("once", [processOf(0, false), processOf(0, false)]);
    const acking = clientOf("acking", [processOf(0.1), processOf(0.1)]);
    const killed = clientOf("killed", [processOf(0.1), processOf(0.1)]);
    for (const poll of [once, killed]) await untilDone(() => poll("limit=1"));
    await untilDone(() => acking("limit=1", ""));

    const truth = new Set<string>();
    const merged = new Map<string, number>();
    const known: string[] = [];
    let writing = 5;
    const writers = Array.from({ length: 5 }, async (_, writer) => {
      const db = processOf(0.05);
      for (let page = 0; page < PAGES_A_WRITER; page++) {
        const fresh = Array.from(
          { length: Math.floor(chance() * 8) + 1 },
          (_, n) => `w${writer}-${page}-${n}`,
        );
        const again = known.filter(() => chance() < 0.15);
        known.push(...fresh);
        for (const id of fresh) truth.add(id);
        const source = writer >= 3 ? "logs" : "sms";
        const way = source === "logs" ? "repair" : writer === 2 ? "push" : "pull";
        await write(db, merged, { source, way, ids: [...fresh, ...again] });
      }
      writing--;
    });

    const given = { once: [] as string[], killed: [] as string[], acked: [] as string[] };
    const takeAll = async (polls: () => Promise<string[]>, into: string[]) => {
      for (let isLast = false; ; ) {
        const isOver = writing === 0;
        const ids = await polls();
        into.push(...ids);
        if (ids.length > 0) isLast = false;
        else if (isOver && isLast) return;
        else isLast = isOver;
        if (ids.length === 0) await pause(10);
      }
    };
    const readOnce = takeAll(async () => {
      const polls = await Promise.all(
        ["limit=3", "limit=5", `messageId=${known.at(-1) ?? "none"}`].map((query) =>
          untilDone(() => once(query)),
        ),
      );
      return polls.flatMap(({ ids }) => ids);
    }, given.once);
    const readKilled = takeAll(async () => {
      const polls = await Promise.all(
        ["limit=4", "limit=4"].map((query) => killed(query).catch(() => ({ ids: ["killed"] }))),
      );
      return polls.flatMap(({ ids }) => ids);
    }, given.killed);
    let ack = "";
    const readAcking = takeAll(async () => {
      // Killed, the client asks with the same again, or begins with nothing in hand.
      const answer = await acking("limit=6", ack).catch(() => undefined);
      if (!answer) {
        if (chance() < 0.5) ack = "";
        return ["killed"];
      }
      ack = answer.position;
      return answer.ids;
    }, given.acked);
    await Promise.all([...writers, readOnce, readKilled, readAcking]);

    // Without a crash each report exactly once, polls at once included.
    expect(given.once.sort()).toEqual([...truth].sort());
    // With acknowledgement every one, whatever dies.
    expect(new Set(given.acked.filter((id) => id !== "killed"))).toEqual(truth);
    // With crashes and without acknowledgement none twice.
    const survived = given.killed.filter((id) => id !== "killed");
    expect(new Set(survived).size).toBe(survived.length);
  },
  60_000,
);
