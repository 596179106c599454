import { Reach } from "../infobip/reach.ts";
import { LOGS_REACH_MS } from "../infobip/sources.ts";
import { after, type Window } from "../infobip/windows.ts";
import type { CarryOutServices } from "./carry-out.ts";
import { type Checked, type CheckServices, checkStretch } from "./check.ts";
import type { Checkpoint, Checkpoints } from "./checkpoint.ts";
import { beginSweep, endSweep, type OpenPulls, type SeenPulls } from "./open-pulls.ts";
import { joinClosest, nextRecheck } from "./rechecks.ts";
import { OVERLAP_MS, PASSES } from "./standing.ts";

const SWEEP_SHARE = 2;
/** A sweep reads beyond the present by our clock, since Infobip's clock may be ahead. */
const CLOCK_ALLOWANCE_MS = 3_600_000;
/** Each run asks again for this many windows that could not be served. */
const RETRIES_A_RUN = 100;
/** Gaps that have left the reach of the logs for this long are given up. */
const GAP_FORGOTTEN_MS = 3_600_000;
const MOST_GAPS = 200;
const MOST_WINDOWS = 100;

export interface ReconcileServices extends CheckServices, CarryOutServices {
  readonly checkpoints: Checkpoints;
  readonly openPulls: OpenPulls;
}

/** One run: its checkpoint, which it saves after each effect, and the results of its windows. */
export class Run {
  readonly startMs: number;
  readonly checked: Checked[] = [];
  readonly reach = new Reach();
  checkpoint: Checkpoint;
  seen: SeenPulls;
  readonly #services: ReconcileServices;

  constructor(services: ReconcileServices, startMs: number, checkpoint: Checkpoint, seen: SeenPulls) {
    this.#services = services;
    this.startMs = startMs;
    this.checkpoint = checkpoint;
    this.seen = seen;
  }

  /** Begins a sweep if open pulls need one and none is under way. */
  async beginSweep(): Promise<void> {
    const { startMs } = this;
    const marked = this.checkpoint.sweep ? undefined : beginSweep(this.seen, startMs);
    if (marked) {
      this.seen = marked;
      const stretch = { atMs: startMs - LOGS_REACH_MS, untilMs: startMs + CLOCK_ALLOWANCE_MS };
      this.checkpoint = { ...this.checkpoint, sweep: { begunMs: startMs, ...stretch, pending: [] } };
    }
    await this.#services.openPulls.save(this.seen);
  }

  async save(next: Checkpoint = this.checkpoint): Promise<void> {
    this.checkpoint = next;
    await this.#services.checkpoints.save(next);
  }

  /** Lets every task send some requests in turn, until all are done or one cannot go on. */
  async takeTurns(): Promise<void> {
    let tasks = [
      ...PASSES.map((pass) => ({ share: pass.share, steps: this.#pass(pass) })),
      { share: SWEEP_SHARE, steps: this.#sweep() },
      { share: 1, steps: this.#recheck() },
      { share: 1, steps: this.#retryGaps() },
    ];
    while (tasks.length > 0) {
      for (const task of tasks) {
        for (let n = 0; n < task.share; n++) {
          const { done, value } = await task.steps.next();
          if (done) tasks = tasks.filter((other) => other !== task);
          if (done || !value) break;
          this.checked.push(value);
          if (value.stopped !== undefined) return;
        }
      }
    }
  }

  async *#pass({ name, ageMs }: (typeof PASSES)[number]): AsyncGenerator<Checked, void> {
    const untilMs = this.startMs - ageMs;
    const markMs = this.checkpoint.passes[name] ?? 0;
    const sinceMs = Math.max(markMs - OVERLAP_MS, this.startMs - LOGS_REACH_MS);
    if (sinceMs >= untilMs) return;
    for await (const checked of checkStretch({ sinceMs, untilMs }, this.#services, this)) {
      if (isDone(checked)) {
        const upToMs = Math.max(checked.window.untilMs, this.checkpoint.passes[name] ?? 0);
        const passes = { ...this.checkpoint.passes, [name]: upToMs };
        await this.save({ ...this.checkpoint, passes, ...this.#withGap(checked) });
      }
      yield checked;
    }
  }

  async *#sweep(): AsyncGenerator<Checked, void> {
    const begun = this.checkpoint.sweep;
    if (!begun) return;
    const stretch = { sinceMs: Math.max(begun.atMs, this.startMs - LOGS_REACH_MS), untilMs: begun.untilMs };
    let pending = begun.pending;
    for await (const checked of checkStretch(stretch, this.#services, this)) {
      if (isDone(checked)) {
        pending = joinClosest([...pending, ...this.#pastSettled(checked.pendingMs)], MOST_WINDOWS);
        const sweep = { ...begun, atMs: checked.window.untilMs, pending: [...pending] };
        await this.save({ ...this.checkpoint, sweep, ...this.#withGap(checked) });
      }
      yield checked;
      if (checked.stopped !== undefined) return;
    }
    await this.#endSweep(begun.begunMs, pending);
  }

  async #endSweep(begunMs: number, pending: readonly Window[]): Promise<void> {
    this.seen = endSweep(this.seen, begunMs);
    await this.#services.openPulls.save(this.seen);
    const { sweep: _done, ...rest } = this.checkpoint;
    const open = [...(rest.rechecks?.windows ?? []), ...pending];
    const rechecks = nextRecheck(open, undefined, this.startMs, MOST_WINDOWS);
    await this.save({ ...rest, ...(rechecks && { rechecks }) });
  }

  /** The ranges of messages that are not final and that the pass at an hour's age will not see again. */
  #pastSettled(pendingMs: readonly number[]): Window[] {
    const settledMs = this.checkpoint.passes.settled ?? 0;
    return pendingMs.filter((ms) => ms <= settledMs).map((ms) => ({ sinceMs: ms, untilMs: ms }));
  }

  async *#recheck(): AsyncGenerator<Checked, void> {
    const due = this.checkpoint.rechecks;
    if (!due || due.nextMs > this.startMs) return;
    let pending: Window[] = [];
    for (const window of due.windows) {
      for await (const checked of checkStretch(window, this.#services, this)) {
        if (checked.isGap) await this.save({ ...this.checkpoint, ...this.#withGap(checked) });
        pending = joinClosest([...pending, ...this.#pastSettled(checked.pendingMs)], MOST_WINDOWS);
        yield checked;
      }
    }
    const { rechecks: _done, ...rest } = this.checkpoint;
    const rechecks = nextRecheck(pending, due.waitMs, this.startMs, MOST_WINDOWS);
    await this.save({ ...rest, ...(rechecks && { rechecks }) });
  }

  /**
   * Asks again for what could not be served, oldest first, in parts of down to a millisecond, so that everything beside
   * a bad row is checked. The next run continues where this one stops.
   */
  async *#retryGaps(): AsyncGenerator<Checked, void> {
    const { gapsUpTo = Number.NEGATIVE_INFINITY } = this.checkpoint;
    const isForgotten = ({ untilMs }: Window) => untilMs < this.startMs - LOGS_REACH_MS - GAP_FORGOTTEN_MS;
    const gaps = this.checkpoint.gaps
      .filter((gap) => !isForgotten(gap))
      .sort((a, b) => a.sinceMs - b.sinceMs);
    if (gaps.length < this.checkpoint.gaps.length) await this.save({ ...this.checkpoint, gaps });
    const isNext = ({ sinceMs }: Window) => sinceMs > gapsUpTo;
    let retries = RETRIES_A_RUN;
    for (const gap of [...gaps.filter(isNext), ...gaps.filter((each) => !isNext(each))]) {
      if (retries <= 0) return;
      const manner = { reach: this.reach, attempts: 1, leastMs: 0 };
      const still: Window[] = [];
      let fromMs = gap.sinceMs;
      let isCutShort = false;
      for await (const checked of checkStretch(gap, this.#services, manner)) {
        const { window, isGap } = checked;
        if (isGap) still.push(window);
        if (isDone(checked)) fromMs = after(window);
        yield checked;
        isCutShort = --retries <= 0 && !(isDone(checked) && window.untilMs >= gap.untilMs);
        if (isCutShort) break;
      }
      if (isCutShort) still.push({ sinceMs: fromMs, untilMs: gap.untilMs });
      const others = this.checkpoint.gaps.filter(
        ({ sinceMs, untilMs }) => sinceMs !== gap.sinceMs || untilMs !== gap.untilMs,
      );
      const left = joinClosest([...others, ...still], MOST_GAPS);
      await this.save({ ...this.checkpoint, gaps: left, gapsUpTo: isCutShort ? fromMs - 1 : gap.sinceMs });
    }
    const { gapsUpTo: _all, ...rest } = this.checkpoint;
    if (gaps.length > 0) await this.save(rest);
  }

  #withGap({ isGap, window }: Checked): Pick<Checkpoint, "gaps"> {
    const { gaps } = this.checkpoint;
    return { gaps: isGap ? joinClosest([...gaps, window], MOST_GAPS) : gaps };
  }
}

/** Is there nothing left to do in this window for now? */
export function isDone({ stopped, isSplit }: Checked): boolean {
  return stopped === undefined && !isSplit;
}
