import { FIELD_NAMES, FIELD_TABLE, type Style, shownPath } from "../message/fields.ts";
import { isJsonObject, type Json, type JsonObject } from "../message/json.ts";
import type { MessageRecord } from "../message/record.ts";

/** A record as an endpoint of this style shows it. */
export function present(record: MessageRecord, style: Style): JsonObject {
  // A Map, because a field of a report may be called __proto__.
  const shown = new Map<string, Json>();
  for (const [field, value] of Object.entries(record)) {
    const [name, part] = shownPath(field, style);
    if (name === undefined || value === undefined) continue;
    const before = shown.get(name);
    const beside = isJsonObject(before) ? before : {};
    if (part !== undefined) shown.set(name, { ...beside, [part]: value });
    // If two fields have the same name, a known field keeps it, with the rest of the object beside it.
    else if (isJsonObject(value)) shown.set(name, { ...shownObject(field, value, style), ...beside });
    else if (before === undefined) shown.set(name, value);
  }
  return Object.fromEntries(shown);
}

const NEWER_STYLES: readonly Style[] = ["newer", "newerEmail", "newerReports"];

/** Version 1 has "Ok", but the newer models, which the clients validate, only accept "OK". */
function shownObject(field: string, value: JsonObject, style: Style): JsonObject {
  const isOther = field === "error" && value.groupName === "Ok" && NEWER_STYLES.includes(style);
  return isOther ? { ...value, groupName: "OK" } : value;
}

/** A column of a spreadsheet: a field, or a part of one. */
export type SheetColumn = readonly [field: string, part?: string];

/**
 * The columns of an endpoint's spreadsheet, independent of the records at hand: one for each documented field, or for
 * each known part of an object.
 */
export function columnsOf(style: Style): readonly SheetColumn[] {
  const columns = FIELD_NAMES.flatMap((field): SheetColumn[] => {
    const { type, isExtra } = FIELD_TABLE[field];
    if (isExtra && style === "omni") return [];
    const [name, part] = shownPath(field, style);
    if (name === undefined) return [];
    if (part !== undefined) return [[name, part]];
    return type.parts?.map((each): SheetColumn => [name, each]) ?? [[name]];
  });
  return [...new Map(columns.map((column) => [column.join("."), column])).values()];
}
