import type { Clock } from "../runtime/clock.ts";
import { BusyError } from "../runtime/errors.ts";

/**
 * A log that time to live has emptied tells nothing of its end, and a place from before that would be given a second time: what
 * others have landed and read in the meantime is looked up again after so long. Retentions are hours.
 */
const BELIEVED_MS = 60_000;

/** So many may be there for one log, whole in memory: the one that lands, and those that wait. Infobip sends 20 at once, or some more. */
export const MOST_AT_ONCE = 100;

/** A page that is to land. */
interface Landing {
  /** When it is too late to begin: whoever waits for it could not be told any more. Milliseconds since 1970. */
  readonly untilMs: number;
  /** Gives a place that is known to be taken, where this process knows none. */
  readonly find: () => Promise<number>;
  /** Lands the page behind a place; gives its own. */
  readonly land: (after: number) => Promise<number>;
}

/** Where each log goes on, as far as this process knows; of one log, one page lands after the other. */
export class Places {
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly place: number; readonly atMs: number }>();
  readonly #last = new Map<string, Promise<unknown>>();
  readonly #waiting = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Lands a page of a log when those before it have landed: at once they would all try for the same place. Throws what `find` and
   * `land` throw, and BusyError, at once where too many wait and else in its turn, for a page that will never land: it would only
   * keep others waiting, whose time would be over then.
   */
  async next(source: string, page: Landing): Promise<void> {
    const waiting = this.#waiting.get(source) ?? 0;
    if (waiting >= MOST_AT_ONCE) throw new BusyError("too many pages wait to land");
    this.#waiting.set(source, waiting + 1);
    const mine = (this.#last.get(source) ?? Promise.resolve())
      .then(() => this.#land(source, page))
      .finally(() => this.#waiting.set(source, (this.#waiting.get(source) ?? 0) - 1));
    this.#last.set(
      source,
      mine.catch(() => {}),
    );
    await mine;
  }

  async #land(source: string, { untilMs, find, land }: Landing): Promise<void> {
    if (this.#clock.now() >= untilMs) throw new BusyError("a page has waited too long to land");
    const known = this.#known.get(source);
    const isFresh = known !== undefined && this.#clock.now() - known.atMs < BELIEVED_MS;
    const place = await land(isFresh ? known.place : await find());
    this.#known.set(source, { place, atMs: this.#clock.now() });
  }
}
