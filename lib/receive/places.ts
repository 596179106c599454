import type { Clock } from "../runtime/clock.ts";
import { BusyError } from "../runtime/errors.ts";

/**
 * A log that time to live has emptied tells nothing of its end, and a place from before that would be given a second time: what
 * others have landed and read in the meantime is looked up again after so long. Retentions are hours.
 */
const BELIEVED_MS = 60_000;

/** So much may be there for one log, in memory: the page that lands, and those that wait, however many. */
export const MOST_BYTES_AT_ONCE = 64_000_000;
/** What a page takes besides its body. */
const PAGE_BYTES = 10_000;

/** A page that is to land. */
interface Landing {
  /** When it is too late to begin: whoever waits for it could not be told any more. Milliseconds since 1970. */
  readonly untilMs: number;
  /** How long it is. */
  readonly bytes: number;
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
    const bytes = page.bytes + PAGE_BYTES;
    if (waiting + bytes > MOST_BYTES_AT_ONCE) throw new BusyError("too many pages wait to land");
    this.#waiting.set(source, waiting + bytes);
    const mine = (this.#last.get(source) ?? Promise.resolve())
      .then(() => this.#land(source, page))
      .finally(() => this.#waiting.set(source, (this.#waiting.get(source) ?? 0) - bytes));
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
