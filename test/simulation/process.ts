import { hash, Random } from "../../infra/local/imitation/random.ts";
import type { Clock } from "../../lib/runtime/clock.ts";
import type { Follows, Loop } from "./loop.ts";

/**
 * A process: a Lambda's execution environment. All that it waits for comes through `later`, so one that is killed
 * simply is never answered again, while what it has sent still arrives; one that is frozen is answered when it thaws.
 */
export class Process {
  readonly name: string;
  readonly loop: Loop;
  readonly clock: Clock;
  readonly #seed: number;
  #isDead = false;
  #frozenUntilMs = 0;
  #counts = new Map<string, number>();
  /** Decides between what reaches it at one moment; nothing else hangs on it, so it need not be drawn anew for each. */
  readonly #order: Random;

  /** `skewMs`: how far its clock is ahead of the true time. */
  constructor(name: string, { loop, seed, skewMs }: { loop: Loop; seed: number; skewMs: number }) {
    this.name = name;
    this.loop = loop;
    this.#seed = seed;
    const random = new Random(hash(seed, name, "chance"));
    this.#order = new Random(hash(seed, name, "order"));
    this.clock = {
      now: () => loop.nowMs + skewMs,
      sleep: (ms) => this.wait(ms),
      random: () => random.next(),
    };
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  kill(why: string): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.loop.note(`${this.name} is killed: ${why}`);
  }

  freeze(forMs: number): void {
    this.#frozenUntilMs = this.loop.nowMs + forMs;
    this.loop.note(`${this.name} freezes for ${Math.round(forMs)} ms`);
  }

  /** Something reaches this process after a while: not if it is dead then, and not before it thaws. */
  later(afterMs: number, effect: () => void, follows: Follows = "promises"): void {
    this.loop.at(
      this.loop.nowMs + afterMs,
      () => {
        if (this.#isDead) return;
        const frozenMs = this.#frozenUntilMs - this.loop.nowMs;
        if (frozenMs > 0) this.later(frozenMs, effect, follows);
        else effect();
      },
      this.#order.next(),
      follows,
    );
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.later(ms, resolve));
  }

  /** Which of the calls of that kind the next one is, from 1. */
  next(kind: string): number {
    const n = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, n);
    return n;
  }

  /** Chance for the next thing of that kind, whatever else has happened. */
  draw(kind: string): Random {
    return new Random(hash(this.#seed, this.name, kind, this.next(`draw ${kind}`)));
  }
}
