import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SOURCE_NAMES } from "../../lib/infobip/sources.ts";
import { Afterwards } from "./afterwards.ts";
import { builtConsole } from "./console.ts";
import { makeTable, startEmbeddedDatabase } from "./database.ts";
import { startDemoInfobip } from "./demo.ts";
import { routed, serveHandler } from "./http.ts";
import { endWithParent } from "./parent.ts";
import { startPushing, wantsPushes } from "./pushing.ts";
import { every } from "./schedule.ts";
import { isPlay, readLocalSettings } from "./settings.ts";

/** The same as for the deployed Lambdas. */
const INGEST_TIMEOUT_MS = 55_000;
const RECONCILE_TIMEOUT_MS = 600_000;
const SETTLE_TIMEOUT_MS = 600_000;
const SETTLE_INTERVAL_MS = 120_000;
/** On shutdown, a page gets time to be stored and merged; a reconciler that waits for its pace does not. */
const STOP_INGEST_MS = 8_000;
const STOP_RECONCILE_MS = 1_000;
/** The database closes when its requests have ended; data on disk survives any end. */
const STOP_DATABASE_MS = 2_000;
/**
 * Merging of pushes leaves most of the database to requests that store them, since each of these waits behind so many.
 */
const MERGING_CONNECTIONS = 8;
/** The credentials and the header in Infobip's documents. */
const EXAMPLE_CREDENTIALS = "Aladdin:open sesame";

const { isPushing, ...environment } = readEnvironment();
endWithParent(process.env);
// The embedded database keeps its keys for long, and each would keep the whole piece of memory that it shares with what is soon gone.
Buffer.poolSize = 0;
const stopped = new AbortController();
process.once("SIGINT", () => stopped.abort());
process.once("SIGTERM", () => stopped.abort());

const database = environment.AWS_ENDPOINT_URL_DYNAMODB
  ? undefined
  : await orEnd(startEmbeddedDatabase(environment.DATA_DIR));
const infobip = environment.INFOBIP_BASE_URL ? undefined : await startDemoInfobip();
const exampleHeader = `Basic ${Buffer.from(EXAMPLE_CREDENTIALS).toString("base64")}`;

// The handlers read the environment, as in Lambda.
Object.assign(process.env, {
  AWS_REGION: process.env.AWS_REGION ?? "us-east-1",
  AWS_ACCESS_KEY_ID: process.env.AWS_ACCESS_KEY_ID ?? "local",
  AWS_SECRET_ACCESS_KEY: process.env.AWS_SECRET_ACCESS_KEY ?? "local",
  AWS_ENDPOINT_URL_DYNAMODB: environment.AWS_ENDPOINT_URL_DYNAMODB ?? database?.endpoint,
  INFOBIP_BASE_URL: environment.INFOBIP_BASE_URL ?? infobip?.url,
  INFOBIP_AUTHORIZATION: environment.INFOBIP_AUTHORIZATION ?? exampleHeader,
  QUERY_CREDENTIALS: environment.QUERY_CREDENTIALS ?? EXAMPLE_CREDENTIALS,
  QUERY_ADMINS: environment.QUERY_ADMINS ?? EXAMPLE_CREDENTIALS.split(":")[0],
  // Somebody who has merely read the documentation may push only if this holds nobody's data.
  PUSH_CREDENTIALS:
    environment.PUSH_CREDENTIALS ?? (isPlay(environment) ? `basic ${EXAMPLE_CREDENTIALS}` : ""),
  CURSOR_KEY: process.env.CURSOR_KEY || cursorKey(environment.DATA_DIR),
  CONSOLE_FILES: builtConsole(),
  ALERT_URL: process.env.ALERT_URL || `http://localhost:${environment.PORT}`,
  LOG_FORMAT: process.env.LOG_FORMAT || "text",
  // On one's own machine there is no need for fairness.
  QUERY_RATE_PER_MINUTE: process.env.QUERY_RATE_PER_MINUTE || "1000000",
  QUERY_RATE_BURST: process.env.QUERY_RATE_BURST || "1000000",
});
await orEnd(makeTable(environment.TABLE_NAME));

const [ingest, reconcile, settle, query, receive, page] = await Promise.all([
  import("../../functions/ingest.ts"),
  import("../../functions/reconcile.ts"),
  import("../../functions/settle.ts"),
  import("../../functions/query.ts"),
  import("../../functions/receive.ts"),
  import("../../functions/console.ts"),
]);
// What is pulled for mobile push begins with /push, too: GET /push/1/reports.
const handler = routed({ "POST /push": receive.handler, "/console": page.handler, "/": query.handler });
const afterwards = new Afterwards();
receive.standBack({ connections: MERGING_CONNECTIONS, turn: () => afterwards.turn() });
const server = await orEnd(serveHandler(handler, environment.PORT, environment.HOST, afterwards));
// Before anything is pulled, since reports that have been made by then could no longer be pushed.
const pushing = infobip && isPushing ? await orEnd(startPushing(infobip, pushTarget())) : undefined;
announce();
const ingests = SOURCE_NAMES.map((source) =>
  every(environment.INGEST_INTERVAL_SECONDS * 1000, () =>
    ingest.handler({ source }, lasting(INGEST_TIMEOUT_MS)),
  ),
);
const reconciler = every(environment.RECONCILE_INTERVAL_SECONDS * 1000, () =>
  reconcile.handler({}, lasting(RECONCILE_TIMEOUT_MS)),
);
const receiver = every(environment.INGEST_INTERVAL_SECONDS * 1000, () =>
  afterwards.add("what is left", async () => {
    await receive.handler({ job: "merge" }, lasting(INGEST_TIMEOUT_MS));
  }),
);
const settler = every(SETTLE_INTERVAL_MS, () => settle.handler({}, lasting(SETTLE_TIMEOUT_MS)));

if (!stopped.signal.aborted)
  await new Promise((resolve) => stopped.signal.addEventListener("abort", resolve));
console.log("stopping: waiting for what is under way");
server.close();
server.closeIdleConnections();
await Promise.all([
  Promise.race([Promise.all([...ingests, receiver].map((job) => job.stop())), afterMs(STOP_INGEST_MS)]),
  Promise.race([reconciler.stop(), afterMs(STOP_RECONCILE_MS)]),
  Promise.race([settler.stop(), afterMs(STOP_RECONCILE_MS)]),
]);
server.closeAllConnections();
await Promise.race([pushing?.stop(), afterMs(STOP_INGEST_MS)]);
await infobip?.close();
await Promise.race([database?.close(), afterMs(STOP_DATABASE_MS)]);
process.exit(0);

function readEnvironment() {
  try {
    const settings = readLocalSettings(process.env);
    return { ...settings, isPushing: wantsPushes(process.argv.slice(2), settings) };
  } catch (error) {
    return end(error instanceof Error ? error.message : String(error));
  }
}

/** A key for cursors that stays the same as long as the data. */
function cursorKey(folder: string | undefined): string {
  if (folder === undefined) return randomUUID();
  const path = join(folder, "cursor-key");
  mkdirSync(folder, { recursive: true });
  if (!existsSync(path)) writeFileSync(path, randomUUID(), { mode: 0o600 });
  return readFileSync(path, "utf8");
}

/** Where the imitation pushes to, and how it authenticates. */
function pushTarget() {
  const { PUSH_CREDENTIALS: credentials = "", INFOBIP_AUTHORIZATION: authorization = "" } = process.env;
  return { url: `http://127.0.0.1:${environment.PORT}`, authorization, credentials };
}

/** If something cannot be started (a port is taken, a database does not answer), says so in a line and exits. */
function orEnd<T>(starting: Promise<T>): Promise<T> {
  return starting.catch((error: Error & { code?: string }) =>
    end(`cannot start: ${error.message || error.code || error.name}`),
  );
}

function end(reason: string): never {
  console.error(reason);
  process.exit(1);
}

/** A Lambda context that ends after so many milliseconds, or soon after we are asked to stop. */
function lasting(timeoutMs: number) {
  const endMs = Date.now() + timeoutMs;
  return { getRemainingTimeInMillis: () => (stopped.signal.aborted ? 0 : endMs - Date.now()) };
}

function afterMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function announce(): void {
  const { PORT, TABLE_NAME, DATA_DIR, RETENTION_HOURS } = environment;
  const where = database ? `embedded${DATA_DIR ? `, kept in ${DATA_DIR}` : ", in memory"}` : "outside";
  const url = `http://localhost:${PORT}/omni/1/logs?limit=3`;
  // The user's own credentials are not printed: curl asks for the password.
  const user = environment.QUERY_CREDENTIALS?.split(":")[0];
  const authorization = user === undefined ? `-H 'Authorization: ${exampleHeader}'` : `-u '${user}'`;
  console.log(`
Omnilog runs:
  Infobip    ${process.env.INFOBIP_BASE_URL}${infobip ? ` (an imitation, with lively traffic${isPushing ? ", that pushes" : ""})` : ""}
  DynamoDB   ${process.env.AWS_ENDPOINT_URL_DYNAMODB} (${where}), table ${TABLE_NAME}, kept for ${RETENTION_HOURS} hours
  ingest     ${SOURCE_NAMES.join(", ")}: every ${environment.INGEST_INTERVAL_SECONDS} s; reconciled every ${environment.RECONCILE_INTERVAL_SECONDS} s
  query      ${url}
  push       http://localhost:${PORT}/push/{sms,email,push,omni,whatsapp,viber,rcs,messages,tracking}${process.env.PUSH_CREDENTIALS ? "" : ": nobody may, until PUSH_CREDENTIALS says who"}
  console    http://localhost:${PORT}/console

Ask it:
  curl -H 'Accept: application/json' ${authorization} '${url}'
`);
}
