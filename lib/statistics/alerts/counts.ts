/** The messages of one segment that were sent within a stretch, as far as they are known now. */
export interface Counts {
  readonly sent: number;
  readonly rejected: number;
  readonly delivered: number;
  /** Undeliverable or expired. */
  readonly failed: number;
  /** Took more than SLOW_MS, or still pending at that age. */
  readonly slow: number;
  /** By currency. A rule compares it with another: a rounding of the last digit is nothing here. */
  readonly spend: Readonly<Record<string, number>>;
}

/** A message is slow when it took longer than this, or is older and still pending (as GOV.UK Notify counts). */
export const SLOW_MS = 5 * 60_000;

export const NO_COUNTS: Counts = { sent: 0, rejected: 0, delivered: 0, failed: 0, slow: 0, spend: {} };

/** The sum of two stretches, or of two segments that share no message. */
export function addCounts(a: Counts, b: Counts): Counts {
  return combine(a, b, 1);
}

/** What is left of a segment without a part of it. */
export function withoutCounts(whole: Counts, part: Counts): Counts {
  return combine(whole, part, -1);
}

/** Sent, and nothing final known. */
export function pendingOf({ sent, rejected, delivered, failed }: Counts): number {
  return Math.max(0, sent - rejected - delivered - failed);
}

function combine(a: Counts, b: Counts, sign: number): Counts {
  const spend = { ...a.spend };
  for (const [currency, amount] of Object.entries(b.spend))
    spend[currency] = (spend[currency] ?? 0) + sign * amount;
  return {
    sent: a.sent + sign * b.sent,
    rejected: a.rejected + sign * b.rejected,
    delivered: a.delivered + sign * b.delivered,
    failed: a.failed + sign * b.failed,
    slow: a.slow + sign * b.slow,
    spend,
  };
}
