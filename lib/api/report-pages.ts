import { readAnyPage } from "../infobip/page.ts";
import { sourceNamed } from "../infobip/sources.ts";
import type { PageLog } from "../log/page-log.ts";
import type { StreamEntry } from "../log/report-index.ts";
import { hasBit } from "../log/rows.ts";
import type { MessageRecord } from "../message/record.ts";
import type { Client } from "./rights.ts";

/** The records of a page, by which of its results they were. */
export type PageRecords = ReadonlyMap<number, MessageRecord>;

/** At most so many records are remembered: some 20 MB. */
const MOST_REMEMBERED = 20_000;
const GONE: PageRecords = new Map();

/**
 * The pages of the log, read and remembered. A page never changes, and whoever pulls fifty reports at a time asks for the same
 * page twenty times.
 */
export class ReportPages {
  readonly #log: PageLog;
  readonly #remembered = new Map<string, PageRecords>();
  #records = 0;

  constructor(log: PageLog) {
    this.#log = log;
  }

  /** The records of an entry's page; none when it is not there any more. */
  async records({ source, page: place }: Pick<StreamEntry, "source" | "page">): Promise<PageRecords> {
    const name = `${source}#${place}`;
    const remembered = this.#remembered.get(name);
    if (remembered) return remembered;
    const page = await this.#log.at(source, place);
    if (!page) return GONE;
    const { records, places } = await readAnyPage(await this.#log.load(page), sourceNamed(source));
    const read = new Map(records.map((record, n) => [places[n] ?? n, record]));
    this.#remember(name, read);
    return read;
  }

  /** Does this process remember a report of this page from a row on? */
  hasRemembered({ source, page }: Pick<StreamEntry, "source" | "page">, from: number): boolean {
    const records = this.#remembered.get(`${source}#${page}`);
    return records !== undefined && [...records.keys()].some((row) => row >= from);
  }

  #remember(name: string, records: PageRecords): void {
    this.#remembered.set(name, records);
    this.#records += records.size;
    for (const [oldest, { size }] of this.#remembered) {
      if (this.#records <= MOST_REMEMBERED || oldest === name) break;
      this.#remembered.delete(oldest);
      this.#records -= size;
    }
  }
}

/** Does an entry have something new at all? One that has not need not be read. */
export function hasNews({ fresh }: StreamEntry): boolean {
  return fresh === undefined || fresh.length > 0;
}

/** Is a row of a page of this stream? */
export function isOfStream({ rows }: StreamEntry, row: number): boolean {
  return rows === undefined || hasBit(rows, row);
}

/** Is a row of a page the first to say what it says? */
export function isNews({ fresh }: StreamEntry, row: number): boolean {
  return fresh === undefined || hasBit(fresh, row);
}

/** May a client see a report? Whoever may see some senders only does not see one that does not say its sender. */
export function mayRead({ channels, senders }: Client, { channel, from }: MessageRecord): boolean {
  return (channels?.includes(channel) ?? true) && (senders?.includes(from ?? "") ?? true);
}
