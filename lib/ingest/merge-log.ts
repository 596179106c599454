import { WHOLE_OR_REST } from "../infobip/page.ts";
import { type NewPage, nameOf, type Page } from "../log/page-log.ts";
import type { Clock } from "../runtime/clock.ts";
import { isTransient } from "../runtime/dynamodb.ts";
import { type MergedPage, mergePage, mergePages, type PageStores } from "./merge-page.ts";
import type { SourceStates } from "./source-state.ts";

/** What it takes to read and merge a source's log. */
export interface MergeServices extends PageStores {
  readonly states: SourceStates;
  readonly clock: Clock;
  /** How much time this run has left. */
  readonly remainingMs: () => number;
}

export interface MergedLog {
  /** Everything up to this place is merged now. */
  readonly merged: number;
  readonly pages: readonly MergedPage[];
  /** Pages for which there was no time; counted only up to a few. */
  readonly unmerged: number;
}

/** Time to merge a full page, including DynamoDB's retries. */
export const MERGE_MS = 10_000;
const MOST_COUNTED = 20;
/** The most pages that are merged together. Together they are no more work than one full page. */
const MOST_TOGETHER = 16;
const MOST_TOGETHER_BYTES = 400_000;

/**
 * Merges the pages of a source's log after a place, several at a time and without skipping any, and then advances the
 * source's position. Two runs at once do no harm: both merge the same pages, and the position only ever advances.
 */
export async function mergeLog(source: string, after: number, services: MergeServices): Promise<MergedLog> {
  const pages: MergedPage[] = [];
  let merged = after;
  let unmerged = 0;
  for await (const some of groupForMerging(services.log.read(source, after))) {
    if (unmerged > 0 || services.remainingMs() < MERGE_MS) unmerged += some.length;
    else {
      pages.push(...(await finish(some, services)));
      merged = some.at(-1)?.place ?? merged;
    }
    if (unmerged >= MOST_COUNTED) break;
  }
  return { merged, pages, unmerged };
}

/** Groups pages, in order, for merging. The size of a compressed page is that of its content. */
export async function* groupForMerging(pages: AsyncIterable<Page>): AsyncGenerator<Page[]> {
  let some: Page[] = [];
  let bytes = 0;
  for await (const page of pages) {
    const more = Number(page.item.bytes);
    if (some.length > 0 && (some.length >= MOST_TOGETHER || bytes + more > MOST_TOGETHER_BYTES)) {
      yield some;
      [some, bytes] = [[], 0];
    }
    some.push(page);
    bytes += more;
  }
  if (some.length > 0) yield some;
}

/**
 * Appends a page, which makes it safe, and merges it along with any pages that others have appended before it. `after`
 * is a place up to which everything is merged.
 */
export async function landAndMerge(
  source: string,
  page: NewPage,
  { body, after }: { body: Uint8Array; after: number },
  services: MergeServices,
): Promise<MergedLog> {
  const landed = await services.log.append(source, page, body, after);
  if (landed.place > after + 1) return mergeLog(source, after, services);
  return { merged: landed.place, pages: await finish([landed], services), unmerged: 0 };
}

/** Merges pages, and records that in a single write. */
async function finish(pages: readonly Page[], services: MergeServices): Promise<MergedPage[]> {
  const done = await mergeOrSetAsideAll(pages, services);
  const good = pages.filter(
    ({ way }, n) => (way === "pull" || way === "push") && (done[n]?.isReadable ?? false),
  );
  const [first] = pages;
  const [last, lastGood] = [pages.at(-1), good.at(-1)];
  await services.states.close(first?.source ?? "", {
    ids: pages.filter(({ way }) => way === "pull").map(({ id }) => id),
    merged: last?.place ?? 0,
    ...(lastGood ? { goodAtMs: lastGood.atMs } : {}),
  });
  return done;
}

/**
 * Merges pages together. If that fails for good, merges them one by one, so that only the one at fault is set aside.
 */
async function mergeOrSetAsideAll(pages: readonly Page[], services: MergeServices): Promise<MergedPage[]> {
  try {
    return await mergePages(pages, services, services.clock.now());
  } catch (error) {
    if (isTransient(error)) throw error;
  }
  const done: MergedPage[] = [];
  for (const page of pages) done.push(await mergeOrSetAside(page, services));
  return done;
}

/**
 * Merges a page. One that our own code fails on is set aside as a whole, so that it does not block the pages after it.
 */
async function mergeOrSetAside(page: Page, services: MergeServices): Promise<MergedPage> {
  try {
    return await mergePage(page, services, services.clock.now());
  } catch (error) {
    if (isTransient(error)) throw error;
    return setAside(page, services);
  }
}

/** Keeps the page for another attempt. In the meantime the reconciler brings its messages. */
async function setAside(page: Page, { log, quarantine, doubts, clock }: MergeServices): Promise<MergedPage> {
  const { source, id } = page;
  const bytes = await log.load(page).catch((error: unknown) => {
    if (isTransient(error)) throw error;
    // Missing or corrupt in the database: there is nothing left to keep.
    return undefined;
  });
  const reason = "merging it failed in an unforeseen way";
  const entry = { page: nameOf(source, id), source, place: WHOLE_OR_REST, reason, atMs: clock.now() };
  if (bytes) await quarantine.keep(entry, bytes);
  await doubts.raise({ source, id, reason: "set aside" }, clock.now());
  return {
    id,
    count: 0,
    isReadable: false,
    quarantined: Number(bytes !== undefined),
    reports: [],
    events: 0,
    warnings: [],
  };
}
