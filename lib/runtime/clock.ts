/** Time and chance, as arguments: tests have their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Ends sooner when the signal says so. */
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

/** How long to wait before the n-th repetition (from 0): doubling, capped, with full jitter. */
export function backoffMs(n: number, clock: Pick<Clock, "random">, firstMs = 500, mostMs = 10_000): number {
  return Math.ceil(clock.random() * Math.min(mostMs, firstMs * 2 ** n));
}
