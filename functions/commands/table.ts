import { styleText } from "node:util";
import { printJson } from "../../lib/message/json.ts";
import type { LogRecord } from "./remote.ts";
import { inColumns } from "./text-width.ts";

const WIDTHS = { sentAt: 28, channel: 9, from: 14, to: 18, status: 28, text: 40 } as const;

/** Prints records as rows of a table, coloured by their outcome; the header only once. */
export function printTable(records: readonly LogRecord[], isFirst: boolean): void {
  const columns = Object.entries(WIDTHS);
  if (isFirst)
    process.stdout.write(`${paint("bold", columns.map(([name, width]) => name.padEnd(width)).join(" "))}\n`);
  for (const { status = {}, ...record } of records) {
    const cells = { ...record, status: status.name ?? status.groupName ?? "" } as Record<string, unknown>;
    const row = columns.map(([name, width]) => inColumns(cell(cells[name]), width)).join(" ");
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

function cell(value: unknown = ""): string {
  return typeof value === "string" ? value : printJson(value);
}

/** Colours only on a terminal: `styleText` checks the stream, and NO_COLOR. */
function paint(style: Parameters<typeof styleText>[0], text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
