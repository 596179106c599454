import { gunzipSync } from "node:zlib";
import type { Filter } from "../../lib/archive/search/filters.ts";
import { search } from "../../lib/archive/search/search.ts";
import { TABLE } from "../../lib/archive/table.ts";
import { readPage } from "../../lib/infobip/page.ts";
import { PUSH_KINDS, pushedSource, SOURCE_NAMES, sourceNamed } from "../../lib/infobip/sources.ts";
import { Doubts } from "../../lib/ingest/doubts.ts";
import { SOURCE_PARTITION, SourceStates } from "../../lib/ingest/source-state.ts";
import { LOG_PARTITION, PageLog } from "../../lib/log/page-log.ts";
import { REPORTS_PARTITION } from "../../lib/log/report-index.ts";
import { type MessageRecord, parseRecord } from "../../lib/message/record.ts";
import type { Clock } from "../../lib/runtime/clock.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import type { Table, Watcher } from "./dynamodb/table.ts";
import type { Item } from "./dynamodb/values.ts";
import type { Version } from "./version.ts";

/** All that the simulation knows of how things are stored stands in this file. */
export const TABLE_SHAPE = TABLE;

export interface Page {
  readonly records: readonly MessageRecord[];
  readonly after: string | undefined;
  readonly isIncomplete: boolean;
}

/** One page of an answer of the archive. */
export async function searchPage(
  db: Database,
  request: { filter: Filter; limit: number; after?: string },
  limits: { units: number; timeoutMs: number },
  clock: Clock,
  find: Version["search"] = search,
): Promise<Page> {
  const { items, after, isIncomplete } = await find(db, request, limits, clock.now, clock);
  return { records: items.map(({ text }) => recordIn(text)), after, isIncomplete };
}

/** The same texts are served again and again: to every query, and to whoever looks at everything. */
const records = new Map<string, MessageRecord>();
const MOST_RECORDS = 5_000;

function recordIn(text: string): MessageRecord {
  const known = records.get(text);
  if (known) return known;
  const record = parseRecord(text);
  if (records.size >= MOST_RECORDS) records.clear();
  records.set(text, record);
  return record;
}

/** What is under way or not settled, in words; nothing, when all is done. */
export async function leftovers(db: Database): Promise<string[]> {
  const [states, doubts, log] = [new SourceStates(db), new Doubts(db), new PageLog(db, 1)];
  const left: string[] = (await doubts.list()).map(({ source, reason }) => `a doubt of ${source}: ${reason}`);
  for (const source of [...SOURCE_NAMES, ...PUSH_KINDS.map(pushedSource)]) {
    const { open, merged } = await states.load(source);
    if (open.length > 0) left.push(`${open.length} open pulls of ${source}`);
    const unmerged = (await Array.fromAsync(log.read(source, merged))).length;
    if (unmerged > 0) left.push(`${unmerged} unmerged pages of ${source}`);
  }
  return left;
}

/** The pulls of a source that are under way, as its state says. */
function openOf(item: Item | undefined): ReadonlySet<string> {
  return item?.open instanceof Set ? (item.open as ReadonlySet<string>) : new Set();
}

/**
 * Watches what says that reports may have been taken. When they are taken, an open pull must say so, and it may go only
 * when the page has landed, a doubt stands for it, or the reconciler has settled it.
 */
export class OpenPullsWatch {
  readonly #table: Table;
  readonly #landed: ReadonlySet<string>;
  readonly #tell: (problem: string) => void;
  /** By open pull: the hash of what was given to it; only where it is certain to which. */
  readonly #given = new Map<string, string>();

  constructor(table: Table, landed: ReadonlySet<string>, tell: (problem: string) => void) {
    this.#table = table;
    this.#landed = landed;
    this.#tell = tell;
    table.watchers.push((change) => this.#watch(change));
  }

  /** Reports leave Infobip. */
  given(source: string, sha256: string, nowMs: number): void {
    const open = openOf(this.#table.get({ partition: `source#${source}`, sort: "state" }, nowMs));
    const candidates = [...open].filter((id) => !this.#given.has(`${source}#${id}`));
    const doubts = this.#table.partition(undefined, "doubt")?.range({}, true, nowMs, 0) ?? [];
    const isInDoubt = [...doubts].some(({ order }) => order.startsWith(`${source}#`));
    if (open.size === 0 && !isInDoubt) this.#tell(`reports of ${source} were taken, and nothing said so`);
    // Where a pull is in doubt, its request may have come late, and these reports may be its own.
    if (candidates.length === 1 && !isInDoubt) this.#given.set(`${source}#${candidates[0]}`, sha256);
  }

  #watch({ key, before, after, by }: Parameters<Watcher>[0]): void {
    if (!key.partition.startsWith("source#") || by.startsWith("reconcile")) return;
    const source = key.partition.slice("source#".length);
    const left = openOf(after);
    for (const id of openOf(before)) {
      const sha256 = this.#given.get(`${source}#${id}`);
      if (left.has(id) || sha256 === undefined || this.#landed.has(sha256)) continue;
      const isInDoubt = this.#table.get(
        { partition: "doubt", sort: `${source}#${id}` },
        Number.MAX_SAFE_INTEGER,
      );
      if (!isInDoubt)
        this.#tell(`a pull of ${source} was closed, and its reports are neither held nor in doubt`);
    }
  }
}

/** Watches the log of pages: which bodies have landed, and that what has landed stays, each page once. */
export function watchLog(landed: Set<string>, tell: (problem: string) => void): Watcher {
  const ids = new Set<string>();
  return ({ key, before, after, isExpiry }) => {
    if (!key.partition.startsWith(LOG_PARTITION)) return;
    const name = `${key.partition} ${key.sort}`;
    if (after && typeof after.sha256 === "string") landed.add(after.sha256);
    if (before && after) tell(`a page was overwritten: ${name}`);
    if (before && !after && !isExpiry) tell(`a page was deleted: ${name}`);
    if (before || !after) return;
    const id = `${key.partition} ${after.id}`;
    if (ids.has(id)) tell(`a page has landed twice: ${name}`);
    ids.add(id);
  };
}

/**
 * Watches how far the log of each source is merged: that never falls, and rises over a page with reports only when readers
 * have been told of them, which comes last.
 */
export function watchMerged(tell: (problem: string) => void): Watcher {
  /** By log: the pages that readers have not been told of, by their places. */
  const untold = new Map<string, Map<number, Item>>();
  const untoldOf = (log: string) => untold.get(log) ?? new Map<number, Item>();
  return ({ key: { partition, sort }, before, after }) => {
    if (partition.startsWith(LOG_PARTITION) && after)
      untold.set(partition, untoldOf(partition).set(Number(sort), after));
    if (partition.startsWith(LOG_PARTITION) && !after) untoldOf(partition).delete(Number(sort));
    if (partition.startsWith(REPORTS_PARTITION) && typeof after?.page === "number")
      untoldOf(LOG_PARTITION + after.source).delete(after.page);
    if (!partition.startsWith(SOURCE_PARTITION)) return;
    const source = partition.slice(SOURCE_PARTITION.length);
    const [from, to] = [Number(before?.merged ?? 0), Number(after?.merged ?? 0)];
    if (to < from) tell(`what is merged of ${source} has fallen from ${from} to ${to}`);
    if (to === from) return;
    const pages = untoldOf(LOG_PARTITION + source);
    for (const [place, page] of [...pages].filter(([place]) => place <= to)) {
      if (hasReports(source, page)) tell(`page ${place} of ${source} counts as merged, and is not`);
      pages.delete(place);
    }
  };
}

/** Of a page that is stored in pieces it is not looked for. */
function hasReports(source: string, { body }: Item): boolean {
  return body instanceof Uint8Array && readPage(gunzipSync(body), sourceNamed(source)).records.length > 0;
}
