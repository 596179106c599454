import type { SettledRun } from "../catalog.ts";
import type { Version } from "../codec.ts";
import { identityOf, momentOfOrder, orderKey, orderPrefix } from "../keys.ts";
import { mayHold } from "../run-values.ts";
import { messageTerm } from "../terms.ts";
import type { Collector, Placed } from "./answer.ts";
import { blockSource } from "./block-source.ts";
import { meetsIds } from "./filters.ts";
import { freshCandidates, freshRefsOf } from "./fresh-candidates.ts";
import type { IndexReader } from "./index-reader.ts";
import { type Plan, type Stretch, stretchOf } from "./plan.ts";
import type { Reader } from "./reader.ts";
import { exceptionSource, type SettledVersion, type Source } from "./sources.ts";

/** So many matches are counted on in each block that is not settled. */
const FRESH_EACH = 2;

/** Reads what the index leads to, newest first, until the answer is full or the budget is spent. */
export async function walkCandidates(
  chosen: Plan,
  index: IndexReader,
  reader: Reader,
  answer: Collector,
): Promise<void> {
  const pool = new Map<string, Placed>();
  const put = (version: Version) =>
    pool.set(identityOf(version.record), { version, order: orderKey(version.record) });
  const readOn = async (source: Source, wanted = answer.missing) => {
    // Whether there is more to know is asked at the same time as the blocks are read, which saves a round.
    const [versions] = await Promise.all([source.read(wanted), index.again(), index.freshMessages()]);
    return whole(versions, chosen, index, answer);
  };
  const refs = freshRefsOf(chosen, index);
  const open = async () => {
    const [source, { early }] = await Promise.all([openSource(chosen, index, reader, answer), refs]);
    const { sinceMs, untilMs } = stretchOf(answer.range);
    const within = early.filter(({ oldestMs, newestMs }) => oldestMs <= untilMs && newestMs >= sinceMs);
    // If what is not settled will not be enough, there is no need to wait for it, and for what else is known of what came late. Each of
    // its blocks has a match.
    const isFew = within.length * FRESH_EACH < answer.missing && source.frontierMs > -Infinity;
    return { source, settled: isFew ? await readOn(source, answer.missing - within.length) : [] };
  };
  const [fresh, { source, settled }] = await Promise.all([
    refs.then((chosenRefs) => freshCandidates(answer.filter, chosen, chosenRefs, index)),
    open(),
  ]);
  for (const version of [...fresh, ...settled]) put(version);
  for (;;) {
    answer.add(takeAfter(pool, source.frontierMs));
    if (answer.missing <= 0 || source.frontierMs === -Infinity) return;
    const reached = orderPrefix(source.frontierMs);
    if (answer.budget.isSpent() && reached > answer.range.from) return answer.cut(reached);
    for (const version of await readOn(source)) put(version);
  }
}

async function openSource(
  chosen: Plan,
  index: IndexReader,
  reader: Reader,
  answer: Collector,
): Promise<Source> {
  const stretch = stretchOf(answer.range);
  if (chosen.exception !== undefined)
    return exceptionSource(runsWithin(index, stretch), chosen.exception, stretch, reader, (run) =>
      index.stale(run),
    );
  const runs = runsFor(chosen, index, stretch);
  const numbers = await index.settledNumbers(runs, chosen.alternatives);
  const isMatch = (version: Version) => answer.isMatch({ version, order: orderKey(version.record) });
  const [source] = await Promise.all([
    blockSource(numbers, stretch, index.get, isMatch, answer.missing),
    // What is settled will be asked for in what is not.
    numbers.size > 0 ? index.freshMessages() : undefined,
  ]);
  return source;
}

/** The runs that may contain matches in a range. */
export function runsFor({ valueConditions }: Plan, index: IndexReader, stretch: Stretch): SettledRun[] {
  return runsWithin(index, stretch).filter((run) => mayHold(run, index.runValues, valueConditions));
}

/** The runs that may contain anything in a range. */
export function runsWithin({ runs }: IndexReader, { sinceMs, untilMs }: Stretch): SettledRun[] {
  return runs.filter((run) => run.sinceMs <= untilMs && run.untilMs >= sinceMs);
}

/**
 * Those of the settled versions that may match, with everything that is known about them. A settled block contains
 * everything that was settled about a message before it; what was settled or has arrived since is looked up.
 */
async function whole(
  versions: readonly SettledVersion[],
  chosen: Plan,
  index: IndexReader,
  answer: Collector,
): Promise<Version[]> {
  const isCandidate = ({ version }: SettledVersion) =>
    chosen.kind === "ids"
      ? meetsIds(answer.filter, version.record)
      : answer.mayMatch({ version, order: orderKey(version.record) });
  const candidates = versions.filter(isCandidate);
  if (candidates.length === 0) return [];
  const fresh = await index.freshMessages();
  const byRun = await Promise.all(
    [...Map.groupBy(candidates, ({ run }) => run)].map(async ([run, own]) => {
      const since = await (run ? index.settledSince(run) : index.again());
      return own.filter(({ version: { record } }) => {
        const term = messageTerm(record.messageId);
        return since.has(term) || fresh.some(({ terms }) => terms.has(term));
      });
    }),
  );
  const doubtful = new Set(byRun.flatMap((own) => own.map(({ version }) => version)));
  return index.settledCompleted(
    candidates.map(({ version }) => version),
    (version) => doubtful.has(version),
  );
}

/** Removes what was sent after the frontier from the pool. */
function takeAfter(pool: Map<string, Placed>, frontierMs: number): Placed[] {
  const taken: Placed[] = [];
  for (const [id, one] of pool) {
    if (momentOfOrder(one.order) <= frontierMs) continue;
    taken.push(one);
    pool.delete(id);
  }
  return taken;
}
