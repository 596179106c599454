import { epochMsOf } from "../../message/record.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import type { Database } from "../../runtime/dynamodb.ts";
import { CATALOG_KEY, parseCatalog } from "../catalog.ts";
import { DAYS_KEY, parseDays } from "../days.ts";
import { type Key, orderKey } from "../keys.ts";
import { parseRunValues, RUN_VALUES_KEY } from "../run-values.ts";
import { Collector, type SearchAnswer } from "./answer.ts";
import { runsFor, runsWithin, walkCandidates } from "./candidates.ts";
import type { Filter } from "./filters.ts";
import { freshShare } from "./fresh-candidates.ts";
import { IndexReader } from "./index-reader.ts";
import { isIndexCheaper, type Odds, shareOf } from "./odds.ts";
import { type Plan, plan, rangeOf, stretchOf } from "./plan.ts";
import { Budget, Reader } from "./reader.ts";
import { walkDays } from "./walk.ts";

export type { SearchAnswer } from "./answer.ts";

export interface SearchLimits {
  /** The read units that one query may consume. */
  readonly units: number;
  /** The milliseconds that one query may take. */
  readonly timeoutMs: number;
}

/**
 * Finds the newest `limit` records that match a filter, after an order key if one is given. Reads as little as possible
 * and stops at the limits: then it returns what it has, and where to continue.
 */
export async function search(
  db: Database,
  request: { filter: Filter; limit: number; after?: string },
  limits: SearchLimits,
  now: () => number,
  clock: Clock = { ...systemClock, now },
): Promise<SearchAnswer> {
  const { filter, limit, after } = request;
  const budget = new Budget(limits, now);
  const answer = new Collector({ filter, limit, range: rangeOf(filter, after), nowMs: now() }, budget);
  if (answer.range.from > answer.range.until || isForbidden(filter)) return answer.found();
  const reader = new Reader(db, budget, clock);
  const chosen = plan(filter);
  const isOfValues = chosen.kind === "values" && chosen.exception === undefined;
  // They are adjacent in one partition: as a range they cost what their bytes do, instead of half a unit each.
  const last = isOfValues ? RUN_VALUES_KEY : DAYS_KEY;
  const roots = await reader.queryWhole({ ...CATALOG_KEY, from: CATALOG_KEY.sk, until: last.sk });
  const rootOf = (key: Key) => roots.find(({ sk }) => sk === key.sk);
  const index = new IndexReader(
    reader,
    parseCatalog(rootOf(CATALOG_KEY)),
    now(),
    parseRunValues(rootOf(RUN_VALUES_KEY)),
  );
  await gather(chosen, answer, [...parseDays(rootOf(DAYS_KEY)).keys()], index, reader);
  return answer.found();
}

async function gather(
  chosen: Plan,
  answer: Collector,
  days: readonly string[],
  index: IndexReader,
  reader: Reader,
): Promise<void> {
  if (chosen.kind === "messages") {
    const versions = await index.messages(answer.filter.messageId ?? [], ({ record }) =>
      answer.momentsMs.add(epochMsOf(record.sentAt)),
    );
    answer.add(versions.map((version) => ({ version, order: orderKey(version.record) })));
    return;
  }
  const odds =
    chosen.kind === "values" && chosen.exception === undefined
      ? await oddsOf(chosen, index, answer)
      : undefined;
  if (chosen.kind === "none" || (odds && !isIndexCheaper(odds))) {
    await walkDays(days, index, reader, answer, odds && shareOf(odds));
  } else {
    await walkCandidates(chosen, index, reader, answer);
  }
}

/** What the index tells of the values that are asked for. */
async function oddsOf(chosen: Plan, index: IndexReader, { range, missing }: Collector): Promise<Odds> {
  const stretch = stretchOf(range);
  const [settled, fresh] = await Promise.all([
    index.settledNumbers(runsFor(chosen, index, stretch), chosen.alternatives),
    freshShare(chosen, index, stretch),
  ]);
  const within = runsWithin(index, stretch);
  return {
    wanted: missing,
    settled: {
      blocks: within.reduce((sum, { blocks }) => sum + blocks, 0),
      records: within.reduce((sum, { records }) => sum + records, 0),
      holding: [...settled.values()].reduce((sum, numbers) => sum + numbers.size, 0),
    },
    fresh,
  };
}

/** Does the query ask for a channel or sender that its client may not see? */
function isForbidden({ from, channel, amongSenders, amongChannels }: Filter): boolean {
  const isOutside = (value: string | undefined, among: readonly string[] | undefined) =>
    value !== undefined && among !== undefined && !among.includes(value);
  return isOutside(from, amongSenders) || isOutside(channel, amongChannels);
}
