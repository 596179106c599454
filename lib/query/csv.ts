import { stringify } from "csv-stringify/sync";
import { isJsonObject, type Json, type JsonObject, printJson } from "../runtime/json.ts";

/** The fields that are objects, and the columns that each becomes. */
const NESTED: Readonly<Record<string, readonly string[]>> = {
  price: ["pricePerMessage", "currency"],
  status: ["groupId", "groupName", "id", "name", "description", "action"],
  error: ["groupId", "groupName", "id", "name", "description", "permanent"],
  content: ["text"],
  platform: ["entityId", "applicationId"],
};

/**
 * Records as a spreadsheet: RFC 4180 with a header row. What no column is for stands in the last one, `more`, as JSON.
 * A text that a spreadsheet would take for a formula gets an apostrophe before it; one that has apostrophes there
 * already gets another, so that the text can be told from the cell.
 */
export function printCsv(records: readonly JsonObject[], fields: readonly string[]): string {
  const columns = fields.flatMap((field) => NESTED[field]?.map((part) => `${field}.${part}`) ?? [field]);
  const rows = records.map((record) => [
    ...columns.map((column) => cellOf(record, column)),
    moreOf(record, fields),
  ]);
  return stringify([[...columns, "more"], ...rows], {
    record_delimiter: "windows",
    // Of itself it quotes a cell with CRLF, but not one with either of them; and spaces at the ends are trimmed by some.
    quoted_match: /[\r\n]|^\s|\s$/,
  });
}

/** What spreadsheets take for a formula, the full-width signs and leading spaces included. */
const FORMULA = /^['\s]*[=+\-@\uff0b\uff0d\uff1d\uff20]|^'*[\t\r\n]/;

function cellOf(record: JsonObject, column: string): string {
  const [field = "", part] = column.split(".");
  const value = record[field];
  const cell = part === undefined ? value : isJsonObject(value) ? value[part] : undefined;
  return cell === undefined ? "" : printCell(cell);
}

function printCell(value: Json): string {
  if (typeof value !== "string") return printJson(value);
  return `${FORMULA.test(value) ? "'" : ""}${value.toWellFormed()}`;
}

function moreOf(record: JsonObject, fields: readonly string[]): string {
  const more = Object.entries(record).flatMap(([field, value]): [string, Json][] => {
    if (!fields.includes(field)) return [[field, value]];
    const parts = NESTED[field];
    if (!parts || !isJsonObject(value)) return [];
    const unnamed = Object.entries(value).filter(([part]) => !parts.includes(part));
    return unnamed.length > 0 ? [[field, Object.fromEntries(unnamed)]] : [];
  });
  return more.length > 0 ? printJson(Object.fromEntries(more)) : "";
}
