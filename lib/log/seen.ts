import pMap from "p-map";
import * as v from "valibot";
import { putAll } from "../runtime/batch.ts";
import type { Clock } from "../runtime/clock.ts";
import { type Database, queryAll } from "../runtime/dynamodb.ts";
import { parseStored } from "../runtime/stored.ts";
import { EXPIRES_AT } from "../runtime/table.ts";
import { CONTENT_BYTES, type Fingerprint, MARK_BYTES, MESSAGE_BYTES } from "./fingerprint.ts";
import { type Entered, isBeyond, isUpTo, KnownMarks } from "./known-marks.ts";
import type { Stream } from "./streams.ts";

/** The page that reports came in: its log, and its place there. */
export interface PagePlace {
  readonly source: string;
  readonly place: number;
}

/** What a page says about a message, and whether it is the first to say it. */
export interface Told {
  readonly fingerprint: Fingerprint;
  readonly isFirst: boolean;
}

/** Everything that a page says in a stream. */
export interface Announcement {
  readonly origin: PagePlace;
  readonly told: readonly Told[];
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

const VERSION = 2;
/**
 * The first format had no bytes for the message before those for what is said. It can tell whether something is new,
 * but does not lead from a message to its pages.
 */
const FIRST_VERSION = 1;
const stored = v.object({
  source: v.string(),
  place: v.number(),
  marks: v.instance(Uint8Array),
  also: v.optional(v.instance(Uint8Array)),
  v: v.picklist([FIRST_VERSION, VERSION]),
});
const CONCURRENCY = 16;

/**
 * What each page said first, by the ten minutes in which the messages were sent, and of which messages it said something that
 * had been said before: what leads from a message to the pages that tell of it.
 *
 *     seen#<stream>#<slot>     <source>#<place>     marks: twelve bytes for a report; also: four bytes
 *
 * Kept as long as the log. By itself it decides nothing: what is written here counts once the page is in the stream's
 * index, so that a page that its writer died over stands in nobody's way.
 */
export class SeenReports {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #known = new KnownMarks();

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Writes what pages say, replacing what an earlier attempt wrote. */
  async announce(stream: Stream, announcements: readonly Announcement[]): Promise<void> {
    const items = announcements.flatMap(({ origin, told, expiresAt }) =>
      [...Map.groupBy(told, ({ fingerprint }) => fingerprint.slot)].map(([slot, list]) => {
        const first = list.filter(({ isFirst }) => isFirst).map(({ fingerprint }) => fingerprint.mark);
        const others = list.filter(({ isFirst }) => !isFirst).map(({ fingerprint }) => fingerprint.mark);
        const also = new Set(others.map((mark) => mark.slice(0, MESSAGE_BYTES)));
        return {
          ...keyOf(stream, slot, origin),
          ...origin,
          marks: bytesOf(first),
          ...(also.size > 0 ? { also: bytesOf(also) } : {}),
          v: VERSION,
          [EXPIRES_AT]: expiresAt,
        };
      }),
    );
    await putAll(this.#db, items, this.#clock);
  }

  /**
   * An announced page has been entered right after `before`. Only what it was the first to say is added: the rest was
   * added by others, or was not a report and must still be new when a report says it.
   */
  enter(stream: Stream, before: Entered, { origin, told }: Announcement): void {
    const first = told.filter(({ isFirst }) => isFirst);
    const bySlot = Map.groupBy(first, ({ fingerprint }) => fingerprint.slot);
    const marks = new Map(
      [...bySlot].map(([slot, list]) => [slot, list.map(({ fingerprint }) => contentOf(fingerprint.mark))]),
    );
    this.#known.enter(stream, before, { ...origin, marks });
  }

  /**
   * The pages that mention a message (given by `messageMarkOf`), among those about messages sent in a slot;
   * occasionally one too many. An eventually consistent read: what was published a moment ago may be missing.
   */
  async pagesOf(stream: Stream, slot: number, messageMark: string): Promise<PagePlace[]> {
    const found: PagePlace[] = [];
    for await (const { marks, also, source, place, v: format } of this.#read(stream, slot, {})) {
      if (format === FIRST_VERSION) continue;
      const isTold = split(marks, MARK_BYTES).some((mark) => mark.startsWith(messageMark));
      if (isTold || split(also, MESSAGE_BYTES).includes(messageMark)) found.push({ source, place });
    }
    return found;
  }

  /** The marks of those fingerprints that have been said by what is entered. */
  async said(
    stream: Stream,
    fingerprints: readonly Fingerprint[],
    entered: Entered,
  ): Promise<ReadonlySet<string>> {
    const said = new Set<string>();
    await pMap(
      Map.groupBy(fingerprints, ({ slot }) => slot),
      async ([slot, asked]) => {
        const own = asked.map(({ mark }) => mark);
        for (const mark of await this.#saidIn(stream, slot, own, entered)) said.add(mark);
      },
      { concurrency: CONCURRENCY },
    );
    return said;
  }

  /**
   * For a cached slot, only what was entered since is read. What the cache knows beyond `entered` must not count: a
   * page would be announced without something that only a page behind it says.
   */
  async #saidIn(stream: Stream, slot: number, asked: readonly string[], entered: Entered): Promise<string[]> {
    const among = (marks: ReadonlySet<string>) => asked.filter((mark) => marks.has(contentOf(mark)));
    const before = this.#known.of(stream, slot);
    if (before && !isBeyond(entered, before)) {
      const moved = Object.entries(entered).map(([source, until]) => {
        return { source, until, after: before.entered.get(source) ?? 0 };
      });
      const read = await Promise.all(
        moved
          .filter(({ after, until }) => until > after)
          .map((range) => this.#marksOf(stream, slot, entered, range)),
      );
      this.#known.addSince(stream, slot, entered, read.flat());
      const known = this.#known.of(stream, slot);
      if (known && isUpTo(entered, known)) return among(known.marks);
    }
    const whole = await this.#marksOf(stream, slot, entered);
    this.#known.addWhole(stream, slot, entered, whole);
    return among(new Set(whole));
  }

  /** The marks of the pages entered in a slot, or of a range of them. Read consistently. */
  async #marksOf(stream: Stream, slot: number, entered: Entered, range?: Range): Promise<string[]> {
    const found: string[] = [];
    for await (const { source, place, marks, v: format } of this.#read(stream, slot, {
      range,
      isConsistent: true,
    })) {
      if (place > (entered[source] ?? 0)) continue;
      found.push(
        ...(format === FIRST_VERSION ? split(marks, CONTENT_BYTES) : split(marks, MARK_BYTES).map(contentOf)),
      );
    }
    return found;
  }

  async *#read(stream: Stream, slot: number, { range, isConsistent = false }: Reading) {
    const query = {
      KeyConditionExpression: range ? "pk = :pk AND sk BETWEEN :from AND :until" : "pk = :pk",
      ExpressionAttributeValues: {
        ":pk": partitionOf(stream, slot),
        ...(range ? { ":from": sortKey(range.source, range.after + 1) } : {}),
        ...(range ? { ":until": sortKey(range.source, range.until) } : {}),
      },
      ConsistentRead: isConsistent,
    };
    for await (const item of queryAll(this.#db, query)) yield parseStored(stored, item);
  }
}

interface Reading {
  readonly range?: Range | undefined;
  readonly isConsistent?: boolean;
}

/** A range of pages of one log. */
interface Range {
  readonly source: string;
  readonly after: number;
  readonly until: number;
}

export const SEEN_PARTITION = "seen#";
const partitionOf = (stream: Stream, slot: number) => `${SEEN_PARTITION}${stream}#${slot}`;

function keyOf(stream: Stream, slot: number, { source, place }: PagePlace) {
  return { pk: partitionOf(stream, slot), sk: sortKey(source, place) };
}

function sortKey(source: string, place: number): string {
  return `${source}#${String(place).padStart(12, "0")}`;
}

/** The part of a mark that identifies what is said. It depends on the message as well. */
function contentOf(mark: string): string {
  return mark.slice(MESSAGE_BYTES);
}

function bytesOf(marks: Iterable<string>): Buffer {
  return Buffer.from([...marks].join(""), "latin1");
}

function split(marks: Uint8Array | undefined, size: number): string[] {
  const text = Buffer.from(marks ?? []).toString("latin1");
  return Array.from({ length: text.length / size }, (_, n) => text.slice(n * size, (n + 1) * size));
}
