import { earliestOf } from "./position.ts";
import type { Positions } from "./positions.ts";
import { keptUntilMs, type ReportIndex } from "./report-index.ts";
import type { Stream } from "./streams.ts";

/** How far behind a client is in a stream. */
export interface Lag {
  readonly client: string;
  readonly stream: Stream;
  /** The number of pages that it has not read or not acknowledged. */
  readonly pages: number;
  /** How long the oldest of them has been waiting; 0 if there is none. */
  readonly lagMs: number;
  /** How long until the oldest of them expires; undefined if there is none, negative if it has expired. */
  readonly leftMs?: number;
}

/** The lag of every client in every stream that it has ever read. */
export async function* lags(positions: Positions, index: ReportIndex, nowMs: number): AsyncGenerator<Lag> {
  for await (const { client, stream, reading } of positions.list())
    yield lagOf({ client, stream, place: earliestOf(reading).place }, index, nowMs);
}

/** The lag of a client that has read up to a place. */
export async function lagOf(
  { client, stream, place }: { client: string; stream: Stream; place: number },
  index: ReportIndex,
  nowMs: number,
): Promise<Lag> {
  const [[first], tail] = await Promise.all([index.from(stream, place), index.tail(stream)]);
  const pages = Math.max(0, tail.place + 1 - place);
  if (pages === 0 || !first) return { client, stream, pages, lagMs: 0 };
  const leftMs = keptUntilMs(first) - nowMs;
  return { client, stream, pages, lagMs: Math.max(0, nowMs - first.atMs), leftMs };
}

/** How far behind the readers are, as metrics; empty as long as nobody has ever read. */
export interface ReaderFigures {
  /** The longest time that a page has been waiting for a reader. */
  readonly readerLagSeconds: number;
  /** The same as a share of the retention: at 100, pages expire before somebody has read them. */
  readonly readerLagPercent: number;
}

/** The metrics of the reader that is furthest behind; undefined if there is none. */
export function readerFigures(list: readonly Lag[]): ReaderFigures | undefined {
  if (list.length === 0) return undefined;
  const percents = list.map(({ lagMs, leftMs = 0 }) =>
    lagMs === 0 ? 0 : Math.min(100, (100 * lagMs) / Math.max(1, lagMs + Math.max(0, leftMs))),
  );
  return {
    readerLagSeconds: Math.round(Math.max(...list.map(({ lagMs }) => lagMs)) / 1000),
    readerLagPercent: Math.round(Math.max(...percents)),
  };
}
