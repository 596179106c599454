import { readAnyPage } from "../infobip/page.ts";
import { sourceNamed } from "../infobip/sources.ts";
import type { PageLog } from "../log/page-log.ts";
import type { StreamEntry } from "../log/report-index.ts";
import { hasBit } from "../log/rows.ts";
import type { MessageRecord } from "../message/record.ts";
import type { Client } from "./rights.ts";

/** The records of a page, by their index among its results. */
export type PageRecords = ReadonlyMap<number, MessageRecord>;

/** The most records in the cache: about 20 MB. */
const MOST_REMEMBERED = 20_000;
const GONE: PageRecords = new Map();

/**
 * A cache of pages of the log. Pages never change, and a client that pulls fifty reports at a time needs the same page
 * twenty times.
 */
export class ReportPages {
  readonly #log: PageLog;
  readonly #remembered = new Map<string, PageRecords>();
  #records = 0;

  constructor(log: PageLog) {
    this.#log = log;
  }

  /** The records of an entry's page; none if the page no longer exists. */
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

  /** Is a report of this page, from a row on, in the cache? */
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

/** Does an entry contain anything new? If not, its page need not be read. */
export function hasNews({ fresh }: StreamEntry): boolean {
  return fresh === undefined || fresh.length > 0;
}

/** Does this row of a page belong to the stream? */
export function isOfStream({ rows }: StreamEntry, row: number): boolean {
  return rows === undefined || hasBit(rows, row);
}

/** Is this row of a page the first to say what it says? */
export function isNews({ fresh }: StreamEntry, row: number): boolean {
  return fresh === undefined || hasBit(fresh, row);
}

/** May a client see a report? A client that is limited to senders does not see reports without a sender. */
export function mayRead({ channels, senders }: Client, { channel, from }: MessageRecord): boolean {
  return (channels?.includes(channel) ?? true) && (senders?.includes(from ?? "") ?? true);
}
