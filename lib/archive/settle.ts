import { getAll, putAll } from "../runtime/batch.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { sha256 } from "../runtime/hash.ts";
import { type NewBlock, packBlocks, SETTLED } from "./block.ts";
import { type Catalog, commitCatalog, loadCatalog } from "./catalog.ts";
import { Days } from "./days.ts";
import { earlierVersions } from "./earlier.ts";
import { type FreshPage, SETTLE_AFTER_MS } from "./fresh.ts";
import { DAY_SECONDS, type Item } from "./keys.ts";
import { mergeRuns, type SettleServices } from "./merge-runs.ts";
import { type PageBlocks, readPages, replacedKeys } from "./page-blocks.ts";
import { contentOf, replacedItem, runItems } from "./run.ts";
import { noteValues, valuesIn } from "./run-values.ts";
import { messageTerm } from "./terms.ts";
import { emptyTrash, writeTrash } from "./trash.ts";
import { chooseReady, waitingPages } from "./waiting.ts";

/** What a run of settling did, for the metrics. */
export interface Settled {
  readonly pages: number;
  readonly records: number;
  readonly blocks: number;
  readonly mergedRuns: number;
  /** How many pages are still waiting, and how long the oldest has been. */
  readonly waitingPages: number;
  readonly waitingSeconds: number;
  /** How many runs a look-up has to ask. */
  readonly runs: number;
}

const STEP_MS = 60_000;

/**
 * Settles what is old enough: reads the blocks of fresh pages, merges what is known about each message, writes the
 * merged blocks and their index, and puts them into the catalog. What they replace is deleted by a later run. It may
 * die anywhere, run twice, and run twice at once: until a run is in the catalog nobody reads it, and its blocks only
 * repeat what others contain. `afterMs` 0 settles everything at once.
 */
export async function settle(services: SettleServices, afterMs = SETTLE_AFTER_MS): Promise<Settled> {
  const { db, clock, remainingMs } = services;
  const sum = { pages: 0, records: 0, blocks: 0, mergedRuns: 0 };
  let catalog = await loadCatalog(db);
  const forgotten = new Set(await emptyTrash(db, catalog, clock, services.mayForget));
  const nowSeconds = clock.now() / 1000;
  const kept = {
    runs: catalog.runs.filter(({ expiresAt }) => expiresAt > nowSeconds),
    trash: catalog.trash.filter(({ name }) => !forgotten.has(name)),
  };
  const isShorter = forgotten.size > 0 || kept.runs.length < catalog.runs.length;
  if (isShorter && !(await commitCatalog(db, { ...catalog, ...kept })))
    return summary(sum, [], catalog, clock);
  if (isShorter) catalog = { ...kept, n: catalog.n + 1 };
  let waiting = await waitingPages(db, catalog, clock);
  const made = new Map<string, ReadonlySet<number>>();
  for (;;) {
    const ready = chooseReady(waiting, clock.now(), afterMs);
    if (ready.length === 0 || remainingMs() < STEP_MS) break;
    const read = await readPages(ready, db, clock);
    const tried = new Set(ready);
    waiting = waiting.filter((page) => !tried.has(page));
    // Only incomplete pages: settling them would replace nothing, under the same name each time.
    if (read.pages.size === 0) continue;
    const step = await settlePages(read, catalog, services);
    if (!step) return summary(sum, waiting, catalog, clock);
    catalog = step.catalog;
    sum.pages += read.pages.size;
    sum.records += step.records;
    sum.blocks += step.blocks;
    made.set(step.id, step.values);
  }
  const { catalog: merged, groups } = await mergeRuns(catalog, services);
  if (made.size > 0 || groups.size > 0) await noteValues(db, merged, { made, groups });
  sum.mergedRuns = catalog.runs.length - merged.runs.length;
  await forgetDays(db, nowSeconds);
  return summary(sum, waiting, merged, clock);
}

function summary(
  sum: Pick<Settled, "pages" | "records" | "blocks" | "mergedRuns">,
  waiting: readonly FreshPage[],
  { runs }: Catalog,
  clock: Clock,
): Settled {
  const oldestMs = waiting.reduce((least, { appendedAtMs }) => Math.min(least, appendedAtMs), clock.now());
  return {
    ...sum,
    waitingPages: waiting.length,
    waitingSeconds: (clock.now() - oldestMs) / 1000,
    runs: runs.length,
  };
}

interface SettlingStep {
  readonly id: string;
  /** The values in its run, for searches (run-values.ts). */
  readonly values: ReadonlySet<number>;
  readonly catalog: Catalog;
  readonly records: number;
  readonly blocks: number;
}

/** Settles these pages into one run; undefined if another settling was faster. */
async function settlePages(
  { pages, moved, versions }: PageBlocks,
  catalog: Catalog,
  { db, clock, noteMoved }: SettleServices,
): Promise<SettlingStep | undefined> {
  const earlier = await earlierVersions(versions, catalog.runs, (keys) =>
    getAll(db, keys, clock, { consistent: true }),
  );
  const alive = earlier.changed;
  // The fresh block at the other moment still exists for a while, so readers must know.
  const terms = new Set(moved.map(({ messageId }) => messageTerm(messageId)));
  const known = { again: earlier.again.union(terms), moved: earlier.moved.union(terms) };
  const { blocks } = packBlocks(alive, SETTLED);
  const id = sha256(
    JSON.stringify([blocks.map(({ item }) => item.sk), [...pages].map(({ sk }) => sk)]),
  ).slice(0, 12);
  const content = contentOf(blocks, known);
  // Even a run that only marks messages is needed until what it replaces is gone.
  const expiresAt = Math.max(content.expiresAt, Math.ceil(clock.now() / 1000) + DAY_SECONDS);
  const { run, items } = runItems(id, { ...content, expiresAt });
  await ensureDays(new Days(db), blocks);
  const replaced = replacedItem(
    id,
    [...pages].map(({ sk }) => sk),
    expiresAt,
  );
  await putAll(db, [...blocks.map(({ item }): Item => item), ...items, replaced], clock);
  // From here on only the merged blocks tell about them, at one moment each.
  await noteMoved?.([...moved, ...earlier.moments.moved()]);
  const isRun = blocks.length > 0 || known.again.size > 0;
  const names = await writeTrash(db, id, { keys: replacedKeys(pages), runs: [] }, clock);
  const put = names.map((name, n) => ({ name, atMs: clock.now(), ...(n === 0 ? { replacedBy: id } : {}) }));
  const trash = [...catalog.trash, ...put];
  const next = { n: catalog.n, trash, runs: isRun ? [...catalog.runs, run] : catalog.runs };
  if (!(await commitCatalog(db, next))) return undefined;
  const values = valuesIn(blocks.flatMap(({ known }) => known));
  return {
    id,
    values,
    catalog: { ...next, n: next.n + 1 },
    records: alive.length,
    blocks: blocks.length,
  };
}

async function ensureDays(days: Days, blocks: readonly NewBlock[]): Promise<void> {
  for (const [pk, all] of Map.groupBy(blocks, ({ item }) => item.pk)) {
    await days.ensure(pk.slice(2), Math.max(...all.map(({ item }) => item.e)));
  }
}

/** Removes days in which nothing has been served for a day or more. */
async function forgetDays(db: Database, nowSeconds: number): Promise<void> {
  const days = new Days(db);
  for (const [day, until] of await days.load()) {
    if (until < nowSeconds - DAY_SECONDS) await days.remove(day, until);
  }
}
