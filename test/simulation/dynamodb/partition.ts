import { compareText, type Item } from "./values.ts";

/** An item as it was from a moment on; undefined: it was not there. */
interface Version {
  readonly atMs: number;
  readonly item: Item | undefined;
}

interface Entry {
  readonly order: string;
  versions: Version[];
}

/** So long ago, at most, is what a stale read gives. */
export const MOST_LAG_MS = 20_000;
/** So many deletions are waited for before what is gone is looked for. */
const MOST_DELETED = 100;

/** The items of one partition in order, each with what it was shortly before. */
export class Partition {
  readonly #entries: Entry[] = [];
  #deleted = 0;

  /** The item as of `lagMs` ago. */
  get(order: string, nowMs: number, lagMs = 0): Item | undefined {
    const place = this.#place(order);
    const entry = this.#entries[place];
    return entry?.order === order ? asOf(entry, nowMs - lagMs) : undefined;
  }

  put(order: string, item: Item | undefined, nowMs: number): void {
    const place = this.#place(order);
    const entry = this.#entries[place];
    if (entry?.order !== order) {
      if (item) this.#entries.splice(place, 0, { order, versions: [{ atMs: nowMs, item }] });
      return;
    }
    const isOver = ({ atMs }: Version) => atMs <= nowMs - MOST_LAG_MS;
    const last = entry.versions.findLastIndex(isOver);
    entry.versions = [...entry.versions.slice(Math.max(0, last)), { atMs: nowMs, item }];
    if (item === undefined && ++this.#deleted > MOST_DELETED) this.#forget(isOver);
  }

  /** Takes out what has been gone for so long that no read, however stale, shows it. */
  #forget(isOver: (version: Version) => boolean): void {
    const isGone = ({ versions }: Entry) => {
      const last = versions.at(-1);
      return last !== undefined && last.item === undefined && isOver(last);
    };
    const kept = this.#entries.filter((entry) => !isGone(entry));
    this.#entries.splice(0, this.#entries.length, ...kept);
    this.#deleted = 0;
  }

  /** The items with a place from `from` to `until` (both included), as of `lagMs` ago. */
  *range(
    { from, until }: { from?: string | undefined; until?: string | undefined },
    isForward: boolean,
    nowMs: number,
    lagMs: number,
  ): Generator<{ order: string; item: Item }> {
    const start = from === undefined ? 0 : this.#place(from);
    let end = until === undefined ? this.#entries.length : this.#place(until);
    if (until !== undefined && this.#entries[end]?.order === until) end++;
    // Nothing is written while somebody looks: a command is carried out as one.
    for (let n = 0; n < end - start; n++) {
      const entry = this.#entries[isForward ? start + n : end - 1 - n];
      const item = entry && asOf(entry, nowMs - lagMs);
      if (item) yield { order: entry.order, item };
    }
  }

  /** The first place that is not before this one. */
  #place(order: string): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareText(this.#entries[middle]?.order ?? "", order) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function asOf({ versions }: Entry, atMs: number): Item | undefined {
  const last = versions[versions.length - 1];
  if (last !== undefined && last.atMs <= atMs) return last.item;
  return versions.findLast((version) => version.atMs <= atMs)?.item;
}
