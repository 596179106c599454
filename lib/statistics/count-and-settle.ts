import type { SettleServices } from "../archive/merge-runs.ts";
import { type Settled, settle } from "../archive/settle.ts";
import { type Counted, type CountServices, countHours } from "./count.ts";

/** What one turn did. `fault`: why nothing was counted; settling goes on all the same. */
export interface Turn {
  readonly settled: Settled;
  readonly counted: Counted | undefined;
  readonly fault?: unknown;
}

/** Settling gets so much of the time. */
const SETTLE_MS = 100_000;

/**
 * One turn: first counts what has come, then settles what has come to rest, which deletes of what was replaced earlier only
 * what is counted. While nothing can be counted, that stays: answers stay right, and cost more.
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
