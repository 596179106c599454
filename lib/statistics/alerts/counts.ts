/** The messages of one segment that were sent in a range of time, as far as they are known. */
export interface Counts {
  readonly sent: number;
  readonly rejected: number;
  readonly delivered: number;
  /** Undeliverable or expired. */
  readonly failed: number;
  /** Took longer than SLOW_MS, or are still pending at that age. */
  readonly slow: number;
  /** By currency. Rules only compare it, so rounding in the last digit does not matter. */
  readonly spend: Readonly<Record<string, number>>;
}

/** A message is slow if it took longer than this, or is older and still pending (GOV.UK Notify counts the same way). */
export const SLOW_MS = 5 * 60_000;

export const NO_COUNTS: Counts = { sent: 0, rejected: 0, delivered: 0, failed: 0, slow: 0, spend: {} };

/** The sum of two ranges, or of two segments that share no message. */
export function addCounts(a: Counts, b: Counts): Counts {
  return combine(a, b, 1);
}

/** The counts of a segment without one of its parts. */
export function withoutCounts(whole: Counts, part: Counts): Counts {
  return combine(whole, part, -1);
}

/** Sent, without a known final status. */
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
