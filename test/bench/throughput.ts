import { Archive } from "../../lib/archive/archive.ts";
import { readPage } from "../../lib/infobip/page.ts";
import { SOURCES } from "../../lib/infobip/sources.ts";
import { openDatabase } from "../../lib/runtime/dynamodb.ts";
import type { Table } from "./table.ts";
import { traffic } from "./traffic.ts";

const ROUNDS = 30;
const WARM_UP = 5;
const PAGE = 1_000;
const LEAST_RATE = 5_000;
const MOST_CPU_MS = 0.15;

/** Reports a second from a landed page to the archive, and the CPU of each, against a DynamoDB that answers at once. */
export async function benchThroughput(table: Table, untilMs: number): Promise<void> {
  const db = openDatabase("stub");
  // After serialisation, so that its price is in it.
  db.client.middlewareStack.add(() => async () => ({ response: {}, output: { $metadata: {} } }) as never, {
    step: "deserialize",
    priority: "high",
    name: "stub",
  });
  const archive = new Archive(
    db,
    { retentionHours: 48 },
    { now: () => untilMs, sleep: async () => {}, random: () => 0 },
  );
  const arrivals = traffic({ reports: ROUNDS * PAGE, hours: 1, untilMs });
  const bodies = Array.from({ length: ROUNDS }, (_, n) =>
    Buffer.from(
      JSON.stringify({ results: arrivals.slice(n * PAGE, (n + 1) * PAGE).map(({ report }) => report) }),
    ),
  );
  let startedAtMs = 0;
  let before = process.cpuUsage();
  for (const [n, body] of bodies.entries()) {
    if (n === WARM_UP) {
      startedAtMs = performance.now();
      before = process.cpuUsage();
    }
    await archive.append({ source: "omni", place: n }, readPage(body, SOURCES.omni).records);
  }
  const reports = (ROUNDS - WARM_UP) * PAGE;
  const { user, system } = process.cpuUsage(before);
  table.section("from a landed page to the archive, pages of 1,000, a stub of DynamoDB");
  table.add({
    name: "reports a second in one process",
    measured: (reports / (performance.now() - startedAtMs)) * 1_000,
    unit: "/s",
    goal: { least: LEAST_RATE },
  });
  const cpuMs = (user + system) / 1_000 / reports;
  table.add({ name: "CPU of a report", measured: cpuMs, unit: "ms", goal: { most: MOST_CPU_MS } });
}
