import * as v from "valibot";
import { digitsOf, parseJson } from "../../lib/message/json.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";
import { inColumns, widthOf } from "./text-width.ts";

/** The part of an answer of `/omnilog/1/statistics` that the command uses. */
const answer = v.looseObject({
  requestedPeriod: v.looseObject({ sentSince: v.string(), sentUntil: v.string() }),
  columns: v.array(v.looseObject({ columnName: v.string(), columnDataType: v.string() })),
  rows: v.array(v.array(v.unknown())),
  asOf: v.optional(v.string()),
  incomplete: v.optional(v.boolean(), false),
});

const SENT = "TOTAL_SENT_TRAFFIC_COUNT";
const DELIVERED = "DELIVERED_TRAFFIC_COUNT";
const BAR = 24;
const WIDEST = 40;

/**
 * An answer as lines of a table: the period, a header, and for each row a bar whose length is the number of messages
 * sent, filled as far as they were delivered. Throws ConfigurationError if it is not such an answer.
 */
export function tableOf(body: string): string[] {
  const { requestedPeriod, columns, rows, asOf, incomplete } = parse(body);
  const names = columns.map(({ columnName }) => columnName);
  const cells = rows.map((row) => row.map((value, n) => shown(value, columns[n])));
  const widths = names.map((name, n) =>
    Math.min(WIDEST, Math.max(...[headed(name), ...cells.map((row) => row[n] ?? "")].map(widthOf))),
  );
  const isNumber = columns.map(({ columnDataType }) => /INTEGER|NUMBER/.test(columnDataType));
  const line = (row: readonly string[]) =>
    row
      .map((cell, n) =>
        isNumber[n] ? cell.padStart(widths[n] ?? 0) : inColumns(cell, widths[n] ?? cell.length),
      )
      .join("  ");
  const bars = barsOf(rows, names);
  return [
    `sent from ${dateOf(requestedPeriod.sentSince)} until ${dateOf(requestedPeriod.sentUntil)}, UTC`,
    line(names.map(headed)),
    ...cells.map((row, n) => `${line(row)}  ${bars[n] ?? ""}`.trimEnd()),
    ...(asOf === undefined
      ? []
      : [`Some hours are told as of ${dateOf(asOf)}: of these more is known by now.`]),
    ...(incomplete
      ? [
          "This is not all: the oldest hours are missing (ask for a shorter time), or minutes whose records are gone (ask by hour).",
        ]
      : []),
  ];
}

function parse(body: string): v.InferOutput<typeof answer> {
  try {
    return v.parse(answer, parseJson(body));
  } catch {
    throw new ConfigurationError("the answer is not one of Omnilog's: see OMNILOG_URL");
  }
}

/** A short form of Infobip's names: sent, delivered, delivery rate. */
function headed(name: string): string {
  return name
    .replace(/^TOTAL_SENT_TRAFFIC_COUNT$/, "SENT")
    .replace(/_TRAFFIC_COUNT$|_COUNT$|^TRAFFIC_|_CODE$|_ID$/g, "")
    .replaceAll("_", " ")
    .toLowerCase();
}

function shown(value: unknown, column: { columnName: string; columnDataType: string } | undefined): string {
  const { columnName = "", columnDataType = "" } = column ?? {};
  if (value === "N/A" || typeof value === "string")
    return columnDataType === "DATE_TIME" ? dateOf(String(value)) : value;
  const digits = digitsOf(value) ?? "";
  if (columnName.endsWith("_RATE")) return `${(Number(digits) * 100).toFixed(1)} %`;
  if (columnName.startsWith("DELIVERY_TIME")) return `${(Number(digits) / 1_000).toFixed(1)} s`;
  return digits;
}

const dateOf = (moment: string) => moment.slice(0, 16).replace("T", " ");

function barsOf(rows: readonly (readonly unknown[])[], names: readonly string[]): string[] {
  const [sent, delivered] = [names.indexOf(SENT), names.indexOf(DELIVERED)];
  if (sent < 0) return [];
  const most = Math.max(1, ...rows.map((row) => Number(row[sent])));
  return rows.map((row) => {
    const length = Math.ceil((Number(row[sent]) / most) * BAR);
    const share = delivered < 0 ? 1 : Number(row[delivered]) / Math.max(1, Number(row[sent]));
    const filled = Math.round(length * share);
    return "█".repeat(filled) + "░".repeat(length - filled);
  });
}
