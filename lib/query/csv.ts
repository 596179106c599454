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
 * A cell that a spreadsheet would take for a formula begins with an apostrophe.
 */
export function printCsv(records: readonly JsonObject[], fields: readonly string[]): string {
  const columns = fields.flatMap((field) => NESTED[field]?.map((part) => `${field}.${part}`) ?? [field]);
  const rows = records.map((record) => [
    ...columns.map((column) => cellOf(record, column)),
    moreOf(record, fields),
  ]);
  return stringify([[...columns, "more"], ...rows], { escape_formulas: true, record_delimiter: "windows" });
}

function cellOf(record: JsonObject, column: string): string {
  const [field = "", part] = column.split(".");
  const value = record[field];
  const cell = part === undefined ? value : isJsonObject(value) ? value[part] : undefined;
  return cell === undefined ? "" : printCell(cell);
}

function printCell(value: Json): string {
  return typeof value === "string" ? value.toWellFormed() : printJson(value);
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
