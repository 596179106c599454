import { type Filter, factsOfItem, matches, storedConditions } from "../../lib/query/filter.ts";
import { plan } from "../../lib/query/plan.ts";
import { Budget, Reader } from "../../lib/query/reader.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { dayOf, timePartition } from "../../lib/store/keys.ts";

/**
 * The plain way, for comparison: from the newest day back, read the time index with a filter expression until there
 * is enough. Gives the read units, the rows found and the milliseconds.
 */
export async function scan(
  db: Database,
  filter: Filter,
  limit: number,
  span: { fromMs: number; untilMs: number },
) {
  const startedAtMs = performance.now();
  const budget = new Budget({ units: Infinity, timeoutMs: Infinity }, () => 0);
  const reader = new Reader(db, budget, storedConditions(filter), span.untilMs);
  let rows = 0;
  for (let atMs = span.untilMs; rows < limit && atMs > span.fromMs - 86_400_000; atMs -= 86_400_000) {
    const partition = { index: "byTime", key: timePartition(dayOf(atMs), 0) } as const;
    let size = limit;
    for (
      let { range } = plan({}) as { range: ReturnType<typeof plan>["range"] | undefined };
      range && rows < limit;
    ) {
      // Twice as much each time: what a careful plain implementation would do.
      const chunk = await reader.query(partition, range, size > 2_000 ? undefined : size);
      rows += chunk.items.filter((item) => matches(filter, factsOfItem(item))).length;
      range = chunk.rest;
      size *= 2;
    }
  }
  return { units: budget.spentUnits, rows: Math.min(rows, limit), ms: performance.now() - startedAtMs };
}
