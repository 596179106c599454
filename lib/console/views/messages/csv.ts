import type { MessageRecord } from "../../../message/record.ts";
import { ask, Fault } from "../../api.ts";
import { parseQuery, type Term } from "../../search/query.ts";
import { meets, requestsOf } from "../../search/requests.ts";
import type { LogsParameters } from "../../search/words.ts";

/** As many as a sheet of the usual spreadsheets takes, beneath a row of names. */
const MOST_ROWS = 1_048_575;
/** What is sifted has nothing to do with now. */
const NO_MATTER = 0;
const ROWS_AT_ONCE = "1000";
/** A browser keeps a Blob of many rows outside the page's memory. */
const ROWS_A_BLOB = 20_000;

/**
 * Everything that is filtered, as spreadsheets: one, or several where one cannot take it all. What was fetched stays when something goes
 * wrong, and `fill` goes on from there.
 */
export class Csv {
  readonly #questions: LogsParameters[];
  readonly #sifted: readonly Term[];
  readonly #mostRows: number;
  #cursor: string | undefined;
  #header = "";
  #blobs: Blob[] = [];
  #lines: string[] = [];
  /** Rows of the file that is being filled. */
  rows = 0;

  /** Throws a Fault when these are too many questions at once. */
  constructor(text: string, nowMs: number, mostRows = MOST_ROWS) {
    const requests = requestsOf(parseQuery(text).terms, nowMs);
    if (!requests) throw new Fault(400, "These are too many combinations at once. Take some values out.");
    this.#questions = [...requests.questions];
    this.#sifted = requests.sifted;
    this.#mostRows = mostRows;
  }

  /** Is everything in the files that were taken, and in this one? */
  get isOver(): boolean {
    return this.#questions.length === 0;
  }

  /** Fetches until everything is there, or the file is full; `tell` hears of each step. Throws a Fault. */
  async fill(tell: () => void, signal: AbortSignal): Promise<void> {
    while (!this.isOver && this.rows + Number(ROWS_AT_ONCE) <= this.#mostRows) {
      await this.#fetch(signal);
      tell();
    }
  }

  /** The file as it is; the next one begins empty. */
  take(): Blob {
    // A mark of byte order, without which spreadsheets read it as another encoding.
    const file = new Blob(["\ufeff", `${this.#header}\r\n`, ...this.#blobs, ...this.#lines], {
      type: "text/csv;charset=utf-8",
    });
    [this.#blobs, this.#lines, this.rows] = [[], [], 0];
    return file;
  }

  async #fetch(signal: AbortSignal): Promise<void> {
    const query = { ...this.#questions[0], limit: ROWS_AT_ONCE, useCursor: "true", cursor: this.#cursor };
    const response = await ask("/omni/1/logs", query, { accept: "text/csv", signal });
    const [header = "", ...records] = recordsOf(await response.text());
    this.#header = header;
    const kept =
      this.#sifted.length === 0
        ? records
        : records.filter((record) => meets(this.#sifted, judgedOf(header, record), NO_MATTER));
    this.#lines.push(...kept.map((record) => `${record}\r\n`));
    this.rows += kept.length;
    if (this.#lines.length >= ROWS_A_BLOB) {
      this.#blobs.push(new Blob(this.#lines));
      this.#lines = [];
    }
    this.#cursor = response.headers.get("omnilog-next-cursor") ?? undefined;
    if (this.#cursor === undefined) this.#questions.shift();
  }
}

/** The records of a text by RFC 4180, as they stand there: a line end inside quotes ends none. */
export function recordsOf(text: string): string[] {
  return (text.match(/(?:"[^"]*"|[^"\r\n])+/g) ?? []).filter((record) => record !== "");
}

/** The cells of a record. */
export function cellsOf(record: string): string[] {
  return [...`,${record}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'),
  );
}

/** As much of a record as is sifted, as texts: its status and its error, whose columns are `status.name` and so on. */
function judgedOf(header: string, record: string): MessageRecord {
  const cells = cellsOf(record);
  const parts: Record<string, Record<string, string>> = { status: {} };
  cellsOf(header).forEach((name, at) => {
    const [field = "", part] = name.split(".");
    if (part && cells[at]) parts[field] = { ...parts[field], [part]: cells[at] };
  });
  return parts as unknown as MessageRecord;
}
