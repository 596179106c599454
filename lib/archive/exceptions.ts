import type { Version } from "./codec.ts";
import { identityOf } from "./keys.ts";
import { Messages } from "./lookup.ts";
import { messageTerm } from "./terms.ts";

/**
 * Combines the second sets of several runs, the oldest run first. What a run has settled again is complete there: if a
 * message is then missing from its second set, it has been delivered since, and what an older run says about it is
 * outdated. It is kept nevertheless, since two messages may share a fingerprint; whoever finds it must check.
 */
export class Exceptions {
  readonly #messages = new Messages();
  readonly #stale = new Map<string, number>();

  /** Adds a run that is newer than all before; `again` and `stale` are fingerprints of messages. */
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

  /** Fingerprints of the messages for which this may be outdated. */
  stale(): Set<number> {
    return new Set(this.#stale.values());
  }
}
