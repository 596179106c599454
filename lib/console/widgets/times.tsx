import { msOf } from "../search/moments.ts";
import { lazily } from "./lazily.ts";

// Written by hand, since the page is in English and creating a date format takes a phone a tenth of a second.
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const two = (part: number) => String(part).padStart(2, "0");
const clockOf = (date: Date) => `${two(date.getHours())}:${two(date.getMinutes())}`;
const dayOf = (date: Date) => `${date.getDate()} ${MONTHS[date.getMonth()]}`;

/** The reader's time zone, such as `Europe/Zurich`. */
export const zone = lazily(() => Intl.DateTimeFormat().resolvedOptions().timeZone);

/** The time of day, with the date if it is not today. */
export function writeWhen(ms: number, nowMs = Date.now()): string {
  if (Number.isNaN(ms)) return "";
  const [date, now] = [new Date(ms), new Date(nowMs)];
  const time = `${clockOf(date)}:${two(date.getSeconds())}`;
  if (date.toDateString() === now.toDateString()) return time;
  const year = date.getFullYear() === now.getFullYear() ? "" : ` ${date.getFullYear()}`;
  return `${dayOf(date)}${year}, ${time}`;
}

export const writeClock = (ms: number): string => clockOf(new Date(ms));
export const writeDay = (ms: number): string => dayOf(new Date(ms));
/** Date and time, to the minute. */
export const writeMinute = (ms: number): string => `${writeDay(ms)}, ${writeClock(ms)}`;

/** A moment in the reader's time zone; its original form is in the title. */
export function Time({ at }: { readonly at: string | undefined }) {
  const ms = msOf(at);
  if (at === undefined || Number.isNaN(ms)) return null;
  return (
    <time dateTime={new Date(ms).toISOString()} title={`as sent: ${at}`}>
      {writeWhen(ms)}
    </time>
  );
}

const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
] as const;

/** The unit in which durations up to this one are labelled. */
export function unitFor(mostMs: number): readonly [ms: number, name: string] {
  if (mostMs < 2_000) return [1, "ms"];
  if (mostMs < 120_000) return [1_000, "s"];
  return mostMs < 7_200_000 ? [60_000, "min"] : [3_600_000, "h"];
}

/** A duration in its two largest units: `2 min 5 s`, `3.2 s`, `180 ms`. */
export function writeLength(ms: number): string {
  if (!Number.isFinite(ms)) return "";
  if (Math.abs(ms) < 1_000) return `${Math.round(ms)} ms`;
  if (Math.abs(ms) < 10_000) return `${+(ms / 1_000).toFixed(1)} s`;
  const at = UNITS.findIndex(([unitMs]) => Math.abs(ms) >= unitMs);
  const [unitMs, unit] = UNITS[at] ?? UNITS[3];
  const lower = UNITS[at + 1];
  const rest = lower ? Math.floor((Math.abs(ms) % unitMs) / lower[0]) : 0;
  return `${Math.trunc(ms / unitMs)} ${unit}${lower && rest > 0 ? ` ${rest} ${lower[1]}` : ""}`;
}
