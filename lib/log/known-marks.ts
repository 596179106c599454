import type { Stream } from "./streams.ts";

/** How far each log has been entered into a stream. */
export type Entered = Readonly<Record<string, number>>;

/**
 * Everything that is known to have been said about messages sent in a slot, up to how far each log had been entered.
 */
export interface SlotMarks {
  readonly entered: Map<string, number>;
  readonly marks: Set<string>;
}

/** Does it cover exactly what was said up to there? */
export function isUpTo(entered: Entered, known: SlotMarks): boolean {
  const sources = new Set([...Object.keys(entered), ...known.entered.keys()]);
  return [...sources].every((source) => (known.entered.get(source) ?? 0) === (entered[source] ?? 0));
}

/** Does it include something that was entered later? */
export function isBeyond(entered: Entered, known: SlotMarks): boolean {
  return [...known.entered].some(([source, place]) => place > (entered[source] ?? 0));
}

/** About 60 bytes each. */
const MOST_MARKS = 200_000;

/**
 * A cache of what this process has read or written about messages, by stream and slot. What an entered page said first
 * never shrinks: a late writer of the same page writes at most more, and that has been said by others. So it is read
 * once, and afterwards only what was entered since.
 */
export class KnownMarks {
  readonly #slots = new Map<string, SlotMarks>();
  readonly #most: number;
  #count = 0;

  constructor(most = MOST_MARKS) {
    this.#most = most;
  }

  /** What is known of a slot, if anything. Using a slot makes it the last to be evicted. */
  of(stream: Stream, slot: number): SlotMarks | undefined {
    const key = keyOf(stream, slot);
    const known = this.#slots.get(key);
    if (known) {
      this.#slots.delete(key);
      this.#slots.set(key, known);
    }
    return known;
  }

  /** Adds everything that was said in a slot up to there. */
  addWhole(stream: Stream, slot: number, entered: Entered, marks: Iterable<string>): void {
    if (!this.of(stream, slot))
      this.#slots.set(keyOf(stream, slot), { entered: new Map(), marks: new Set() });
    this.addSince(stream, slot, entered, marks);
  }

  /** Adds to a slot what was entered since; does nothing if the slot has been evicted in the meantime. */
  addSince(stream: Stream, slot: number, entered: Entered, marks: Iterable<string>): void {
    const known = this.of(stream, slot);
    if (!known) return;
    for (const [source, place] of Object.entries(entered))
      known.entered.set(source, Math.max(place, known.entered.get(source) ?? 0));
    this.#put(known, marks);
    this.#forget();
  }

  /** A page has been entered right after `before`; `marks` is what it was the first to say, by slot. */
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

  /** An empty slot counts as well. */
  #forget(): void {
    for (const [key, { marks }] of this.#slots) {
      if (this.#count + this.#slots.size <= this.#most) return;
      this.#slots.delete(key);
      this.#count -= marks.size;
    }
  }
}

const keyOf = (stream: Stream, slot: number) => `${stream}#${slot}`;
