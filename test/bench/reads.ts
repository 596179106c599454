import type { BenchArchive } from "./archive.ts";
import { answer, ask } from "./body.ts";
import { firstPages } from "./first-pages.ts";
import type { Units } from "./meter.ts";
import type { Question } from "./questions.ts";
import type { Table } from "./table.ts";

const MOST_ROUNDS = 6;
const MOST_RARE_ROUNDS = 12;

/** Read units by the kind of what is read, the most first. */
function partsOf({ readsBy = {} }: Units): string[] {
  return Object.entries(readsBy)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, units]) => `${kind} ${Math.round(units * 10) / 10}`);
}

/** Every question: read units, empty reads counted as AWS bills them, and rounds. */
export async function benchReads(
  table: Table,
  { db, meter }: Pick<BenchArchive, "db" | "meter">,
  questions: readonly Question[],
  { untilMs, scale }: { untilMs: number; scale: number },
): Promise<void> {
  table.section(
    "read units of a query, by the product's own budget; and rounds: requests that wait for others",
  );
  for (const { name, query, most } of questions) {
    meter.takeRounds();
    meter.take();
    const { rows, units } = await answer(db, ask(query), untilMs);
    const rounds = meter.takeRounds();
    table.add({
      name,
      measured: units,
      unit: "RU",
      goal: { most: most * scale },
      note: [`${rows} rows, ${rounds} rounds`, ...partsOf(meter.take())].join("; "),
    });
    const mostRounds = Number(query.limit ?? 50) > 50 ? MOST_RARE_ROUNDS : MOST_ROUNDS;
    if (rounds > mostRounds)
      table.add({ name: `${name}: rounds`, measured: rounds, unit: "", goal: { most: mostRounds } });
  }
}

/** First pages of many kinds, which the table of questions does not ask for: in how many rounds they come. */
export async function benchFirstPages(
  table: Table,
  { db, meter }: Pick<BenchArchive, "db" | "meter">,
  untilMs: number,
): Promise<void> {
  const byRounds = new Map<number, string[]>();
  let sum = 0;
  const pages = firstPages(untilMs);
  for (const [name, query] of pages) {
    meter.takeRounds();
    sum += (await answer(db, ask(query), untilMs)).units;
    const rounds = meter.takeRounds();
    byRounds.set(rounds, [...(byRounds.get(rounds) ?? []), name]);
  }
  const sorted = [...byRounds].sort(([a], [b]) => a - b);
  const [most = 0, slowest = []] = sorted.at(-1) ?? [];
  const counts = sorted.map(([rounds, names]) => `${names.length} in ${rounds}`);
  table.section(`first pages of ${pages.length} kinds`);
  table.add({
    name: "rounds, at most",
    measured: most,
    unit: "",
    goal: { most: MOST_ROUNDS },
    note: `${counts.join(", ")}; as: ${slowest[0]}`,
  });
  table.add({ name: "read units, on average", measured: sum / pages.length, unit: "RU" });
}
