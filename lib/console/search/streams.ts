import type { MessageRecord } from "../../message/record.ts";
import { msOf } from "./moments.ts";
import type { LogsParameters } from "./words.ts";

/** One page of an answer of `/omni/1/logs`. */
export interface LogsPage {
  readonly records: readonly MessageRecord[];
  /** Where to go on; undefined at the end. */
  readonly cursor: string | undefined;
}

/** Asks for a page of a question. */
export type AskPage = (question: LogsParameters, cursor: string | undefined) => Promise<LogsPage>;

interface Stream {
  readonly question: LogsParameters;
  buffer: readonly MessageRecord[];
  cursor: string | undefined;
  isOver: boolean;
}

export interface Portion {
  readonly records: readonly MessageRecord[];
  readonly isOver: boolean;
  /** The archive was asked as often as it may be at once, and there are more to look through. */
  readonly isIncomplete: boolean;
}

/** How far the archive has been looked through, by all portions so far. */
export interface Looked {
  readonly messages: number;
  /** The oldest that was looked at, milliseconds since 1970; undefined before the first. */
  readonly backToMs: number | undefined;
}

/** What little is found shows at once, and how far it is. */
const MOST_ROUNDS = 1;

/** The answers of several questions as one list, newest first, a portion at a time. */
export class Streams {
  readonly #streams: readonly Stream[];
  readonly #askPage: AskPage;
  readonly #isWanted: (record: MessageRecord) => boolean;
  /** Taken, and not yet given: a fault between the two must not lose them. */
  readonly #taken: MessageRecord[] = [];
  /** What was taken so far: a message that answers two questions comes once. */
  readonly #known = new Set<string>();
  #looked: Looked = { messages: 0, backToMs: undefined };

  constructor(
    questions: readonly LogsParameters[],
    askPage: AskPage,
    isWanted: (record: MessageRecord) => boolean,
  ) {
    this.#streams = questions.map((question) => ({ question, buffer: [], cursor: undefined, isOver: false }));
    this.#askPage = askPage;
    this.#isWanted = isWanted;
  }

  get looked(): Looked {
    return this.#looked;
  }

  /**
   * The next so many; fewer at the end, or where the archive has looked for long enough. Throws what `askPage` throws, and
   * goes on from there when it is asked again.
   */
  async next(most: number): Promise<Portion> {
    for (let round = 0; ; round++) {
      this.#take(most);
      const isFull = this.#taken.length >= most;
      const isOver = this.#taken.length <= most && this.#streams.every(isSpent);
      const isIncomplete = !isOver && !isFull && round >= MOST_ROUNDS;
      if (isOver || isFull || isIncomplete)
        return { records: this.#taken.splice(0, most), isOver, isIncomplete };
      await this.#fillAll();
    }
  }

  /** Takes what is newest for as long as it is certain which that is: a stream that has run dry may have something newer. */
  #take(most: number): void {
    while (this.#taken.length < most && !this.#streams.some(isDry)) {
      const [first] = this.#streams
        .filter(({ buffer }) => buffer.length > 0)
        .sort((a, b) => headMs(b) - headMs(a));
      const record = first?.buffer[0];
      if (!first || !record) return;
      first.buffer = first.buffer.slice(1);
      const key = `${record.messageId} ${record.channel}`;
      if (!this.#known.has(key)) this.#taken.push(record);
      this.#known.add(key);
    }
  }

  /** Waits for all, also when one fails: one that is still under way would be asked the same again, and its page come twice. */
  async #fillAll(): Promise<void> {
    const fills = await Promise.allSettled(this.#streams.filter(isDry).map((stream) => this.#fill(stream)));
    const failed = fills.find((fill) => fill.status === "rejected");
    if (failed) throw failed.reason;
  }

  async #fill(stream: Stream): Promise<void> {
    const page = await this.#askPage(stream.question, stream.cursor);
    stream.buffer = page.records.filter(this.#isWanted);
    const oldestMs = msOf(page.records.at(-1)?.sentAt);
    const { messages, backToMs = Infinity } = this.#looked;
    this.#looked = {
      messages: messages + page.records.length,
      backToMs: Number.isNaN(oldestMs) ? this.#looked.backToMs : Math.min(backToMs, oldestMs),
    };
    stream.cursor = page.cursor;
    stream.isOver = page.cursor === undefined;
  }
}

const isDry = ({ buffer, isOver }: Stream) => buffer.length === 0 && !isOver;
const isSpent = ({ buffer, isOver }: Stream) => buffer.length === 0 && isOver;
const headMs = ({ buffer }: Stream) => msOf(buffer[0]?.sentAt);
