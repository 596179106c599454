import { loadCatalog } from "../archive/catalog.ts";
import { waitingPages } from "../archive/waiting.ts";
import type { Checkpoints } from "../ingest/checkpoint.ts";
import type { Doubts } from "../ingest/doubts.ts";
import type { Quarantine } from "../ingest/quarantine.ts";
import type { SourceStates } from "../ingest/source-state.ts";
import { lagMs, PASSES, plausible } from "../ingest/standing.ts";
import { type Lag, lags } from "../log/lag.ts";
import type { PageLog } from "../log/page-log.ts";
import type { Positions } from "../log/positions.ts";
import type { ReportIndex } from "../log/report-index.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { type PushHealth, pushesHealth, type SourceHealth, sourcesHealth } from "./sources.ts";

export interface HealthStores {
  readonly db: Database;
  readonly clock: Clock;
  readonly states: SourceStates;
  readonly doubts: Doubts;
  readonly quarantine: Quarantine;
  readonly checkpoints: Checkpoints;
  readonly log: PageLog;
  readonly positions: Positions;
  readonly index: ReportIndex;
}

/** The state of the archive. All times are in milliseconds since 1970. */
export interface Health {
  readonly atMs: number;
  readonly sources: readonly SourceHealth[];
  readonly pushes: readonly PushHealth[];
  /** Pages that wait to be settled, and how long the oldest has been waiting. */
  readonly settling: { readonly pages: number; readonly waitingMs: number };
  /** How far each pass of the reconciler is behind the age at which it checks. */
  readonly passes: readonly { readonly pass: string; readonly behindMs: number }[];
  /** What could not be parsed; `isMore` if only the first entries are counted. */
  readonly quarantine: { readonly count: number; readonly isMore: boolean; readonly oldestMs?: number };
  /** How far the clients that read reports from here are behind. */
  readonly readers: readonly Lag[];
}

/** The most entries of the quarantine, and the most readers, that are included: each costs reads. */
const MOST_COUNTED = 100;
const MOST_READERS = 100;

/**
 * Reads the state of the archive and changes nothing. Costs about 20 read units, plus one for each 4 KB of pages that
 * wait to be settled, one for each 8 KB of the first hundred entries in quarantine, and two for each stream of a
 * reader. Throws what DynamoDB throws.
 */
export async function readHealth(stores: HealthStores): Promise<Health> {
  const { doubts, checkpoints, clock } = stores;
  const atMs = clock.now();
  const [found, checkpoint] = await Promise.all([doubts.list(), checkpoints.load()]);
  const believed = plausible(checkpoint, atMs);
  const [sources, pushes, settling, quarantine, readers] = await Promise.all([
    sourcesHealth(stores, found),
    pushesHealth(stores),
    settlingOf(stores, atMs),
    quarantineOf(stores.quarantine, atMs),
    readersOf(stores, atMs),
  ]);
  const passes = PASSES.map(({ name, ageMs }) => ({
    pass: name,
    behindMs: lagMs(believed, name, ageMs, atMs),
  }));
  return { atMs, sources, pushes, settling, passes, quarantine, readers };
}

async function settlingOf({ db, clock }: HealthStores, atMs: number): Promise<Health["settling"]> {
  const waiting = await waitingPages(db, await loadCatalog(db), clock);
  const oldestMs = waiting.reduce((least, { appendedAtMs }) => Math.min(least, appendedAtMs), atMs);
  return { pages: waiting.length, waitingMs: atMs - oldestMs };
}

async function quarantineOf(quarantine: Quarantine, atMs: number): Promise<Health["quarantine"]> {
  const { entries, next } = await quarantine.some(MOST_COUNTED, undefined, atMs);
  const oldestMs = entries.reduce((least, entry) => Math.min(least, entry.atMs), atMs);
  return {
    count: entries.length,
    isMore: next !== undefined,
    ...(entries.length > 0 ? { oldestMs } : {}),
  };
}

async function readersOf({ positions, index }: HealthStores, atMs: number): Promise<Lag[]> {
  const found: Lag[] = [];
  for await (const lag of lags(positions, index, atMs)) {
    found.push(lag);
    if (found.length >= MOST_READERS) break;
  }
  return found;
}
