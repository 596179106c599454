import type { BenchArchive } from "./archive.ts";
import { answer, ask } from "./body.ts";
import type { Question } from "./questions.ts";
import type { Table } from "./table.ts";

const MOST_ROUNDS = 6;
const MOST_RARE_ROUNDS = 12;

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
    const { rows, units } = await answer(db, ask(query), untilMs);
    const rounds = meter.takeRounds();
    table.add({
      name,
      measured: units,
      unit: "RU",
      goal: { most: most * scale },
      note: `${rows} rows, ${rounds} rounds`,
    });
    const mostRounds = Number(query.limit ?? 50) > 50 ? MOST_RARE_ROUNDS : MOST_ROUNDS;
    if (rounds > mostRounds)
      table.add({ name: `${name}: rounds`, measured: rounds, unit: "", goal: { most: mostRounds } });
  }
}
