/**
 * A cache of bounded size: values by name, each for a fixed time after it was last set. When it is full, the value that
 * was set the longest ago is evicted.
 */
export class RecentValues<T> {
  readonly #most: number;
  readonly #keptMs: number;
  readonly #values = new Map<string, { readonly value: T; readonly untilMs: number }>();

  constructor(most: number, keptMs: number) {
    this.#most = most;
    this.#keptMs = keptMs;
  }

  get(name: string, nowMs: number): T | undefined {
    const kept = this.#values.get(name);
    return kept && kept.untilMs > nowMs ? kept.value : undefined;
  }

  set(name: string, value: T, nowMs: number): void {
    // A Map keeps its keys in the order of insertion: deleting first makes this one the last.
    this.#values.delete(name);
    this.#values.set(name, { value, untilMs: nowMs + this.#keptMs });
    if (this.#values.size <= this.#most) return;
    const [oldest] = this.#values.keys();
    if (oldest !== undefined) this.#values.delete(oldest);
  }

  get size(): number {
    return this.#values.size;
  }
}
