/** Time and chance, as arguments: tests have their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** At least 0, less than 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
};

/** How long to wait before the n-th repetition (from 0): doubling, capped, with full jitter. */
export function backoffMs(n: number, clock: Pick<Clock, "random">, firstMs = 500, mostMs = 10_000): number {
  return Math.ceil(clock.random() * Math.min(mostMs, firstMs * 2 ** n));
}
