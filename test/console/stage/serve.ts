import { builtConsole } from "../../../infra/local/console.ts";
import { makeTable, startEmbeddedDatabase } from "../../../infra/local/database.ts";
import { routed, serveHandler } from "../../../infra/local/http.ts";
import { bodyOf, readPage } from "../../../lib/infobip/page.ts";
import { SOURCES } from "../../../lib/infobip/sources.ts";
import { openStores } from "../../../lib/ingest/stores.ts";
import { systemClock } from "../../../lib/runtime/clock.ts";
import { type Database, openDatabase } from "../../../lib/runtime/dynamodb.ts";
import { countAndSettle } from "../../../lib/statistics/count-and-settle.ts";
import { stageReports } from "./reports.ts";
import { PASSWORD, USER } from "./who.ts";

/** Started by stage.ts, which it tells where it is, or why it is nowhere. */
const PAGE = 1_000;

/** Starts it all, as `stage.ts` says; gives where it is. What it makes goes with this process. */
async function start(reports: number, hours: number): Promise<string> {
  const database = await startEmbeddedDatabase();
  Object.assign(process.env, {
    ...{ AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" },
    ...{ AWS_ENDPOINT_URL_DYNAMODB: database.endpoint, LOG_FORMAT: "text", LOG_LEVEL: "ERROR" },
    ...{
      QUERY_CREDENTIALS: `${USER}:${PASSWORD}`,
      QUERY_ADMINS: USER,
      CURSOR_KEY: "a-key-of-the-stage-of-32-letters",
    },
    CONSOLE_FILES: builtConsole(),
  });
  await makeTable("omnilog");
  const db = openDatabase("omnilog");
  await fill(db, reports, hours);
  const [page, query] = await Promise.all([
    import("../../../functions/console.ts"),
    import("../../../functions/query.ts"),
  ]);
  const server = await serveHandler(routed({ "/console": page.handler, "/": query.handler }), 0);
  const address = server.address();
  return `http://localhost:${typeof address === "object" ? address?.port : address}`;
}

async function fill(db: Database, reports: number, hours: number): Promise<void> {
  const { archive, log, reports: publisher } = openStores(db, { RETENTION_HOURS: hours + 24 }, systemClock);
  const arrivals = stageReports(reports, hours, Date.now() - 5_000);
  for (let at = 0; at < arrivals.length; at += PAGE) {
    const some = arrivals.slice(at, at + PAGE);
    const body = bodyOf(some.map(({ report }) => JSON.stringify(report)));
    const atMs = Math.min(Date.now(), some.at(-1)?.atMs ?? 0);
    const page = await log.append("omni", { id: `stage-${at}`, atMs, way: "pull" }, body, at / PAGE);
    const { records, places } = readPage(body, SOURCES.omni);
    await archive.append({ source: "omni", place: page.place }, records);
    const rows = records.map((record, n) => ({ record, row: places[n] ?? n }));
    // Only what is young is read as it comes.
    if (at + 3 * PAGE >= arrivals.length) await publisher.publish(page, rows);
  }
  const services = { db, clock: systemClock, remainingMs: () => 1e9 };
  const { fault } = await countAndSettle(services);
  if (fault) throw fault;
  await countAndSettle(services);
}

const [reports = 0, hours = 0] = process.argv.slice(2).map(Number);
// Whoever started it has ended.
process.once("disconnect", () => process.exit());
start(reports, hours).then(
  (origin) => process.send?.({ origin }),
  (error: unknown) => process.send?.({ error: String(error) }),
);
