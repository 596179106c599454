import { openBenchArchive } from "./archive.ts";
import { answer, ask } from "./body.ts";
import { recordAnswers } from "./replay.ts";
import { percentile, type Table } from "./table.ts";
import { traffic } from "./traffic.ts";

const ROWS = 1_000;
const RUNS = 40;
/** A Lambda's process answers many queries: what is measured is one that runs, and not its start. */
const WARM_UP = 20;
const MOST_JSON_MS = 15;

/** CPU of our own work for 1,000 rows, in milliseconds: requests, decoding DynamoDB's answers, printing the body. */
export async function benchDecode(table: Table, untilMs: number): Promise<void> {
  const archive = await openBenchArchive("decode", 48);
  const arrivals = traffic({ reports: 2 * ROWS, hours: 8, untilMs });
  await archive.life.through(arrivals, { fromMs: untilMs - 8 * 3_600_000, untilMs });
  const request = ask({ limit: String(ROWS) });
  const answers = recordAnswers(archive.db);
  await answer(archive.db, request, untilMs);
  answers.replay();
  table.section(`CPU from DynamoDB's answers to the body, ${ROWS} rows, mean of ${RUNS} after ${WARM_UP}`);
  for (const format of ["json", "xml"] as const) {
    const times: number[] = [];
    let before = process.cpuUsage();
    for (let run = -WARM_UP; run < RUNS; run++) {
      if (run === 0) before = process.cpuUsage();
      const startedAtMs = performance.now();
      await answer(archive.db, request, untilMs, format);
      if (run >= 0) times.push(performance.now() - startedAtMs);
    }
    const { user, system } = process.cpuUsage(before);
    table.add({
      name: format.toUpperCase(),
      measured: (user + system) / 1_000 / RUNS,
      unit: "ms",
      ...(format === "json" ? { goal: { most: MOST_JSON_MS } } : {}),
      note: `of the clock p50 ${percentile(times, 0.5).toFixed(1)}, p99 ${percentile(times, 0.99).toFixed(1)} ms`,
    });
  }
  answers.restore();
}
