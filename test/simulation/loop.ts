import { createHash } from "node:crypto";

/** The real one: while the simulation runs, the global is a trap. */
const realImmediate = setImmediate;
const turned = () => new Promise<void>((resolve) => realImmediate(() => resolve()));
/** All that follows by promises alone: Node lets them settle before the next tick, and no turn of its loop is needed. */
const settled = () => new Promise<void>((resolve) => process.nextTick(resolve));

const MOST_UNHASHED = 65_536;

interface Event {
  readonly atMs: number;
  /** Decides between events of one moment. */
  readonly order: number;
  readonly effect: () => void;
  readonly follows: Follows;
}

/**
 * What follows from an event at once: what promises carry on, or streams, which end in turns of Node's loop, at ten times
 * the price; or nothing, where it does no more than change what is stored and say what will happen later.
 */
export type Follows = "nothing" | "promises" | "streams";

/**
 * Virtual time. Everything that happens is an event with a moment; the loop carries them out in order, one after
 * another, and lets all that follows from one settle before the next. Nothing else happens, so the same events give the
 * same run, and `trace` the same hash.
 */
export class Loop {
  nowMs: number;
  #scheduled = 0;
  /** A heap: the next event is the first. */
  readonly #events: Event[] = [];
  readonly #trace = createHash("sha256");
  /** Of the trace what is not hashed yet: hashing every line by itself costs more than the lines. */
  #unhashed = "";
  readonly #startMs: number;
  readonly #log: string[] | undefined;
  count = 0;

  /** `log`, where it is given, is told of everything that happens, in words. */
  constructor(startMs: number, log?: string[]) {
    this.nowMs = startMs;
    this.#startMs = startMs;
    this.#log = log;
  }

  /** Something is to happen at a moment; `order` (at random) decides what comes first of what happens at once. */
  at(atMs: number, effect: () => void, order = 0, follows: Follows = "promises"): void {
    const place = order + this.#scheduled++ * 1e-9;
    const event = { atMs: Math.max(atMs, this.nowMs), order: place, effect, follows };
    push(this.#events, event);
  }

  /** Notes what happened: for the trace's hash, and for the log. */
  note(words: string): void {
    this.#unhashed += `${this.nowMs} ${words}\n`;
    if (this.#unhashed.length > MOST_UNHASHED) this.#digest();
    this.#log?.push(`${told(this.nowMs - this.#startMs)} ${words}`);
  }

  /** Carries out all events up to a moment, and then it is that moment. */
  async runUntil(untilMs: number): Promise<void> {
    // What was begun outside of any event.
    await turned();
    for (let event = this.#events[0]; event && event.atMs <= untilMs; event = this.#events[0]) {
      pop(this.#events);
      this.nowMs = event.atMs;
      this.count++;
      event.effect();
      if (event.follows === "nothing") continue;
      await settled();
      if (event.follows === "promises") continue;
      // Two turns: streams finish in one of their own.
      await turned();
      await turned();
    }
    this.nowMs = untilMs;
  }

  #digest(): void {
    this.#trace.update(this.#unhashed);
    this.#unhashed = "";
  }

  hash(): string {
    this.#digest();
    return this.#trace.copy().digest("hex").slice(0, 16);
  }
}

function told(ms: number): string {
  const seconds = ms / 1000;
  const digits = (n: number, length: number) => String(Math.floor(n)).padStart(length, "0");
  return `${digits(seconds / 3600, 2)}:${digits((seconds / 60) % 60, 2)}:${digits(seconds % 60, 2)}.${digits(ms % 1000, 3)}`;
}

const isBefore = (a: Event, b: Event) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

function push(heap: Event[], event: Event): void {
  let place = heap.length;
  heap.push(event);
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const other = heap[parent];
    if (!other || isBefore(other, event)) break;
    heap[place] = other;
    place = parent;
  }
  heap[place] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop();
  if (heap.length === 0 || !last) return;
  let place = 0;
  for (;;) {
    const [left, right] = [2 * place + 1, 2 * place + 2];
    const [one, other] = [heap[left], heap[right]];
    const child = one && other && isBefore(other, one) ? right : left;
    const next = heap[child];
    if (!next || !isBefore(next, last)) break;
    heap[place] = next;
    place = child;
  }
  heap[place] = last;
}
