/** Hours and days of `sentAt` in UTC, as their first milliseconds since 1970; and their names in stored items. */
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

export function dayStartOf(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

export function hoursOfDay(dayMs: number): number[] {
  return Array.from({ length: 24 }, (_, n) => dayMs + n * HOUR_MS);
}

/** Neighbouring hours of one UTC day together, each stretch of them from the newest to the oldest, as they come. */
export function stretchesOf(hours: readonly number[]): number[][] {
  const stretches: number[][] = [];
  for (const hourMs of hours) {
    const stretch = stretches.at(-1);
    const newerMs = hourMs + HOUR_MS;
    if (stretch?.at(-1) === newerMs && dayStartOf(hourMs) === dayStartOf(newerMs)) stretch.push(hourMs);
    else stretches.push([hourMs]);
  }
  return stretches;
}

/** 2026-11-25T10: sorts by time. */
export function hourName(hourMs: number): string {
  return new Date(hourMs).toISOString().slice(0, 13);
}

/** 2026-11-25 */
export function dayName(dayMs: number): string {
  return new Date(dayMs).toISOString().slice(0, 10);
}

export function momentOfHour(name: string): number {
  return Date.parse(`${name}:00:00Z`);
}

export function momentOfDay(name: string): number {
  return Date.parse(`${name}T00:00:00Z`);
}
