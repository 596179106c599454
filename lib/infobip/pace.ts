import type { Clock } from "../runtime/clock.ts";

const MINUTE_MS = 60_000;

/** Limits requests to a number per minute, and holds all of them back after a 429. */
export class Pace {
  readonly #clock: Clock;
  readonly #perMinute: number;
  #sentAtMs: number[] = [];
  #notBeforeMs = 0;

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** How long until the next request may be sent. */
  waitMs(): number {
    const now = this.#clock.now();
    this.#sentAtMs = this.#sentAtMs.filter((at) => at > now - MINUTE_MS);
    const oldest = this.#sentAtMs.length < this.#perMinute ? undefined : this.#sentAtMs[0];
    return Math.max(0, this.#notBeforeMs - now, oldest === undefined ? 0 : oldest + MINUTE_MS - now);
  }

  /** Counts a request that is sent now. */
  sent(): void {
    this.#sentAtMs.push(this.#clock.now());
  }

  holdBack(ms: number): void {
    this.#notBeforeMs = this.#clock.now() + ms;
  }
}
