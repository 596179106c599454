import { stringify } from "csv-stringify/sync";
import { isJsonObject, type Json, type JsonObject, printJson } from "../message/json.ts";
import type { SheetColumn } from "./present.ts";

/**
 * Records as a spreadsheet: RFC 4180 with a header row. Fields without a column are in the last one, `more`, as JSON.
 * Text that a spreadsheet would take for a formula gets an apostrophe in front. Text that already begins with such
 * apostrophes gets one more, so that the original can be recovered.
 */
export function printCsv(records: readonly JsonObject[], columns: readonly SheetColumn[]): string {
  const rows = records.map((record) => [
    ...columns.map((column) => cellOf(record, column)),
    moreOf(record, columns),
  ]);
  return stringify([[...columns.map((column) => column.join(".")), "more"], ...rows], OPTIONS);
}

const OPTIONS = {
  record_delimiter: "windows",
  // By itself the library quotes cells with CRLF, but not with a single CR or LF; and some programs trim outer spaces.
  quoted_match: /[\r\n]|^\s|\s$/,
} as const;

/** Rows of values below their names, in the same format. */
export function printCells(header: readonly string[], rows: readonly (readonly Json[])[]): string {
  return stringify([[...header], ...rows.map((row) => row.map(printCell))], OPTIONS);
}

/** What spreadsheets take for a formula, including full-width signs and leading spaces. */
const FORMULA = /^['\s]*[=+\-@\uff0b\uff0d\uff1d\uff20]|^'*[\t\r\n]/;

function cellOf(record: JsonObject, [field, part]: SheetColumn): string {
  const value = record[field];
  const cell = part === undefined ? value : isJsonObject(value) ? value[part] : undefined;
  return cell === undefined ? "" : printCell(cell);
}

function printCell(value: Json): string {
  if (typeof value !== "string") return printJson(value);
  return `${FORMULA.test(value) ? "'" : ""}${value.toWellFormed()}`;
}

/** What has no column. For a field whose parts have columns, the parts that have none. */
function moreOf(record: JsonObject, columns: readonly SheetColumn[]): string {
  const more = Object.entries(record).flatMap(([field, value]): [string, Json][] => {
    const own = columns.filter(([name]) => name === field);
    if (own.length === 0) return [[field, value]];
    if (own.some(([, part]) => part === undefined)) return [];
    if (!isJsonObject(value)) return [[field, value]];
    const unnamed = Object.entries(value).filter(([part]) => !own.some(([, named]) => named === part));
    return unnamed.length > 0 ? [[field, Object.fromEntries(unnamed)]] : [];
  });
  return more.length > 0 ? printJson(Object.fromEntries(more)) : "";
}
