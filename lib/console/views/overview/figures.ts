import type { JsonObject } from "../../../message/json.ts";
import { digitsOf } from "../../../message/json.ts";

/** A row of the statistics, by the names of its columns. */
export type StatisticsRow = Readonly<Record<string, unknown>>;

/** The rows of an answer of `/omnilog/1/statistics`. */
export function rowsOf({ columns, rows }: JsonObject): StatisticsRow[] {
  const names = (columns as { columnName: string }[] | undefined)?.map(({ columnName }) => columnName) ?? [];
  return ((rows as unknown[][] | undefined) ?? []).map((cells) =>
    Object.fromEntries(names.map((name, at) => [name, cells[at]])),
  );
}

/** A number of a row; undefined if it is N/A. */
export function numberIn(row: StatisticsRow | undefined, name: string): number | undefined {
  const digits = digitsOf(row?.[name]);
  return digits === undefined ? undefined : Number(digits);
}

/** Messages by outcome. */
export interface Counts {
  readonly sent: number;
  readonly delivered: number;
  readonly failed: number;
  readonly pending: number;
  /** The delivery rate, as the API calculates it; undefined for a sum of several rows. */
  readonly rate: number | undefined;
}

/** The sum of rows of the statistics. */
export function countsOf(rows: readonly StatisticsRow[] = []): Counts {
  const sum = (name: string) => rows.reduce((total, row) => total + (numberIn(row, name) ?? 0), 0);
  return {
    sent: sum("TOTAL_SENT_TRAFFIC_COUNT"),
    delivered: sum("DELIVERED_TRAFFIC_COUNT"),
    failed: sum("FAILED_TRAFFIC_COUNT"),
    pending: sum("PENDING_TRAFFIC_COUNT"),
    // Each channel has its own formula, so the rate over several cannot be calculated from sums.
    rate: rows.length === 1 ? numberIn(rows[0], "TRAFFIC_DELIVERY_RATE") : undefined,
  };
}

/** Groups rows by one of their columns; the groups with the most messages come first. */
export function groupBy(
  rows: readonly StatisticsRow[],
  name: string,
): [value: string, rows: StatisticsRow[]][] {
  const groups = new Map<string, StatisticsRow[]>();
  for (const row of rows) {
    const value = String(row[name] ?? "");
    groups.set(value, [...(groups.get(value) ?? []), row]);
  }
  return [...groups].sort(([, a], [, b]) => countsOf(b).sent - countsOf(a).sent);
}

/** The spend by currency: amounts in different currencies are never added. */
export function spentOf(rows: readonly StatisticsRow[] = []): [currency: string, amount: number][] {
  return groupBy(rows, "CURRENCY")
    .map(([currency, own]): [string, number] => [
      currency,
      own.reduce((total, row) => total + (numberIn(row, "PRICE_TOTAL") ?? 0), 0),
    ])
    .filter(([currency, amount]) => amount > 0 && currency !== "" && currency !== "N/A")
    .sort(([, a], [, b]) => b - a);
}
