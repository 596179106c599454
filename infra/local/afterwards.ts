import { setTimeout as sleep } from "node:timers/promises";

/** Whoever pushes on and on sends the next push as soon as one is answered: this is longer than it takes to. */
const QUIET_MS = 15;
/** No longer are things put off, so that what was pushed is found within a second whatever else comes. */
const PUT_OFF_MS = 250;
const LOOK_MS = 3;
/** Past that, so many requests are made beside answers that are under way: one of theirs waits behind them. */
const BESIDE = 2;

type Job = () => Promise<void>;

/**
 * What is done after answers were given, by the process that gives them: it stands back while answers are under way, though not
 * for long.
 */
export class Afterwards {
  #answering = 0;
  /** Requests of the database that are under way. */
  #open = 0;
  #lastMs = 0;
  /** Since when each thing is to be done, or is being done. */
  readonly #since = new Map<string, number>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Map<string, Job>();

  /** A request is being answered, until what this gives is called. */
  answer(): () => void {
    this.#answering++;
    return () => {
      this.#answering--;
      this.#lastMs = performance.now();
    };
  }

  /** Does something, unless the same is to be done already; once more, if it is being done just now. Ends when it is done; never throws. */
  add(name: string, job: Job): Promise<void> {
    const running = this.#running.get(name);
    if (running) this.#again.set(name, job);
    const run = running ?? this.#run(name, job);
    this.#running.set(name, run);
    return run;
  }

  /** Ends when a request may be made: when nobody waits for an answer, or things have been put off for long enough. What it gives ends it. */
  async turn(): Promise<() => void> {
    const startedMs = performance.now();
    const isLate = () =>
      performance.now() >= Math.min(startedMs, ...this.#since.values()) + PUT_OFF_MS && this.#open < BESIDE;
    while (this.#isBusy() && !isLate()) await sleep(LOOK_MS);
    this.#open++;
    return () => {
      this.#open--;
    };
  }

  #isBusy(): boolean {
    return this.#answering > 0 || performance.now() - this.#lastMs < QUIET_MS;
  }

  async #run(name: string, job: Job): Promise<void> {
    for (let next: Job | undefined = job; next; next = this.#again.get(name)) {
      this.#since.set(name, performance.now());
      (await this.turn())();
      // Whatever has come up to here is done by this very run.
      this.#again.delete(name);
      await next().catch(() => {});
    }
    this.#since.delete(name);
    this.#running.delete(name);
  }
}
