import type { Table } from "./table.ts";
import type { IngestCost } from "./writes.ts";

/** DynamoDB on demand, dollars for a million units. */
const WRITE_PRICE = 0.625;
const READ_PRICE = 0.125;
/** AWS bills half a unit for a key of a batch that it does not find; DynamoDB Local bills nothing. */
const LOOK_UP_UNITS = 0.5;
/** How often the reconciler looks at a message. */
const PASSES = 3;
const DAYS = 30;
const QUERIES_A_DAY = 10_000;

/** The cost of a month in DynamoDB units, as a table for the README. The reads section must come first. */
export function printCosts(costs: readonly IngestCost[], table: Table): void {
  const measured = (name: string) => table.lines.find((line) => line.name.startsWith(name))?.measured;
  const newest = measured("newest 50");
  console.log(
    "\n| reports a day | write units each | taken in, a month | with sender and text from the logs | 10,000 queries a day for the newest 50 |",
  );
  console.log("| ---: | ---: | ---: | ---: | ---: |");
  for (const { perDay, writes, reads } of costs) {
    const taken =
      (perDay * DAYS * (writes * WRITE_PRICE + Math.max(reads, LOOK_UP_UNITS) * READ_PRICE)) / 1e6;
    // Each message is written once more when the reconciler fills it, and looked up in three passes.
    const filled =
      (perDay * DAYS * ((measured("changed") ?? 0) * WRITE_PRICE + PASSES * LOOK_UP_UNITS * READ_PRICE)) /
      1e6;
    const asked = newest === undefined ? undefined : (QUERIES_A_DAY * DAYS * newest * READ_PRICE) / 1e6;
    console.log(
      `| ${perDay.toLocaleString("en")} | ${writes.toFixed(2)} | ${dollars(taken)} | ${dollars(taken + filled)} | ${asked === undefined ? "" : dollars(asked)} |`,
    );
  }
}

function dollars(amount: number): string {
  return `$${amount >= 100 ? Math.round(amount).toLocaleString("en") : amount.toFixed(2)}`;
}
