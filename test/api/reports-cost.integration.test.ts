import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openReports } from "../../lib/api/open-reports.ts";
import { REPORTS_ENDPOINTS } from "../../lib/api/report-endpoints.ts";
import { answerReports } from "../../lib/api/reports.ts";
import { rewind } from "../../lib/log/rewind.ts";
import { startTestDatabase, type TestDatabase } from "../archive/search/database.ts";
import { aReport, arrive } from "../log/arrivals.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.close());

const [SMS] = REPORTS_ENDPOINTS;
const client = { id: "reader", name: "reader", isTextHidden: false };

/** A table with one client that has asked once, and a count of what its polls cost. */
async function aReader() {
  const db = await database.makeTable();
  const units = { read: 0, written: 0, questions: 0 };
  db.client.middlewareStack.add(
    (next) => async (args) => {
      Object.assign(args.input as object, { ReturnConsumedCapacity: "TOTAL" });
      const result = await next(args);
      const { ConsumedCapacity } = result.output as { ConsumedCapacity?: { CapacityUnits?: number } };
      const isWrite = "Item" in args.input || "UpdateExpression" in args.input;
      units[isWrite ? "written" : "read"] += ConsumedCapacity?.CapacityUnits ?? 0;
      units.questions += isWrite ? 0 : 1;
      return result;
    },
    { step: "initialize" },
  );
  const services = openReports(db, Date.now);
  let n = 0;
  const pull = async (limit: number): Promise<number> => {
    if (!SMS) throw new Error("no endpoint");
    const request = {
      id: `r${n++}`,
      method: "GET",
      path: SMS.path,
      queryString: `limit=${limit}`,
      headers: {},
      sourceIp: "",
      body: "",
      arrivedAtMs: Date.now(),
    };
    const { rows } = await answerReports(SMS, request, { client, format: "json" } as never, services);
    return rows;
  };
  const cost = async (work: () => Promise<unknown>) => {
    Object.assign(units, { read: 0, written: 0, questions: 0 });
    await work();
    return { ...units };
  };
  await pull(1);
  return { db, services, pull, cost };
}

const page = (name: string) =>
  Array.from({ length: 1_000 }, (_, n) =>
    aReport(`${name}-${String(Math.sin(n)).slice(3, 18)}-${n}`, {
      to: String(41790000000 + n * 7919),
      bulkId: `b${n % 9}`,
    }),
  );

test.each([50, 250, 1_000])("a thousand reports, %i at a time, cost at most 10 read units", async (limit) => {
  const { db, pull, cost } = await aReader();
  await arrive(db, { source: "sms" }, page("a"));
  const { read } = await cost(async () => {
    for (let given = 0; given < 1_000; ) given += await pull(limit);
  });
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThanOrEqual(10);
});

test("a poll that finds nothing costs at most one read unit, and writes nothing", async () => {
  const { db, pull, cost } = await aReader();
  await arrive(db, { source: "sms" }, page("a"));
  await pull(1_000);
  const { read, written } = await cost(() => pull(50));
  expect(read).toBeLessThanOrEqual(1);
  expect(written).toBe(0);
});

test("rewinding to any moment asks three questions and log2 of the pages for it", async () => {
  const { db, services, cost } = await aReader();
  const pages = 256;
  for (let n = 1; n <= pages; n++) {
    const entry = {
      source: "sms",
      page: n,
      way: "pull",
      atMs: n * 1_000,
      orderMs: n * 1_000,
      entered: { sms: n },
      v: 1,
    };
    const Item = { pk: "reports#sms", sk: String(n).padStart(12, "0"), ...entry, e: 1e10 };
    await db.client.send(new PutCommand({ TableName: db.table, Item }));
  }
  for (const at of [1, 100, 129, 255, 256]) {
    const { questions } = await cost(() =>
      rewind({ client: "reader", stream: "sms" }, at * 1_000, { by: "x", nowMs: 0 }, services),
    );
    expect(questions).toBeLessThanOrEqual(3 + Math.log2(pages));
    expect((await services.positions.load("reader", "sms", true))?.next.place).toBe(at);
  }
});
