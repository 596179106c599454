import { parseMoment } from "../../message/moment.ts";

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const AGO = /^(\d{1,5})([mhdw])$/;
const LOCAL = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?)?$/;
const OFFSET = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(:\d{2}(?:\.\d{1,3})?)?(Z|[+-]\d{2}:?\d{2})$/;

/** How a moment can be written in the search box. */
export const MOMENT_FORMS = "30m, 2h, 7d, today, yesterday, 2026-11-25 or 2026-11-25T14:30";

/** Is it a length of time up to now, such as `24h`? */
export const isAgo = (value: string): boolean => AGO.test(value);

/**
 * The moment that a word of the search box stands for, in milliseconds since 1970; undefined if it is not one. Days,
 * and times without an offset, are in the reader's time zone. `edge` says which end of a day is meant.
 */
export function momentOf(value: string, edge: "start" | "end", nowMs: number): number | undefined {
  const ago = AGO.exec(value);
  if (ago) return nowMs - Number(ago[1]) * UNIT_MS[ago[2] as keyof typeof UNIT_MS];
  if (value === "today" || value === "yesterday") {
    const now = new Date(nowMs);
    return dayEdge(now.getFullYear(), now.getMonth(), now.getDate() - (value === "today" ? 0 : 1), edge);
  }
  const exact = OFFSET.exec(value);
  if (exact) return parseMoment(`${exact[1]}${exact[2] ?? ":00"}${exact[3]}`)?.epochMs;
  return localMoment(value, edge);
}

function localMoment(value: string, edge: "start" | "end"): number | undefined {
  const found = LOCAL.exec(value);
  if (!found) return undefined;
  const [year = 0, month = 0, day = 0, hour, minute = 0, second = 0] = found.slice(1, 7).map(numberOr);
  if (month < 1 || month > 12 || day < 1 || day > new Date(year, month, 0).getDate()) return undefined;
  if (hour === undefined) return dayEdge(year, month - 1, day, edge);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return new Date(
    year,
    month - 1,
    day,
    hour,
    minute,
    second,
    Number((found[7] ?? "0").padEnd(3, "0")),
  ).getTime();
}

const numberOr = (text: string | undefined) => (text === undefined ? undefined : Number(text));

function dayEdge(year: number, month: number, day: number, edge: "start" | "end"): number {
  return edge === "start"
    ? new Date(year, month, day).getTime()
    : new Date(year, month, day + 1).getTime() - 1;
}

/** A moment as a word of the search box that means the same in every time zone: in UTC, as short as possible. */
export function writeMoment(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/(?::00)?\.000Z$/, "Z");
}

/** Milliseconds since 1970 for a date of a report; NaN if it is not a date. */
export function msOf(date: string | undefined): number {
  return parseMoment(date ?? "")?.epochMs ?? Number.NaN;
}
