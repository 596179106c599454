/** Time and randomness, passed as an argument so that tests can control them. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves early if the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** At least 0, less than 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    }),
  random: Math.random,
};

/** How long to wait before the n-th retry (from 0): doubling up to a cap, with full jitter. */
export function backoffMs(n: number, clock: Pick<Clock, "random">, firstMs = 500, mostMs = 10_000): number {
  return Math.ceil(clock.random() * Math.min(mostMs, firstMs * 2 ** n));
}
