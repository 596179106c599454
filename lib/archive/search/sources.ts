import { parseBlock } from "../block.ts";
import type { SettledRun } from "../catalog.ts";
import type { Version } from "../codec.ts";
import { DAY_MS, dayOf, dayStart, momentOfOrder, orderPrefix } from "../keys.ts";
import { exceptionPrefix, runPartition } from "../run.ts";
import { mostlySinceMs } from "./front.ts";
import type { Stretch } from "./plan.ts";
import type { Reader } from "./reader.ts";

/** What a settled block tells about a message. */
export interface SettledVersion {
  readonly version: Version;
  /**
   * The run whose second set it is from. It contains everything that was settled until then, except what the run calls
   * stale.
   */
  readonly run?: SettledRun;
}

/** Settled records that may match a filter, newest first. */
export interface Source {
  /** What is still unread was sent at this moment or before; -Infinity if there is nothing more. */
  readonly frontierMs: number;
  /** Reads on, for about so many records. */
  read(wanted: number): Promise<SettledVersion[]>;
}

interface Stream {
  readonly run: SettledRun;
  /** Since when nearly all of it was sent. */
  readonly mostlySinceMs: number;
  readonly pk: string;
  from: string;
  readonly until: string;
  boundMs: number;
  /** How many records it has in all, and how many may be left. */
  readonly records: number;
  left: number;
}

const RECORDS = 40;
const MOST_BLOCKS = 200;
/** So many times more is read each time that it was not enough. */
const MORE = 4;
/** About so many of a run's records are late ones, where it has any. */
const LATE = 0.1;

/** The number of records of a group in the second set of a run; Infinity if unknown. */
function exceptionsOf({ hasExceptions, exceptions }: SettledRun, group: string): number {
  if (!hasExceptions) return 0;
  return exceptions === undefined ? Infinity : (new Map(exceptions).get(group) ?? 0);
}

/** The second set: what has a status other than DELIVERED, run by run, merged by time. `meet` is called with each run that is read. */
export function exceptionSource(
  runs: readonly SettledRun[],
  group: string,
  { sinceMs, untilMs }: Stretch,
  reader: Reader,
  meet: (run: SettledRun) => Promise<unknown>,
): Source {
  const prefix = exceptionPrefix(group);
  const streams = runs
    .map((run) => ({ run, records: exceptionsOf(run, group) }))
    .filter(({ records }) => records > 0)
    .map(({ run, records }): Stream => {
      // A block may span the whole of a day: one that begins before the end of the range may extend into it.
      const fromMs = Math.min(run.untilMs, endOfDay(untilMs));
      return {
        ...{ run, records, left: records, mostlySinceMs: mostlySinceMs(run, runs) },
        pk: runPartition(run.id),
        from: prefix + orderPrefix(fromMs),
        until: `${prefix}${orderPrefix(Math.max(sinceMs, LEAST_MS))}~`,
        boundMs: fromMs,
      };
    })
    .filter(({ from, until }) => from <= until);
  const frontier = () => streams.reduce((most, { boundMs }) => Math.max(most, boundMs), -Infinity);
  let reads = 0;
  return {
    get frontierMs() {
      return frontier();
    },
    async read(wanted) {
      const more = wanted * MORE ** reads++;
      const reachMs = Math.min(frontier(), reachOf(streams, untilMs, more));
      const chosen = streams.filter(({ boundMs }) => boundMs >= reachMs);
      const countOf = (stream: Stream) => {
        const { most, late } = expectedOf(stream, stream.boundMs, reachMs);
        return Number.isFinite(stream.records) ? most + late : more;
      };
      const [parts] = await Promise.all([
        Promise.all(chosen.map((stream) => readStream(stream, countOf(stream)))),
        Promise.all(chosen.map(({ run }) => meet(run))),
      ]);
      return parts.flat();
    },
  };

  async function readStream(stream: Stream, count: number): Promise<SettledVersion[]> {
    const limit = Math.min(blocksFor(count, stream) + 1, MOST_BLOCKS);
    const { items, last } = await reader.query(stream.pk, stream.from, stream.until, limit);
    if (last === undefined) streams.splice(streams.indexOf(stream), 1);
    else {
      stream.from = `${last}\u0000`;
      stream.boundMs = momentOfOrder(last.slice(prefix.length));
    }
    const versions = items.flatMap((item) => parseBlock(item).versions);
    stream.left -= versions.length;
    return versions.map((version) => ({ version, run: stream.run }));
  }
}

/** The end of the UTC day of a moment. */
function endOfDay(atMs: number): number {
  return Number.isFinite(atMs) ? dayStart(dayOf(atMs)) + DAY_MS - 1 : atMs;
}

/** About how many records: of the moments of which a run has most, and of those of which it has only late ones. */
interface Expected {
  readonly most: number;
  readonly late: number;
}

function expectedOf({ run, mostlySinceMs, records }: Stream, newMs: number, oldMs: number): Expected {
  const share = (sinceMs: number, untilMs: number) => {
    const withinMs = Math.min(newMs, untilMs) - Math.max(oldMs, sinceMs);
    return withinMs <= 0 ? 0 : withinMs / (untilMs - sinceMs);
  };
  const count = (part: number) => (part === 0 ? 0 : part * records);
  return {
    most: count(share(mostlySinceMs, run.untilMs)),
    late: count(LATE * share(run.sinceMs, mostlySinceMs)),
  };
}

/** The moment since which these have about so many records of a range. */
function reachOf(streams: readonly Stream[], untilMs: number, wanted: number): number {
  let newMs = Math.min(untilMs, Math.max(...streams.map(({ boundMs }) => boundMs)));
  let oldMs = Math.min(newMs, ...streams.map(({ run }) => run.sinceMs));
  while (newMs - oldMs > 1_000) {
    const middleMs = (newMs + oldMs) / 2;
    const expected = streams.reduce(
      (sum, stream) => sum + expectedOf(stream, Math.min(stream.boundMs, untilMs), middleMs).most,
      0,
    );
    if (expected >= wanted) oldMs = middleMs;
    else newMs = middleMs;
  }
  return oldMs;
}

/** In how many blocks about so many of the records are that are left; none of them spans more than a day. */
function blocksFor(wanted: number, { run: { sinceMs, untilMs }, left }: Stream): number {
  if (!Number.isFinite(left) || left <= 0) return Math.ceil(wanted / RECORDS);
  const days = Math.ceil((untilMs - sinceMs) / DAY_MS) + 1;
  return Math.ceil(wanted * Math.min(1, 1 / RECORDS + days / left));
}

const LEAST_MS = -62_200_000_000_000;
