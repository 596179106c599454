import type { SettleServices } from "../archive/merge-runs.ts";
import { type Settled, settle } from "../archive/settle.ts";
import { type Counted, type CountServices, countHours } from "./count.ts";

/** What one turn did. `fault`: why nothing was counted; settling continues all the same. */
export interface Turn {
  readonly settled: Settled;
  readonly counted: Counted | undefined;
  readonly fault?: unknown;
}

/** The time reserved for settling. */
const SETTLE_MS = 100_000;

/**
 * One turn: first counts what has arrived, then settles what is old enough. Settling deletes only those replaced items
 * that have been counted. While counting fails they stay: answers stay right, but cost more.
 */
export async function countAndSettle(
  services: CountServices & Pick<SettleServices, "noteMoved">,
  afterMs?: number,
): Promise<Turn> {
  const { remainingMs } = services;
  const counting = await attempt(() =>
    countHours({ ...services, remainingMs: () => remainingMs() - SETTLE_MS }),
  );
  const mayForget = counting.counted?.trash ?? new Set<string>();
  return { settled: await settle({ ...services, mayForget }, afterMs), ...counting };
}

async function attempt(
  count: () => Promise<Counted>,
): Promise<{ counted: Counted | undefined; fault?: unknown }> {
  try {
    return { counted: await count() };
  } catch (fault) {
    return { counted: undefined, fault };
  }
}
