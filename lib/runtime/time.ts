/** Moments as Infobip writes them: `yyyy-MM-dd'T'HH:mm:ss.SSSZ`, where Z is an offset such as +0100. */
export interface Moment {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly epochMs: number;
  /** The same moment in Infobip's format, with the offset it was given in. */
  readonly text: string;
}

const PATTERN =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?:(Z|z)|([+-])(\d{2}):?(\d{2}))$/;

/**
 * Reads a date with an offset: with or without colon, or Z; with no fraction or one of up to nine digits (cut to
 * milliseconds, as Infobip's format has no more). Returns undefined for anything else, 30 February included.
 * Forms seen: the seeds (`+0100`, `%2b01:00`), OpenAPI 3.210.0 (`Z`), the official Python client (six digits).
 */
export function parseMoment(value: string): Moment | undefined {
  const match = PATTERN.exec(value);
  if (!match) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second,
    fraction = "",
    utc,
    sign = "+",
    hours = "00",
    minutes = "00",
  ] = match;
  const milliseconds = fraction.slice(0, 3).padEnd(3, "0");
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}`;
  const localMs = Date.parse(`${local}Z`);
  // Date.parse rolls some impossible days over (30 February) and takes 24:00.
  if (Number.isNaN(localMs) || new Date(localMs).getUTCDate() !== Number(day)) return undefined;
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offsetMs = utc ? 0 : (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === "-" ? -1 : 1);
  return { epochMs: localMs - offsetMs, text: `${local}${sign}${hours}${minutes}` };
}

/** A moment in Infobip's format, in UTC (+0000). */
export function formatMoment(epochMs: number): string {
  return new Date(epochMs).toISOString().replace("Z", "+0000");
}
