import { type LogsServices, readLogs } from "./logs.ts";
import type { Window } from "./windows.ts";

/** So exactly it is found out: what is older than that and younger than the reach is not checked. */
const PRECISION_MS = 300_000;
/** The first guess: the window has just gone out of the reach. */
const FIRST_STEP_MS = 600_000;
/** A window begins by so much later than the oldest that was served, which gets older on the way. */
const MARGIN_MS = 60_000;
const ATTEMPTS = 3;
/** A reach that is wrong so often is none. */
const MOST_FINDS = 4;

/** Why a window was refused. */
export type RefusalCause =
  /** It begins before what the logs still hold; how far they reach is known from now on. */
  | { readonly kind: "tooOld" }
  /** Not for its age: others that begin there are served. */
  | { readonly kind: "other" }
  /** Nothing is served at all, there is no time left, or no reach fits what is refused. */
  | { readonly kind: "gaveUp"; readonly reason: string };

/** How far back Infobip takes windows of its logs, as a run finds out when one is refused. */
export class Reach {
  #foundMs: number | undefined;
  #finds = 0;

  /** The age of the oldest window that was served, milliseconds; undefined as long as none was refused. */
  get foundMs(): number | undefined {
    return this.#foundMs;
  }

  /** No window should begin before this. */
  oldestMs(nowMs: number): number {
    return this.#foundMs === undefined ? Number.NEGATIVE_INFINITY : nowMs - this.#foundMs + MARGIN_MS;
  }

  /** Finds out why this window was refused, for which it asks for a few windows of a millisecond. */
  async explain({ sinceMs }: Window, reason: string, services: LogsServices): Promise<RefusalCause> {
    const { clock } = services;
    const sentMs = clock.now();
    // Another task of the run may have found it out since the window was planned.
    if (sinceMs < this.oldestMs(sentMs) - MARGIN_MS) return { kind: "tooOld" };
    const probe = async (ms: number) => {
      const answer = await readLogs({ sinceMs: ms, untilMs: ms }, services, ATTEMPTS);
      return answer.kind === "unservable" ? { ...answer, kind: "gaveUp" as const } : answer;
    };
    const present = await probe(clock.now());
    if (present.kind !== "read") return { kind: "gaveUp", reason: present.reason };
    const begin = await probe(sinceMs);
    if (begin.kind === "gaveUp") return begin;
    if (begin.kind === "read") return { kind: "other" };
    if (this.#finds++ >= MOST_FINDS) return { kind: "gaveUp", reason };
    let [servedMs, refusedMs] = [0, sentMs - sinceMs];
    let ageMs = Math.max(refusedMs / 2, refusedMs - FIRST_STEP_MS);
    while (refusedMs - servedMs > PRECISION_MS) {
      const answer = await probe(clock.now() - Math.floor(ageMs));
      if (answer.kind === "gaveUp") return answer;
      if (answer.kind === "read") servedMs = ageMs;
      else refusedMs = ageMs;
      ageMs = (servedMs + refusedMs) / 2;
    }
    this.#foundMs = Math.floor(servedMs);
    return { kind: "tooOld" };
  }
}
