/** One line of the bench: what was measured, beside what it cannot go below and what it must reach. */
export interface Line {
  readonly name: string;
  readonly measured: number;
  readonly unit: string;
  readonly floor?: number;
  readonly goal?: { readonly most: number } | { readonly least: number };
  /** Whatever else is worth a column. */
  readonly note?: string;
}

/** Collects the lines of all sections, prints each as soon as it is known, and tells at the end which missed. */
export class Table {
  readonly lines: Line[] = [];
  readonly missed: Line[] = [];

  section(title: string): void {
    console.log(`\n${title}`);
    console.log(row(["", "measured", "floor", "ratio", "goal", "", ""]));
  }

  add(line: Line): void {
    const { name, measured, unit, floor, goal, note = "" } = line;
    this.lines.push(line);
    const isMet = goal === undefined || ("most" in goal ? measured <= goal.most : measured >= goal.least);
    if (!isMet) this.missed.push(line);
    const bound = goal && ("most" in goal ? `≤ ${round(goal.most)}` : `≥ ${round(goal.least)}`);
    const verdict = goal ? (isMet ? "ok" : "MISSED") : "";
    const ratio = floor ? round(measured / floor) : "";
    console.log(
      row([name, `${round(measured)} ${unit}`, floor ? round(floor) : "", ratio, bound ?? "", verdict, note]),
    );
  }

  summary(): void {
    console.log(
      this.missed.length === 0
        ? "\nEvery goal is met."
        : `\n${this.missed.length} goals are missed: ${this.missed.map(({ name }) => name).join("; ")}`,
    );
  }
}

const WIDTHS = [46, 16, 9, 8, 10, 6, 0];

function row(cells: readonly string[]): string {
  return cells
    .map((cell, n) => (n === 0 || n > 4 ? cell.padEnd(WIDTHS[n] ?? 0) : cell.padStart(WIDTHS[n] ?? 0)))
    .join("  ")
    .trimEnd();
}

/** Three significant digits, or whole numbers from 100 on. */
export function round(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(3)));
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
