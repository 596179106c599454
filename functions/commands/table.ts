import { styleText } from "node:util";
import type { Answer } from "../../lib/query/remote.ts";

const WIDTHS = { sentAt: 28, channel: 9, from: 14, to: 18, status: 28, text: 40 } as const;

/** Shows records as rows of a table, coloured by what became of them; the header once. */
export function printTable(records: Answer["records"], isFirst: boolean): void {
  const columns = Object.entries(WIDTHS);
  if (isFirst)
    process.stdout.write(`${paint("bold", columns.map(([name, width]) => name.padEnd(width)).join(" "))}\n`);
  for (const { status = {}, ...record } of records) {
    const cells = { ...record, status: status.name ?? status.groupName ?? "" } as Record<string, unknown>;
    const row = columns.map(([name, width]) => clip(String(cells[name] ?? ""), width)).join(" ");
    process.stdout.write(`${paint(COLOURS[status.groupName ?? ""] ?? "reset", row)}\n`);
  }
}

const COLOURS: Readonly<Record<string, "green" | "yellow" | "red">> = {
  DELIVERED: "green",
  PENDING: "yellow",
  ACCEPTED: "yellow",
  UNDELIVERABLE: "red",
  EXPIRED: "red",
  REJECTED: "red",
};

/** Colours only on a terminal: `styleText` looks at the stream, and at NO_COLOR. */
function paint(style: Parameters<typeof styleText>[0], text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** A message must not move the cursor of the terminal that shows it. */
function clip(text: string, width: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to make harmless
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
  return (plain.length > width ? `${plain.slice(0, width - 1)}…` : plain).padEnd(width);
}
