import type { Version } from "./codec.ts";
import { identityOf } from "./keys.ts";
import { Messages } from "./lookup.ts";
import { messageTerm } from "./terms.ts";

/**
 * The second sets of several runs as one, the oldest run first. What a run has settled again is whole there; if that is not in its
 * second set, it was delivered since, and what an older run has of it is outdated. It stays, since two messages may
 * share a fingerprint; whoever finds it asks.
 */
export class Exceptions {
  readonly #messages = new Messages();
  readonly #stale = new Map<string, number>();

  /** Adds what a run has that is newer than all before; `again` and `stale`: fingerprints of messages. */
  addRun(versions: readonly Version[], again: ReadonlySet<number>, stale: ReadonlySet<number>): void {
    for (const { record } of this.#messages.values()) {
      const term = messageTerm(record.messageId);
      if (again.has(term)) this.#stale.set(identityOf(record), term);
    }
    for (const version of versions) {
      const term = messageTerm(version.record.messageId);
      const id = identityOf(version.record);
      if (stale.has(term)) this.#stale.set(id, term);
      else this.#stale.delete(id);
      this.#messages.add(version);
    }
  }

  all(): Version[] {
    return this.#messages.values();
  }

  /** Fingerprints of the messages of which this may be outdated. */
  stale(): Set<number> {
    return new Set(this.#stale.values());
  }
}
