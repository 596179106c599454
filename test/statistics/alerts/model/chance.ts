/** Chance by a seed: the same seed gives the same numbers (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  between(least: number, most: number): number {
    return least + (most - least) * this.next();
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)] as T;
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  poisson(mean: number): number {
    if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const least = Math.exp(-mean);
    let n = 0;
    for (let p = this.next(); p > least; p *= this.next()) n += 1;
    return n;
  }

  binomial(n: number, share: number): number {
    if (n <= 0 || share <= 0) return 0;
    if (share >= 1) return n;
    const spread = n * share * (1 - share);
    if (spread > 30)
      return Math.min(n, Math.max(0, Math.round(n * share + Math.sqrt(spread) * this.normal())));
    if (n <= 16) {
      let hits = 0;
      for (let k = 0; k < n; k += 1) if (this.next() < share) hits += 1;
      return hits;
    }
    if (share > 0.5) return n - this.binomial(n, 1 - share);
    // Rare hits: from one to the next.
    const log = Math.log(1 - share);
    let hits = -1;
    for (let at = 0; at <= n; hits += 1) at += Math.floor(Math.log(1 - this.next()) / log) + 1;
    return hits;
  }

  /** A share that scatters around `mean` so that two messages of one clump are alike by `rho`. */
  beta(mean: number, rho: number): number {
    if (mean <= 0 || mean >= 1) return mean;
    const sum = 1 / rho - 1;
    const a = this.#gamma(mean * sum);
    const b = this.#gamma((1 - mean) * sum);
    return a / (a + b);
  }

  /** Marsaglia and Tsang 2000. */
  #gamma(shape: number): number {
    if (shape < 1) return this.#gamma(shape + 1) * (1 - this.next()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - this.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }
}
