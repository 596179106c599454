import type { MessageRecord } from "../message/record.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { BusyError } from "../runtime/errors.ts";
import { expiryAfterArrival } from "../runtime/expiry.ts";
import { type Fingerprint, fingerprintOf, isReportable } from "./fingerprint.ts";
import type { Way } from "./page-log.ts";
import { ENTRY_KEPT_LONGER_SECONDS, ReportIndex, type StreamEntry, type Tail } from "./report-index.ts";
import { bitsOf } from "./rows.ts";
import { type Announcement, SeenReports } from "./seen.ts";
import { type Stream, streamOf } from "./streams.ts";

/** A page that was merged, as far as readers need to know it. */
export interface PublishedPage {
  readonly source: string;
  readonly place: number;
  readonly way: Way;
  /** When it arrived, in milliseconds since 1970. */
  readonly atMs: number;
}

/** A record of a page, and its index among the page's results. */
export interface PageRow {
  readonly row: number;
  readonly record: MessageRecord;
}

/** A page and everything that was read from it. */
export interface PageWithRows {
  readonly page: PublishedPage;
  readonly rows: readonly PageRow[];
}

/** The part of a page that belongs to one stream. */
interface Part {
  readonly page: PublishedPage;
  readonly rows: readonly (PageRow & { readonly fingerprint: Fingerprint })[];
  /** Is it the whole page? */
  readonly isWhole: boolean;
}

interface Announced {
  readonly part: Part;
  readonly announcement: Announcement;
  /** The rows that say something new. */
  readonly fresh: readonly number[];
}

/** Others may publish to the same stream at the same moment, but nobody loses that race so often in a row. */
const MOST_ATTEMPTS = 100;

/**
 * Makes the reports of merged pages visible to readers: each page becomes an entry in the streams that its reports
 * belong to, with the rows that say something new. Two pages that say the same and are published at the same moment
 * never both count as first, because each announces what it would be the first to say, and enters only behind a tail
 * that it read before it looked at the announcements of others. So the later of two entries stands behind a tail that
 * included the earlier one, whose announcement had been written before. Pages of one log are entered one behind the
 * other, and their writer knows its own announcements.
 */
export class Publisher {
  readonly #index: ReportIndex;
  readonly #seen: SeenReports;
  readonly #retentionHours: number;

  constructor({ index, seen }: { index: ReportIndex; seen: SeenReports }, retentionHours: number) {
    this.#index = index;
    this.#seen = seen;
    this.#retentionHours = retentionHours;
  }

  /** Publishes one page: see `publishAll`. */
  publish(page: PublishedPage, rows: readonly PageRow[]): Promise<void> {
    return this.publishAll([{ page, rows }]);
  }

  /**
   * Publishes pages of one log, in order. May be repeated, and run twice at once, as long as the pages of one log are
   * published in order; a page that is published already stays as it is. Throws what DynamoDB throws, and BusyError.
   */
  async publishAll(pages: readonly PageWithRows[]): Promise<void> {
    const parts = pages.flatMap(({ page, rows }) => {
      const byStream = Map.groupBy(rows, ({ record }) => streamOf(page.source, record));
      return [...byStream].map(([stream, own]) => ({ stream, ...partOf(page, own, rows.length) }));
    });
    for (const [stream, own] of Map.groupBy(parts, ({ stream }) => stream))
      await this.#publishIn(stream, own);
  }

  async #publishIn(stream: Stream, parts: readonly Part[]): Promise<void> {
    for (let n = 0; n < MOST_ATTEMPTS; n++) {
      const tail = await this.#index.tail(stream);
      const left = parts.filter(({ page }) => (tail.entered[page.source] ?? 0) < page.place);
      const announced = await this.#announce(stream, left, tail);
      const end = await this.#enter(stream, announced, tail);
      // The end is stored again even if nothing was left to do: whoever put the last entry may have died before that.
      if (end) return this.#index.rememberEnd(stream, end);
    }
    throw new BusyError("too many publish into a stream at once");
  }

  /**
   * Puts the entries one behind the other. Returns the last one, or undefined if somebody else's entry came between
   * them.
   */
  async #enter(stream: Stream, parts: readonly Announced[], tail: Tail): Promise<Tail | undefined> {
    let last = tail;
    for (const { part, announcement, fresh } of parts) {
      const { page, rows, isWhole } = part;
      const isAllFresh = isWhole && fresh.length === rows.length;
      const entry = {
        ...entryAfter(last, page, this.#retentionHours),
        ...(isWhole ? {} : { rows: bitsOf(rows.map(({ row }) => row)) }),
        ...(isAllFresh ? {} : { fresh: bitsOf(fresh) }),
      };
      if (!(await this.#index.append(stream, entry))) return undefined;
      this.#seen.enter(stream, last.entered, announcement);
      last = entry;
    }
    return last;
  }

  /** Announces what each page is the first to say, given everything entered up to a tail, and the pages before it. */
  async #announce(stream: Stream, parts: readonly Part[], { entered }: Tail): Promise<Announced[]> {
    const all = parts.flatMap(({ rows }) => rows.map(({ fingerprint }) => fingerprint));
    const known = new Set(await this.#seen.said(stream, all, entered));
    const announced = parts.map((part): Announced => {
      const { page, rows } = part;
      // A pending message in Infobip's logs was listed there from the beginning, and is not a missed report.
      const reports = rows.filter(({ record }) => page.way !== "repair" || isReportable(record));
      const first = reports.filter(({ fingerprint: { mark } }) => {
        const isFirst = !known.has(mark);
        // A page may say the same thing twice.
        known.add(mark);
        return isFirst;
      });
      const fresh = new Set(first.map(({ row }) => row));
      // What is not new to readers may still add to a message's history.
      const told = rows.map(({ row, fingerprint }) => ({ fingerprint, isFirst: fresh.has(row) }));
      const origin = { source: page.source, place: page.place };
      return {
        part,
        fresh: [...fresh],
        announcement: { origin, told, expiresAt: this.#expiresAt(page) },
      };
    });
    await this.#seen.announce(
      stream,
      announced.map(({ announcement }) => announcement),
    );
    return announced;
  }

  #expiresAt({ atMs }: PublishedPage): number {
    return expiryAfterArrival(atMs, this.#retentionHours);
  }
}

/** The publisher of a table. `retentionHours`: how long pages are kept. */
export function openPublisher(db: Database, retentionHours: number, clock: Clock): Publisher {
  return new Publisher({ index: new ReportIndex(db), seen: new SeenReports(db, clock) }, retentionHours);
}

function partOf(page: PublishedPage, rows: readonly PageRow[], all: number): Part {
  return {
    page,
    rows: rows.map((row) => ({ ...row, fingerprint: fingerprintOf(row.record) })),
    isWhole: rows.length === all && rows.every(({ row }, n) => row === n),
  };
}

function entryAfter(tail: Tail, page: PublishedPage, retentionHours: number): StreamEntry {
  const { source, place, way, atMs } = page;
  const keptSeconds = Math.round(retentionHours * 3600) + ENTRY_KEPT_LONGER_SECONDS;
  return {
    place: tail.place + 1,
    source,
    page: place,
    way,
    atMs,
    // Ascends with the place, whatever the clocks of the writers say, so that it can be searched by time.
    orderMs: Math.max(tail.orderMs, atMs),
    entered: { ...tail.entered, [source]: place },
    expiresAt: Math.ceil(atMs / 1000) + keptSeconds,
    v: 1,
  };
}
