import type { Stream } from "./streams.ts";

/** How far each log has been entered into a stream. */
export type Entered = Readonly<Record<string, number>>;

/** What is known to be said of the messages sent in a slot: all of it, up to how far each log had been entered. */
export interface SlotMarks {
  readonly entered: Map<string, number>;
  readonly marks: Set<string>;
}

/** Does it tell what was said up to there: all of that, and nothing beyond? */
export function isUpTo(entered: Entered, known: SlotMarks): boolean {
  const sources = new Set([...Object.keys(entered), ...known.entered.keys()]);
  return [...sources].every((source) => (known.entered.get(source) ?? 0) === (entered[source] ?? 0));
}

/** Does it tell of something that was entered later? */
export function isBeyond(entered: Entered, known: SlotMarks): boolean {
  return [...known.entered].some(([source, place]) => place > (entered[source] ?? 0));
}

/** Some 60 bytes each. */
const MOST_MARKS = 200_000;

/**
 * What this process has read, or said itself, of what is said of messages, by stream and slot. What a page that is entered said
 * first never becomes less: whoever was late with the same page writes at most more than that, which others have said. So it is
 * read once, and from then on only what has been entered since.
 */
export class KnownMarks {
  readonly #slots = new Map<string, SlotMarks>();
  readonly #most: number;
  #count = 0;

  constructor(most = MOST_MARKS) {
    this.#most = most;
  }

  /** What is known of a slot, if anything; it is the last to be forgotten then. */
  of(stream: Stream, slot: number): SlotMarks | undefined {
    const key = keyOf(stream, slot);
    const known = this.#slots.get(key);
    if (known) {
      this.#slots.delete(key);
      this.#slots.set(key, known);
    }
    return known;
  }

  /** Adds all that is said of a slot, up to there. */
  addWhole(stream: Stream, slot: number, entered: Entered, marks: Iterable<string>): void {
    if (!this.of(stream, slot))
      this.#slots.set(keyOf(stream, slot), { entered: new Map(), marks: new Set() });
    this.addSince(stream, slot, entered, marks);
  }

  /** Adds what was entered since what is known of a slot; nothing if that has been forgotten meanwhile. */
  addSince(stream: Stream, slot: number, entered: Entered, marks: Iterable<string>): void {
    const known = this.of(stream, slot);
    if (!known) return;
    for (const [source, place] of Object.entries(entered))
      known.entered.set(source, Math.max(place, known.entered.get(source) ?? 0));
    this.#put(known, marks);
    this.#forget();
  }

  /** A page has just been entered right behind `before`, and these are the marks of what it says first, by slot. */
  enter(
    stream: Stream,
    before: Entered,
    { source, place, marks }: { source: string; place: number; marks: ReadonlyMap<number, Iterable<string>> },
  ): void {
    for (const [key, known] of this.#slots) {
      if (!key.startsWith(`${stream}#`) || (known.entered.get(source) ?? 0) !== (before[source] ?? 0))
        continue;
      known.entered.set(source, place);
      this.#put(known, marks.get(Number(key.slice(stream.length + 1))) ?? []);
    }
    this.#forget();
  }

  #put({ marks }: SlotMarks, more: Iterable<string>): void {
    const before = marks.size;
    for (const mark of more) marks.add(mark);
    this.#count += marks.size - before;
  }

  /** A slot that has nothing counts as well. */
  #forget(): void {
    for (const [key, { marks }] of this.#slots) {
      if (this.#count + this.#slots.size <= this.#most) return;
      this.#slots.delete(key);
      this.#count -= marks.size;
    }
  }
}

const keyOf = (stream: Stream, slot: number) => `${stream}#${slot}`;
