import type { Database } from "../../lib/runtime/dynamodb.ts";
import { answer, ask } from "./body.ts";
import type { Question } from "./questions.ts";
import { scan } from "./scan.ts";
import { percentile, round, type Table } from "./table.ts";

/** A filled table, the questions about what is in it, and the time for which it was filled. */
export interface Filled {
  readonly db: Database;
  readonly questions: readonly Question[];
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Reading {
  readonly units: number;
  readonly rows: number;
  readonly floor: number;
  readonly p50: number;
  readonly p99: number;
}

const MOST_RUNS = 60;
const MOST_MS = 2_000;

/** Asks one question until its times can be told. */
export async function read({ db, untilMs }: Filled, { query }: Question): Promise<Reading> {
  const request = ask(query);
  const times: number[] = [];
  const startedAtMs = performance.now();
  for (;;) {
    const runAtMs = performance.now();
    const { body, rows, units } = await answer(db, request, untilMs);
    times.push(performance.now() - runAtMs);
    const isEnough = performance.now() - startedAtMs > MOST_MS;
    if (times.length < MOST_RUNS && !(isEnough && times.length >= 5)) continue;
    const floor = Math.max(0.5, Math.ceil(Buffer.byteLength(body) / 4096) / 2);
    const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
    return { units, rows, floor, p50, p99 };
  }
}

/** Every question, at two sizes of archive, beside the plain scan. */
export async function benchReads(
  table: Table,
  small: Filled,
  large: Filled,
  sizes: [number, number],
): Promise<void> {
  const [smallSize, largeSize] = sizes.map((size) => size.toLocaleString("en"));
  table.section(`read units of a query, of ${largeSize} reports`);
  const growths: { name: string; growth: number }[] = [];
  for (const [n, question] of large.questions.entries()) {
    const reading = await read(large, question);
    const smallQuestion = small.questions[n] ?? question;
    const before = await read(small, smallQuestion);
    const plain = isById(question) ? undefined : await scanFor(large, question);
    table.add({
      name: question.name,
      measured: reading.units,
      unit: "RU",
      floor: reading.floor,
      goal: { most: question.goal(reading.floor) },
      note:
        `${reading.rows} rows, p50 ${round(reading.p50)} ms, p99 ${round(reading.p99)} ms; ` +
        `of ${smallSize}: ${round(before.units)} RU, ${before.rows} rows; ` +
        (plain ? `scan: ${round(plain.units)} RU, ${round(plain.ms)} ms` : "scan: all of it"),
    });
    if (before.rows === reading.rows && isSelective(question))
      growths.push({ name: question.name, growth: reading.units / before.units });
  }
  table.section(`read units at ${largeSize} beside ${smallSize}, for answers of the same size`);
  for (const { name, growth } of growths)
    table.add({ name, measured: growth, unit: "×", goal: { most: 1.2 } });
}

/** Asked for by an id, or by something that few hold. */
function isSelective({ query }: Question): boolean {
  return Object.keys(query).some((name) => name !== "limit") && query.generalStatus !== "DELIVERED";
}

/** A scan for an id reads everything, and is not worth the wait. */
function isById({ query }: Question): boolean {
  return "messageId" in query || "to" in query || "bulkId" in query;
}

async function scanFor({ db, fromMs, untilMs }: Filled, { query }: Question) {
  const { filter, limit } = ask(query);
  return scan(db, filter, limit, { fromMs, untilMs });
}
