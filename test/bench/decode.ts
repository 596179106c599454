import { openBenchArchive } from "./archive.ts";
import { answer, ask } from "./body.ts";
import { recordAnswers } from "./replay.ts";
import { percentile, type Table } from "./table.ts";
import { traffic } from "./traffic.ts";

const ROWS = 1_000;
const RUNS = 60;
const MOST_JSON_MS = 15;

/** Milliseconds of our own work for 1,000 rows: requests, decoding DynamoDB's answers, printing the body. */
export async function benchDecode(table: Table, untilMs: number): Promise<void> {
  const archive = await openBenchArchive("decode", 48);
  const arrivals = traffic({ reports: 2 * ROWS, hours: 8, untilMs });
  await archive.life.through(arrivals, { fromMs: untilMs - 8 * 3_600_000, untilMs });
  const request = ask({ limit: String(ROWS) });
  const answers = recordAnswers(archive.db);
  await answer(archive.db, request, untilMs);
  answers.replay();
  table.section(`milliseconds from DynamoDB's answers to the body, ${ROWS} rows, median of ${RUNS}`);
  for (const format of ["json", "xml"] as const) {
    const times: number[] = [];
    const cpuBefore = process.cpuUsage();
    for (let run = 0; run < RUNS; run++) {
      const startedAtMs = performance.now();
      await answer(archive.db, request, untilMs, format);
      times.push(performance.now() - startedAtMs);
    }
    const { user, system } = process.cpuUsage(cpuBefore);
    const cpuMs = (user + system) / 1_000 / RUNS;
    table.add({
      name: format.toUpperCase(),
      measured: percentile(times.slice(RUNS / 3), 0.5),
      unit: "ms",
      ...(format === "json" ? { goal: { most: MOST_JSON_MS } } : {}),
      note: `p99 ${percentile(times.slice(RUNS / 3), 0.99).toFixed(1)} ms; ${cpuMs.toFixed(1)} ms of CPU`,
    });
  }
  answers.restore();
}
