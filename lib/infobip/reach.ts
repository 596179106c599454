import { type LogsServices, readLogs } from "./logs.ts";
import type { Window } from "./windows.ts";

/** The reach is found to this precision. Messages between the result and the real reach are not checked. */
const PRECISION_MS = 300_000;
/** The first guess: the window has only just left the reach. */
const FIRST_STEP_MS = 600_000;
/** Windows begin this much later than the oldest one that was served, which ages in the meantime. */
const MARGIN_MS = 60_000;
const ATTEMPTS = 3;
/** If the reach had to be corrected this often, there is no stable reach. */
const MOST_FINDS = 4;

/** Why a window was refused. */
export type RefusalCause =
  /** It begins before what the logs still hold; how far they reach is known from now on. */
  | { readonly kind: "tooOld" }
  /** Not because of its age: other windows that begin there are served. */
  | { readonly kind: "other" }
  /** Nothing is served at all, no time is left, or no reach explains the refusals. */
  | { readonly kind: "gaveUp"; readonly reason: string };

/** How far back Infobip serves windows of its logs. A run finds out when a window is refused. */
export class Reach {
  #foundMs: number | undefined;
  #finds = 0;

  /** The age of the oldest window that was served, in milliseconds; undefined until a window has been refused. */
  get foundMs(): number | undefined {
    return this.#foundMs;
  }

  /** Windows should not begin before this moment. */
  oldestMs(nowMs: number): number {
    return this.#foundMs === undefined ? Number.NEGATIVE_INFINITY : nowMs - this.#foundMs + MARGIN_MS;
  }

  /** Finds out why a window was refused, by asking for a few windows of one millisecond. */
  async explain({ sinceMs }: Window, reason: string, services: LogsServices): Promise<RefusalCause> {
    const { clock } = services;
    const sentMs = clock.now();
    // Another task of the same run may have found out since this window was planned.
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
