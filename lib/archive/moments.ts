import { epochMsOf } from "../message/record.ts";
import type { Version } from "./codec.ts";
import { identityOf } from "./keys.ts";

/** A message whose reports disagree about when it was sent. */
export interface Moved {
  readonly messageId: string;
  /** Every moment that was reported, in milliseconds since 1970. */
  readonly momentsMs: ReadonlySet<number>;
  /** How long its records are kept after the latest of them, in seconds. */
  readonly keepSeconds: number;
}

/** When messages were sent according to each report. Merging keeps only one moment. */
export class Moments {
  readonly #first = new Map<string, number>();
  readonly #keepSeconds = new Map<string, number>();
  readonly #moved = new Map<string, { messageId: string; momentsMs: Set<number> }>();

  add({ record, keepSeconds }: Version): void {
    const [id, atMs] = [identityOf(record), epochMsOf(record.sentAt)];
    const first = this.#first.get(id) ?? atMs;
    this.#first.set(id, first);
    // The record is kept for the longest time of all (codec.ts), even if that report agrees with the first.
    this.#keepSeconds.set(id, Math.max(keepSeconds, this.#keepSeconds.get(id) ?? 0));
    const known = this.#moved.get(id);
    if (known) known.momentsMs.add(atMs);
    else if (first !== atMs)
      this.#moved.set(id, { messageId: record.messageId, momentsMs: new Set([first, atMs]) });
  }

  /** The messages whose reports disagree. */
  moved(): Moved[] {
    return [...this.#moved].map(([id, one]) => ({ ...one, keepSeconds: this.#keepSeconds.get(id) ?? 0 }));
  }
}
