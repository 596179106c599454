import { WHOLE_OR_REST } from "../infobip/page.ts";
import { type NewPage, nameOf, type Page } from "../log/page-log.ts";
import type { Clock } from "../runtime/clock.ts";
import { isTransient } from "../runtime/dynamodb.ts";
import { type MergedPage, mergePage, mergePages, type PageStores } from "./merge-page.ts";
import type { SourceStates } from "./source-state.ts";

/** What reads a source's log and merges it. */
export interface MergeServices extends PageStores {
  readonly states: SourceStates;
  readonly clock: Clock;
  /** How long this run may still take. */
  readonly remainingMs: () => number;
}

export interface MergedLog {
  /** The place up to which all is merged now. */
  readonly merged: number;
  readonly pages: readonly MergedPage[];
  /** Pages that there was no time for; counted up to a few. */
  readonly unmerged: number;
}

/** Time to merge a full page, DynamoDB's retries included. */
export const MERGE_MS = 10_000;
const MOST_COUNTED = 20;
/** Pages that are merged together: together not more work than one full page. */
const MOST_TOGETHER = 16;
const MOST_TOGETHER_BYTES = 400_000;

/**
 * Merges what stands in a source's log after a place, some pages at a time and without leaving one out, and moves the source's
 * position after them. Two at once do no harm: both merge the same, and the position only rises.
 */
export async function mergeLog(source: string, after: number, services: MergeServices): Promise<MergedLog> {
  const pages: MergedPage[] = [];
  let merged = after;
  let unmerged = 0;
  for await (const some of together(services.log.read(source, after))) {
    if (unmerged > 0 || services.remainingMs() < MERGE_MS) unmerged += some.length;
    else {
      pages.push(...(await finish(some, services)));
      merged = some.at(-1)?.place ?? merged;
    }
    if (unmerged >= MOST_COUNTED) break;
  }
  return { merged, pages, unmerged };
}

/** The pages in their order, some at a time. A page that came compressed is as much work as what is in it. */
export async function* together(pages: AsyncIterable<Page>): AsyncGenerator<Page[]> {
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
 * Lands a page, which makes it safe, and merges it with whatever others have landed before it. `after` is a place up to
 * which all is merged.
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

/** Merges pages, and then says so in one write. */
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

/** Merges pages together; if anything goes wrong that will not pass, one by one, so that only the one it lies in is set aside. */
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

/** Merges a page; one that our own code stumbles over is set aside whole, so that it does not block those behind it. */
async function mergeOrSetAside(page: Page, services: MergeServices): Promise<MergedPage> {
  try {
    return await mergePage(page, services, services.clock.now());
  } catch (error) {
    if (isTransient(error)) throw error;
    return setAside(page, services);
  }
}

/** Keeps the page for another try. The reconciler brings its messages meanwhile. */
async function setAside(page: Page, { log, quarantine, doubts, clock }: MergeServices): Promise<MergedPage> {
  const { source, id } = page;
  const bytes = await log.load(page).catch((error: unknown) => {
    if (isTransient(error)) throw error;
    // Gone or spoilt in the database: there is nothing to keep.
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
