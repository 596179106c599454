import pMap from "p-map";
import type { ArchiveSettings } from "../archive/archive.ts";
import { type Extension, extendRetention } from "../archive/extend-retention.ts";
import { PUSH_KINDS, pushedSource, SOURCE_NAMES } from "../infobip/sources.ts";
import { extendBlob } from "../log/blob.ts";
import { extendBesidePages } from "../log/extend-life.ts";
import { nameOf, PageLog } from "../log/page-log.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { expiryAfterArrival, extendLife } from "../runtime/expiry.ts";
import { EXPIRES_AT } from "../runtime/table.ts";
import { Quarantine } from "./quarantine.ts";
import { REPAIRS } from "./repairs.ts";

export interface ExtendedAll extends Extension {
  /**
   * How many were extended: pages of the logs, what belongs to them (events, what readers were told), and texts in
   * quarantine.
   */
  readonly pages: number;
  readonly besidePages: number;
  readonly quarantined: number;
}

export interface ExtendServices {
  readonly db: Database;
  readonly settings: ArchiveSettings;
  readonly nowMs: number;
  readonly onProgress?: (soFar: Extension) => void;
}

/**
 * Extends the life of everything that lives for the retention, after that was raised: the logs of pages and what
 * belongs to them, the quarantine, and the archive. Never revives what has expired, and never shortens a life. May be
 * repeated; an archive that was extended halfway continues from there. Throws what DynamoDB throws.
 */
export async function extendAll({ db, settings, nowMs, onProgress }: ExtendServices): Promise<ExtendedAll> {
  const { retentionHours } = settings;
  const living = { db, retentionHours, nowMs };
  const log = new PageLog(db, retentionHours);
  const arrived = new Map<string, number>();
  let pages = 0;
  for (const source of [...SOURCE_NAMES, ...PUSH_KINDS.map(pushedSource), REPAIRS]) {
    const noted = noting(log.read(source, 0), ({ place, atMs }) => arrived.set(`${source}#${place}`, atMs));
    pages += await extendEach(noted, ({ id }) => nameOf(source, id), living);
  }
  // After the pages: an entry without its page is harmless, but a page without its entry would never be handed out.
  const besidePages = await extendBesidePages(
    db,
    (source, place) => arrived.get(`${source}#${place}`),
    living,
  );
  const quarantine = new Quarantine(db, retentionHours);
  const quarantined = await extendEach(quarantine.list(), ({ item }) => String(item.sk), living);
  const progress = { nowMs, ...(onProgress ? { onProgress } : {}) };
  return { ...(await extendRetention(db, settings, progress)), pages, besidePages, quarantined };
}

/** Passes everything on, calling `note` for each. */
async function* noting<T>(all: AsyncIterable<T>, note: (one: T) => void): AsyncGenerator<T> {
  for await (const one of all) {
    note(one);
    yield one;
  }
}

const CONCURRENCY = 16;

interface Kept {
  readonly atMs: number;
  readonly item: Readonly<Record<string, unknown>>;
}

/** Extends whatever was stored since a moment. Its pieces come first: an item never outlives its bytes. */
async function extendEach<T extends Kept>(
  all: AsyncIterable<T>,
  ownerOf: (kept: T) => string,
  { db, retentionHours, nowMs }: { db: Database; retentionHours: number; nowMs: number },
): Promise<number> {
  const changed = await pMap(
    all,
    async (kept) => {
      const expiresAt = expiryAfterArrival(kept.atMs, retentionHours);
      if (Number(kept.item[EXPIRES_AT]) >= expiresAt) return false;
      await extendBlob(db, ownerOf(kept), kept.item, { expiresAt, nowMs });
      return extendLife(db, kept.item, expiresAt, nowMs);
    },
    { concurrency: CONCURRENCY },
  );
  return changed.filter(Boolean).length;
}
