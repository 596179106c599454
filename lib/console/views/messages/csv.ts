import type { MessageRecord } from "../../../message/record.ts";
import { ask, Fault } from "../../api.ts";
import { parseQuery, type Term } from "../../search/query.ts";
import { meets, requestsOf } from "../../search/requests.ts";
import type { LogsParameters } from "../../search/words.ts";

/** The limit of common spreadsheets, minus a header row. */
const MOST_ROWS = 1_048_575;
/** The conditions that are checked here do not depend on the time. */
const NO_MATTER = 0;
const ROWS_AT_ONCE = "1000";
/** Browsers keep a Blob of many rows outside the page's memory. */
const ROWS_A_BLOB = 20_000;

/**
 * All filtered messages as one spreadsheet, or as several if they exceed the limit. What was fetched survives an error,
 * and `fill` continues from there.
 */
export class Csv {
  readonly #questions: LogsParameters[];
  readonly #sifted: readonly Term[];
  readonly #mostRows: number;
  #cursor: string | undefined;
  #header = "";
  #blobs: Blob[] = [];
  #lines: string[] = [];
  /** The number of rows in the current file. */
  rows = 0;

  /** Throws a Fault if the query needs too many questions. */
  constructor(text: string, nowMs: number, mostRows = MOST_ROWS) {
    const requests = requestsOf(parseQuery(text).terms, nowMs);
    if (!requests) throw new Fault(400, "These are too many combinations at once. Take some values out.");
    this.#questions = [...requests.questions];
    this.#sifted = requests.sifted;
    this.#mostRows = mostRows;
  }

  /** Is everything contained in the files that were taken, and in the current one? */
  get isOver(): boolean {
    return this.#questions.length === 0;
  }

  /** Fetches until everything is there or the file is full; calls `tell` after each step. Throws a Fault. */
  async fill(tell: () => void, signal: AbortSignal): Promise<void> {
    while (!this.isOver && this.rows + Number(ROWS_AT_ONCE) <= this.#mostRows) {
      await this.#fetch(signal);
      tell();
    }
  }

  /** Returns the current file and starts the next one. */
  take(): Blob {
    // Without a byte order mark, spreadsheets assume another encoding.
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

/** Splits a text into records by RFC 4180, unchanged: a line break inside quotes does not end a record. */
export function recordsOf(text: string): string[] {
  return (text.match(/(?:"[^"]*"|[^"\r\n])+/g) ?? []).filter((record) => record !== "");
}

/** The cells of a record. */
export function cellsOf(record: string): string[] {
  return [...`,${record}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'),
  );
}

/**
 * The part of a record that conditions are checked against, as texts: its status and its error, from columns such as
 * `status.name`.
 */
function judgedOf(header: string, record: string): MessageRecord {
  const cells = cellsOf(record);
  const parts: Record<string, Record<string, string>> = { status: {} };
  cellsOf(header).forEach((name, at) => {
    const [field = "", part] = name.split(".");
    if (part && cells[at]) parts[field] = { ...parts[field], [part]: cells[at] };
  });
  return parts as unknown as MessageRecord;
}
