import { setTimeout as sleep } from "node:timers/promises";

/** A client that pushes continuously sends the next push as soon as one is answered: this is longer than it takes. */
const QUIET_MS = 15;
/** Work is delayed no longer than this, so that what was pushed can be found within a second, whatever else arrives. */
const PUT_OFF_MS = 250;
const LOOK_MS = 3;
/** After that, this many requests run beside answers, which then wait behind them. */
const BESIDE = 2;

type Job = () => Promise<void>;

/**
 * Work that is done after the answer was sent, in the same process: it yields to answers under way, though not for
 * long.
 */
export class Afterwards {
  #answering = 0;
  /** Requests to the database that are under way. */
  #open = 0;
  #lastMs = 0;
  /** Since when each piece of work has been waiting or running. */
  readonly #since = new Map<string, number>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Map<string, Job>();

  /** A request is being answered until the returned function is called. */
  answer(): () => void {
    this.#answering++;
    return () => {
      this.#answering--;
      this.#lastMs = performance.now();
    };
  }

  /**
   * Does some work, unless the same work is waiting already; if it is running, it runs once more. Resolves when it is
   * done; never throws.
   */
  add(name: string, job: Job): Promise<void> {
    const running = this.#running.get(name);
    if (running) this.#again.set(name, job);
    const run = running ?? this.#run(name, job);
    this.#running.set(name, run);
    return run;
  }

  /**
   * Resolves when a request may be sent: when nobody is waiting for an answer, or work has been delayed for long
   * enough. The returned function ends the request.
   */
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
      // This run covers everything that has been added so far.
      this.#again.delete(name);
      await next().catch(() => {});
    }
    this.#since.delete(name);
    this.#running.delete(name);
  }
}
