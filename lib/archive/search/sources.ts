import { parseBlock } from "../block.ts";
import type { SettledRun } from "../catalog.ts";
import type { Version } from "../codec.ts";
import { DAY_MS, momentOfOrder, orderPrefix } from "../keys.ts";
import { exceptionPrefix, runPartition } from "../run.ts";
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
  readonly pk: string;
  from: string;
  readonly until: string;
  boundMs: number;
  /** How many records may be left in it. */
  left: number;
}

const RECORDS = 40;
const MOST_BLOCKS = 200;

/** The number of records of a group in the second set of a run; Infinity if unknown. */
function exceptionsOf({ hasExceptions, exceptions }: SettledRun, group: string): number {
  if (!hasExceptions) return 0;
  return exceptions === undefined ? Infinity : (new Map(exceptions).get(group) ?? 0);
}

/** The second set: what has a status other than DELIVERED, run by run, merged by time. */
export function exceptionSource(
  runs: readonly SettledRun[],
  group: string,
  { sinceMs, untilMs }: Stretch,
  reader: Reader,
): Source {
  const prefix = exceptionPrefix(group);
  const streams = runs
    .map((run) => ({ run, left: exceptionsOf(run, group) }))
    .filter(({ left }) => left > 0)
    .map(({ run, left }): Stream => {
      // A block of the second set may span a whole day: one that begins before the end of the range may extend into it.
      const fromMs = Math.min(run.untilMs, untilMs + DAY_MS);
      const firstMs = Math.max(sinceMs, LEAST_MS);
      return {
        run,
        pk: runPartition(run.id),
        from: prefix + orderPrefix(fromMs),
        until: `${prefix}${orderPrefix(firstMs)}~`,
        boundMs: fromMs,
        left,
      };
    })
    .filter(({ from, until }) => from <= until);
  const frontier = () => streams.reduce((most, { boundMs }) => Math.max(most, boundMs), -Infinity);
  return {
    get frontierMs() {
      return frontier();
    },
    async read(wanted) {
      const parts = await Promise.all(chosenFor(wanted).map(([stream, share]) => readStream(stream, share)));
      return parts.flat();
    },
  };

  /**
   * The streams at the frontier, and the next ones as well, until together they should have the wanted number of
   * records; with the number wanted from each.
   */
  function chosenFor(wanted: number): [Stream, number][] {
    const frontierMs = frontier();
    const chosen: [Stream, number][] = [];
    let sum = 0;
    for (const stream of [...streams].sort((a, b) => b.boundMs - a.boundMs)) {
      if (stream.boundMs < frontierMs && sum >= wanted) break;
      chosen.push([stream, Math.max(0, wanted - sum)]);
      sum += Number.isFinite(stream.left) ? Math.max(0, stream.left) : 0;
    }
    return chosen;
  }

  async function readStream(stream: Stream, wanted: number): Promise<SettledVersion[]> {
    const limit = Math.min(blocksFor(Math.max(0, Math.min(wanted, stream.left)), stream) + 1, MOST_BLOCKS);
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

/** In how many blocks about so many of the records are that are left; none of them spans more than a day. */
function blocksFor(wanted: number, { run: { sinceMs, untilMs }, left }: Stream): number {
  if (!Number.isFinite(left) || left <= 0) return Math.ceil(wanted / RECORDS);
  const days = Math.ceil((untilMs - sinceMs) / DAY_MS) + 1;
  return Math.ceil(wanted * Math.min(1, 1 / RECORDS + days / left));
}

const LEAST_MS = -62_200_000_000_000;
