import { setTimeout as sleep } from "node:timers/promises";
import { Afterwards } from "../../infra/local/afterwards.ts";
import { makeTable } from "../../infra/local/database.ts";
import { type HttpHandler, serveHandler } from "../../infra/local/http.ts";
import { search } from "../../lib/archive/search/search.ts";
import { openStores } from "../../lib/ingest/stores.ts";
import { mergePushed } from "../../lib/receive/merge-pushed.ts";
import { Places } from "../../lib/receive/places.ts";
import { receive } from "../../lib/receive/receive.ts";
import { systemClock } from "../../lib/runtime/clock.ts";
import { openDatabase } from "../../lib/runtime/dynamodb.ts";
import { Meter } from "./meter.ts";
import { percentile, type Table } from "./table.ts";
import { traffic } from "./traffic.ts";

/** One after the other, and then some together. */
const ALONE = 300;
const PUSHES = ALONE + 100;
const REPORTS = 100;
const TOGETHER = 10;
/** Of so many the units are counted, one after the other. */
const COUNTED = 20;
const HOURS = 48;
const SETTLED_MS = 5_000;
const SECRET = "a-secret-for-the-bench";
/** Of AWS in us-east-1: a million write units; a million requests of an HTTP API, and of Lambda. */
const DOLLARS = { writeUnits: 0.625, api: 1, lambda: 0.2, second: 0.0000133334 };
/** That one merges for all is written down, and taken back. */
const LEASE_UNITS = 2;
/** Of a gigabyte: assumed, on the high side. */
const LAMBDA_SECONDS = 0.15;

/** How soon a push is answered, and found; and what it costs beside the merge, which a pull costs as well. */
export async function benchPushes(table: Table): Promise<void> {
  await makeTable("pushes");
  const db = openDatabase("pushes");
  const meter = new Meter(db);
  const services = {
    ...openStores(db, { RETENTION_HOURS: HOURS }, systemClock),
    ...{ clock: systemClock, places: new Places(systemClock), isAllowed: () => true },
    pushers: async () => `path ${SECRET}`,
    remainingMs: () => 60_000,
  };
  const afterwards = new Afterwards();
  const behind = { connections: 4, turn: () => afterwards.turn() };
  const merging = {
    ...openStores(openDatabase("pushes", undefined, behind), { RETENTION_HOURS: HOURS }, systemClock),
    ...{ clock: systemClock, remainingMs: () => 60_000 },
  };
  const landed = (path: string, body: Uint8Array) =>
    receive({ id: "", method: "POST", path, headers: {}, sourceIp: "", body }, services);
  const handler: HttpHandler = async (event, { afterwards }) => {
    const { body, rawPath } = event as { body: string; rawPath: string };
    const { response } = await landed(rawPath, Buffer.from(body, "base64"));
    afterwards("sms", async () => void (await mergePushed("sms", merging)));
    return response;
  };
  const server = await serveHandler(handler, 0, undefined, afterwards);
  const { port } = server.address() as { port: number };
  const untilMs = Date.now();
  const all = traffic({ reports: (PUSHES + COUNTED) * REPORTS, hours: 1, untilMs }).map(
    ({ report }) => report,
  );
  const answered: number[] = [];
  const found: number[] = [];
  const bucket = (n: number) => all.slice(n * REPORTS, (n + 1) * REPORTS);
  const push = async (n: number) => {
    const results = bucket(n);
    const startedMs = performance.now();
    const body = JSON.stringify({ results });
    const response = await fetch(`http://127.0.0.1:${port}/push/sms/${SECRET}`, { method: "POST", body });
    if (response.status !== 200) throw new Error(`a push was answered with ${response.status}`);
    await response.text();
    return { startedMs, answeredMs: performance.now() - startedMs, last: String(results.at(-1)?.messageId) };
  };
  for (let n = 0; n < ALONE; n++) {
    const { startedMs, answeredMs, last } = await push(n);
    answered.push(answeredMs);
    const limits = { units: 4_000, timeoutMs: 20_000 };
    const isThere = async () =>
      (await search(db, { filter: { messageId: [last] }, limit: 1 }, limits, Date.now)).items.length > 0;
    while (!(await isThere())) await sleep(2);
    found.push(performance.now() - startedMs);
  }
  // Those that come together merge for each other.
  const together: number[] = [];
  for (let n = ALONE; n < PUSHES; n += TOGETHER) {
    const pushes = await Promise.all(Array.from({ length: TOGETHER }, (_, at) => push(n + at)));
    together.push(...pushes.map(({ answeredMs }) => answeredMs));
  }
  server.close();
  server.closeAllConnections();
  // What is still being merged of them would be counted, too.
  await sleep(SETTLED_MS);
  let written = 0;
  for (let n = PUSHES; n < PUSHES + COUNTED; n++) {
    meter.take();
    await landed(`/push/sms/${SECRET}`, Buffer.from(JSON.stringify({ results: bucket(n) })));
    written += meter.take().writes;
  }
  table.section(`pushes of ${REPORTS} reports`);
  const add = (name: string, measured: number, most: number) =>
    table.add({ name, measured, unit: "ms", goal: { most } });
  // What it needs is compiled and connected by the first, which would be the p99 of a hundred.
  const [first = 0, ...warm] = answered;
  table.add({ name: "answered, the first of a process", measured: first, unit: "ms" });
  add("answered, p50", percentile(warm, 0.5), 50);
  add("answered, p95", percentile(warm, 0.95), 50);
  add("answered, p99", percentile(warm, 0.99), 100);
  table.add({ name: `answered, ${TOGETHER} at once, p95`, measured: percentile(together, 0.95), unit: "ms" });
  add("found by a query, p50", percentile(found, 0.5), 1_000);
  add("found by a query, p99.9", percentile(found, 0.999), 1_000);
  const landing = written / ((COUNTED * REPORTS) / 1_000);
  table.add({ name: "landing 1,000 reports", measured: landing, unit: "WU" });
  const requests = 1_000_000 / REPORTS;
  const units = landing * 1_000 + requests * LEASE_UNITS;
  const dollars =
    (units * DOLLARS.writeUnits + requests * (DOLLARS.api + DOLLARS.lambda)) / 1e6 +
    requests * LAMBDA_SECONDS * DOLLARS.second;
  table.add({
    name: "a million reports, beside the merge",
    measured: dollars,
    unit: "$",
    goal: { most: 0.1 },
  });
  db.client.destroy();
}
