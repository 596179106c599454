import { SOURCE_NAMES } from "../../lib/infobip/sources.ts";
import { type BenchArchive, openBenchArchive } from "./archive.ts";
import type { Units } from "./meter.ts";
import { questionsAbout } from "./questions.ts";
import { benchFirstPages, benchReads } from "./reads.ts";
import { arrivalsOf, type Shape } from "./shapes.ts";
import { round, type Table } from "./table.ts";

const HOUR_MS = 3_600_000;
const MINUTES_A_MONTH = 43_200;

/** Whole lives: what all writes cost from the first to the last, what is stored at the end, and what questions cost then. */
export async function benchLife(table: Table, shape: Shape, untilMs: number): Promise<void> {
  const { hours } = shape;
  const startedAtMs = performance.now();
  const { db, meter, life, items } = await openBenchArchive("life", Math.max(30 * 24, hours + 48));
  const arrivals = arrivalsOf(shape, untilMs);
  const reports = arrivals.filter(({ isLog }) => !isLog).length;
  await life.through(arrivals, { fromMs: untilMs - hours * HOUR_MS, untilMs });
  const units = meter.take();
  console.error(`${reports} lives in ${((performance.now() - startedAtMs) / 1000).toFixed(0)} s`);
  const perDay = (reports / hours) * 24;
  table.section(`a whole life at ${round(perDay)} reports a day`);
  table.add({
    name: "write units a report",
    measured: units.writes / reports,
    unit: "WU",
    ...(shape.mostWrites === undefined ? {} : { goal: { most: shape.mostWrites } }),
    note: [
      `${(units.reads / reports).toFixed(2)} RU a report; ${units.failedConditions} failed conditions`,
      ...partsOf(units, reports),
    ].join("; "),
  });
  await life.pull("sms", []);
  const emptyPull = meter.take().writes;
  table.add({ name: "an empty pull", measured: emptyPull, unit: "WU", goal: { most: 2 } });
  tellDollars(table, { reports, hours, emptyPull }, units);
  await benchReads(table, { db, meter }, questionsAbout(arrivals), {
    untilMs,
    scale: shape.scale,
  });
  await benchFirstPages(table, { db, meter }, untilMs);
  const stored = await storedBytes(items, life.nowMs / 1000);
  table.section("stored, 100 bytes an item included");
  const total = [...stored.values()].reduce((sum, bytes) => sum + bytes, 0);
  table.add({
    name: "a million reports",
    measured: total / reports / 1_000,
    unit: "GB",
    goal: { most: 0.4 },
    note: [...stored].map(([kind, bytes]) => `${kind} ${round(bytes / reports)} B each`).join(", "),
  });
}

const DOLLARS = { write: 0.625e-6, read: 0.125e-6 };

/** What DynamoDB costs a month at this rate, its sources pulled each minute; storage, and what is asked, not counted. */
function tellDollars(
  table: Table,
  { reports, hours, emptyPull }: { reports: number; hours: number; emptyPull: number },
  units: Units,
): void {
  const aMonth = 720 / hours;
  // Pulls that bring something are counted with what they bring.
  const empty = Math.max(0, SOURCE_NAMES.length * MINUTES_A_MONTH - reports * aMonth) * emptyPull;
  table.add({
    name: "DynamoDB's requests, a month",
    measured: (units.writes * aMonth + empty) * DOLLARS.write + units.reads * aMonth * DOLLARS.read,
    unit: "$",
    note: `of it ${round(empty * DOLLARS.write)} for pulls that bring nothing`,
  });
}

/** Write units a report by the kind of what is written, where the meter tells them apart. */
function partsOf({ writesBy }: Units, reports: number): string[] {
  const kinds = Object.entries(writesBy).filter(([kind]) => kind !== "table");
  return kinds
    .sort(([, a], [, b]) => b - a)
    .map(([kind, writes]) => `${kind} ${(writes / reports).toFixed(3)}`);
}

const ITEM_BYTES = 100;

/** By kind; what has expired is not counted, since DynamoDB deletes it within days. */
async function storedBytes(items: BenchArchive["items"], nowSeconds: number): Promise<Map<string, number>> {
  const sum = new Map<string, number>();
  for await (const item of items()) {
    if (Number(item.e) <= nowSeconds) continue;
    const kind = String(item.pk).split("#")[0] ?? "";
    sum.set(kind, (sum.get(kind) ?? 0) + ITEM_BYTES + bytesOf(item));
  }
  return sum;
}

function bytesOf(item: Readonly<Record<string, unknown>>): number {
  return Object.entries(item).reduce((sum, [name, value]) => {
    if (typeof value === "string") return sum + name.length + Buffer.byteLength(value);
    return sum + name.length + (value instanceof Uint8Array ? value.length : 8);
  }, 0);
}
