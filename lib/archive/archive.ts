import { type Known, knownFrom, merge, precedenceOf } from "../message/merge.ts";
import { epochMsOf, expiresAtSeconds, type MessageRecord, printRecord } from "../message/record.ts";
import { putAll } from "../runtime/batch.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { SLOT_MS } from "./apart.ts";
import { packBlocks } from "./block.ts";
import { DayFormats } from "./day-format.ts";
import { Days } from "./days.ts";
import { freshItems } from "./fresh.ts";
import { FreshFormat } from "./fresh-format.ts";
import { dayOf, identityOf } from "./keys.ts";
import { versionsBetween } from "./search/stretch.ts";
import type { Appended, ArchiveWriter, Compared, Novelty, Origin } from "./writer.ts";

export interface ArchiveSettings {
  readonly retentionHours: number;
}

const HOUR_MS = 3_600_000;
/** Records further apart than this are looked up separately. */
const MOST_GAP_MS = HOUR_MS / 6;

/**
 * The archive as ingest sees it: records are appended in blocks, each as what one report or log told about a message.
 */
export class Archive implements ArchiveWriter {
  readonly #db: Database;
  readonly #settings: ArchiveSettings;
  readonly #clock: Clock;
  readonly #days: Days;
  readonly #formats = new DayFormats();
  readonly #freshFormat = new FreshFormat();

  constructor(db: Database, settings: ArchiveSettings, clock: Clock) {
    this.#db = db;
    this.#settings = settings;
    this.#clock = clock;
    this.#days = new Days(db);
  }

  /**
   * Writes the records of a page as blocks of their own. What is known about a message is merged when it is read. This
   * reads nothing and depends on nothing stored: the key of a block is made from the page and the content of the block.
   */
  async append(origin: Origin, records: readonly MessageRecord[]): Promise<Appended> {
    const nowMs = this.#clock.now();
    const alive = mergeById(records.filter((record) => this.keeps(record, nowMs)));
    const keepSeconds = Math.round(this.#settings.retentionHours * 3600);
    const kept = [...alive.values()].map((known) => ({ ...known, keepSeconds }));
    const { blocks, refused } = packBlocks(kept, `${origin.source}#${origin.place}`, SLOT_MS);
    const until = new Map<string, number>();
    for (const { item, newestMs } of blocks) {
      const day = dayOf(newestMs);
      until.set(day, Math.max(item.e, until.get(day) ?? 0));
    }
    // Days first: a block of a day that is not listed would never be found.
    await Promise.all([...until].map(([day, seconds]) => this.#days.ensure(day, seconds)));
    // Then the items that lead to the blocks, and the blocks last, so that settling never misses a block that exists.
    const formats = this.#formats.missing(blocks);
    const fresh = freshItems(blocks, nowMs);
    const freshFormats = this.#freshFormat.missing(fresh);
    await putAll(this.#db, [...formats, ...freshFormats, ...fresh], this.#clock);
    this.#formats.remember(formats);
    this.#freshFormat.remember(freshFormats);
    await putAll(
      this.#db,
      blocks.map(({ item }) => item),
      this.#clock,
    );
    return { refused: refused.map(({ record }) => record) };
  }

  /** Reads the ranges of `sentAt` that these records lie in, and says what each record would change. */
  async compare(records: readonly MessageRecord[]): Promise<Compared[]> {
    const moments = records.map(({ sentAt }) => epochMsOf(sentAt));
    const stored = new Map<string, Known>();
    for (const stretch of stretchesOf(moments)) {
      const found = await versionsBetween(this.#db, stretch, this.#clock);
      for (const [id, known] of found) stored.set(id, known);
    }
    return records.map((record) => {
      const before = stored.get(identityOf(record));
      const after = before ? merge(before, knownFrom(record)) : knownFrom(record);
      return { record, merged: after.record, outcome: before ? outcomeOf(before, after) : "new" };
    });
  }

  keeps(record: MessageRecord, nowMs: number): boolean {
    return expiresAtSeconds(record, this.#settings.retentionHours) * 1000 > nowMs;
  }
}

/** Merges records of the same message and channel. */
function mergeById(records: readonly MessageRecord[]): Map<string, Known> {
  const byId = new Map<string, Known>();
  for (const record of records) {
    const id = identityOf(record);
    const other = byId.get(id);
    byId.set(id, other ? merge(other, knownFrom(record)) : knownFrom(record));
  }
  return byId;
}

function stretchesOf(moments: readonly number[]): { sinceMs: number; untilMs: number }[] {
  const stretches: { sinceMs: number; untilMs: number }[] = [];
  for (const at of [...moments].sort((a, b) => a - b)) {
    const last = stretches.at(-1);
    if (last && at - last.untilMs <= MOST_GAP_MS) last.untilMs = at;
    else stretches.push({ sinceMs: at, untilMs: at });
  }
  return stretches;
}

function outcomeOf(before: Known, after: Known): Novelty {
  const [rank, doneAt] = precedenceOf(before);
  const [newRank, newDoneAt] = precedenceOf(after);
  if (newRank !== rank || newDoneAt !== doneAt) return "advanced";
  // If only the precedences differ (a later report confirms a field that an earlier one brought), nothing new is
  // served, but it must be written all the same: later reports are compared with it, and the order of arrival must not
  // matter.
  const isSame =
    printRecord(before.record) === printRecord(after.record) &&
    JSON.stringify([...before.precedences]) === JSON.stringify([...after.precedences]);
  return isSame ? "known" : "enriched";
}
