/** How much is pushed, and what it goes through. */
export interface Trial {
  readonly reports: number;
  readonly seed: number;
  readonly kills: number;
  readonly forgeries: number;
  /** Messages whose history is looked at. */
  readonly histories: number;
  /** Pushes of 100 reports, one after the other, to measure how fast they are answered. */
  readonly timed: number;
  readonly say: (line: string) => void;
}

export type Percentiles = Readonly<Record<"p50" | "p95" | "p99" | "most", number>>;

export function percentiles(all: readonly number[]): Percentiles {
  const sorted = [...all].sort((a, b) => a - b);
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) };
}
