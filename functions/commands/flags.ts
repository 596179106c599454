import { parseMoment } from "../../lib/message/moment.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";

/**
 * The moment that a flag names, in milliseconds since 1970; undefined if the flag is absent. Throws ConfigurationError.
 */
export function momentOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const moment = parseMoment(text);
  if (!moment) throw new ConfigurationError(`${flag} must be a date such as 2026-11-22T08:00:00+01:00`);
  return moment.epochMs;
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Like `momentOf`, for a flag that may also say how long ago: 90m, 24h, 30d. */
export function sinceOf(flag: string, text: string | undefined, nowMs: number): number | undefined {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text ?? "") ?? [];
  if (count !== undefined) return nowMs - Number(count) * UNITS[unit as keyof typeof UNITS];
  if (text === undefined || parseMoment(text)) return momentOf(flag, text);
  throw new ConfigurationError(
    `${flag} must be a date such as 2026-11-22T08:00:00+01:00, or how long ago: 90m, 24h, 30d`,
  );
}

/** The whole number that a flag gives; undefined if the flag is absent. Throws ConfigurationError. */
export function numberOf(
  flag: string,
  text: string | undefined,
  { least, most }: { least: number; most: number },
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new ConfigurationError(`${flag} must be a whole number, ${least} to ${most}`);
}
