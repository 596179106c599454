import type { MessageRecord } from "../../message/record.ts";
import { msOf } from "./moments.ts";
import type { LogsParameters } from "./words.ts";

/** One page of an answer of `/omni/1/logs`. */
export interface LogsPage {
  readonly records: readonly MessageRecord[];
  /** Where to continue; undefined at the end. */
  readonly cursor: string | undefined;
}

/** Requests a page of a question. */
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
  /** The archive was asked as often as is allowed at a time, and there is more to search. */
  readonly isIncomplete: boolean;
}

/** How much of the archive has been searched so far. */
export interface Looked {
  readonly messages: number;
  /** The oldest message that was looked at, in milliseconds since 1970; undefined before the first. */
  readonly backToMs: number | undefined;
}

/** A single round, so that even few results, and the progress, are shown at once. */
const MOST_ROUNDS = 1;

/** Merges the answers to several questions into one list, newest first, portion by portion. */
export class Streams {
  readonly #streams: readonly Stream[];
  readonly #askPage: AskPage;
  readonly #isWanted: (record: MessageRecord) => boolean;
  /** Taken but not yet returned: an error in between must not lose them. */
  readonly #taken: MessageRecord[] = [];
  /** Everything taken so far: a message that answers two questions is returned once. */
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
   * The next messages; fewer at the end, or if the archive has been searched for long enough. Throws what `askPage`
   * throws; the next call continues from there.
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

  /**
   * Takes the newest message as long as it is certain which one that is: a stream without buffered messages may have a
   * newer one.
   */
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

  /**
   * Waits for all, even if one fails: otherwise a request still under way would be repeated, and its page returned
   * twice.
   */
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
