import { keyOfRef } from "../archive/block-ref.ts";
import type { FreshPage } from "../archive/fresh.ts";
import type { IndexReader } from "../archive/search/index-reader.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { type Cube, cubeOf } from "./cube.ts";
import { encodeCube } from "./cube-codec.ts";
import { mayLackMinutes } from "./due.ts";
import { type HourBlocks, recordsOfHour } from "./hour-records.ts";
import { HOUR_MS, hourName, hourOf } from "./periods.ts";
import { putCube } from "./put-cube.ts";
import { type Series, seriesOf } from "./series.ts";
import { putSeries } from "./series-store.ts";
import { type PackedCube, pageName } from "./stored.ts";
import type { Moves } from "./unsettled-moves.ts";

/** An hour as it was just counted. */
export interface HourCount {
  readonly cube: Cube;
  /** By minute, for hours that began within the last 26 hours: used by alerts. */
  readonly series?: Series;
}

interface HourServices {
  readonly db: Database;
  readonly clock: Clock;
  readonly blocks: HourBlocks;
  /** When counting began: the blocks may have been read since. */
  readonly countedAtMs: number;
  readonly index: IndexReader;
  readonly moves: Moves;
}

const SERIES_MS = 26 * HOUR_MS;

interface HourToCount {
  readonly hourMs: number;
  /** Its cube as it was read. */
  readonly stored: PackedCube | undefined;
  /** Is it to be stored again? */
  readonly isStored: boolean;
  /** Will every next turn count it until it is over? Then alerts get its minutes from these, and none are stored. */
  readonly isRunning: boolean;
  readonly pages: readonly FreshPage[];
}

/**
 * Counts an hour. If asked to, stores its cube unless it is unchanged; undefined if somebody else has stored another
 * since `stored` was read. If a block of a page does not exist yet, the page is not listed as counted, and its hour is
 * counted again.
 */
export async function countHour(
  { hourMs, stored, isStored, isRunning, pages }: HourToCount,
  { db, clock, blocks, countedAtMs, index, moves }: HourServices,
): Promise<HourCount | undefined> {
  const { records, names, finalFromMs } = await recordsOfHour(hourMs, blocks, index, moves);
  const cube = cubeOf(records);
  const counted = new Set(pages.filter((page) => isWhole(page, hourMs, names)).map(({ sk }) => pageName(sk)));
  const isSeriesKept = countedAtMs - hourMs < SERIES_MS;
  const result: HourCount = isSeriesKept ? { cube, series: seriesOf(records, hourMs) } : { cube };
  if (!isStored) return result;
  // There is nothing to store about an empty hour.
  const isNews = stored ? !isSame(stored, cube, counted) : records.length > 0;
  const lacksMinutes = stored !== undefined && mayLackMinutes(stored);
  if (result.series && !isRunning && (isNews || lacksMinutes)) await putSeries(db, result.series, clock);
  if (!isNews) return result;
  const name = hourName(hourMs);
  const put = {
    ...{ startMs: hourMs, before: stored, cube, counted, countedAtMs },
    ...{ messages: records.length, finalFromMs: Math.min(finalFromMs, MOST_MS) },
  };
  if (!(await putCube(db, "hour", name, put, clock))) return undefined;
  return result;
}

/** A moment that never comes, for an hour without messages. */
const MOST_MS = 253_402_300_799_000;

/** Are all blocks of this hour that a page brought among these? */
function isWhole({ refs }: FreshPage, hourMs: number, blocks: ReadonlySet<string>): boolean {
  return refs
    .filter(({ oldestMs, newestMs }) => hourOf(oldestMs) <= hourMs && hourMs <= hourOf(newestMs))
    .map(keyOfRef)
    .every(({ pk, sk }) => blocks.has(`${pk} ${sk}`));
}

/** Is there nothing to store? Names of pages that no longer exist do no harm. */
function isSame(stored: PackedCube, cube: Cube, counted: ReadonlySet<string>): boolean {
  return (
    !stored.isBroken &&
    counted.isSubsetOf(stored.counted) &&
    Buffer.compare(encodeCube(cube), stored.packed()) === 0
  );
}
