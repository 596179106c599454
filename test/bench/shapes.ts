import { type Arrival, traffic } from "./traffic.ts";

const HOUR_MS = 3_600_000;

/** What an account's traffic looks like, and how much more than the goals (for 200,000 in 48 hours) its questions may read. */
export interface Shape {
  readonly reports: number;
  readonly hours: number;
  readonly scale: number;
  /** Write units a report; none where there are so few that each comes alone. */
  readonly mostWrites?: number;
  /** 500 senders and 300 networks, all alike. */
  readonly isUniform?: true;
  /** All are sent within three minutes, six hours before the end. */
  readonly isBurst?: true;
  /** One in ten ends hours after it was sent, up to forty. */
  readonly isLate?: true;
}

const USUAL = { reports: 200_000, hours: 48, scale: 1, mostWrites: 1.2 };

/** By the name that --shape takes. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  usual: USUAL,
  million: { reports: 1_000_000, hours: 24, scale: 2, mostWrites: 0.7 },
  uniform: { ...USUAL, isUniform: true },
  burst: { ...USUAL, isBurst: true },
  late: { ...USUAL, isLate: true },
  week: { reports: 840, hours: 168, scale: 1 },
  month: { reports: 60_000, hours: 720, scale: 3 },
  year: { reports: 60_000, hours: 8_760, scale: 3 },
};

/** The reports of a shape, in the order of their arrival. */
export function arrivalsOf(
  { reports, hours, isUniform, isBurst, isLate }: Shape,
  untilMs: number,
): readonly Arrival[] {
  const burst = { hours: 0.05, untilMs: untilMs - 6 * HOUR_MS };
  const when = isBurst ? burst : { hours, untilMs };
  return traffic({ reports, ...when, isUniform, isLate }).filter(({ atMs }) => atMs < untilMs);
}
