import { keyOfRef } from "../archive/block-ref.ts";
import type { FreshPage } from "../archive/fresh.ts";
import type { IndexReader } from "../archive/search/index-reader.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { type Cube, cubeOf } from "./cube.ts";
import { encodeCube, plainBytes } from "./cube-codec.ts";
import { isForBundle, isLasting, mayLackMinutes } from "./due.ts";
import { type HourBlocks, type HourRecords, recordsOfHour } from "./hour-records.ts";
import { dayStartOf, HOUR_MS, hourName, hourOf } from "./periods.ts";
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

export interface HourServices {
  readonly db: Database;
  readonly clock: Clock;
  readonly blocks: HourBlocks;
  /** When counting began: the blocks may have been read since. */
  readonly countedAtMs: number;
  readonly index: IndexReader;
  readonly moves: Moves;
  /** Lists a day as one to build, before a cube of it is put; false if somebody else has put another state. */
  readonly listDay: (dayMs: number) => Promise<boolean>;
}

const SERIES_MS = 26 * HOUR_MS;

interface HourToCount {
  readonly hourMs: number;
  /** Its cube as it was read. */
  readonly stored: PackedCube | undefined;
  /** Is it to be stored again? Perhaps only if it has too many messages to wait for its day, or does not last so long. */
  readonly isStored: boolean | "unless few";
  /** Will every next turn count it until it is over? Then alerts get its minutes from these, and none are stored. */
  readonly isRunning: boolean;
  readonly pages: readonly FreshPage[];
}

/**
 * Counts an hour. If asked to, stores its cube unless it is unchanged; undefined if somebody else has stored another
 * since `stored` was read. If a block of a page does not exist yet, the page is not listed as counted, and its hour is
 * counted again. `isLeft`: it waits until it is stored with its day.
 */
export async function countHour(
  hour: HourToCount,
  services: HourServices,
): Promise<(HourCount & { readonly isLeft: boolean }) | undefined> {
  const { hourMs, isStored } = hour;
  const found = await readHour(hourMs, services);
  const { cube, finalFromMs, messages } = found;
  const counted = found.series ? { cube, series: found.series } : { cube };
  if (!isStored) return { ...counted, isLeft: false };
  if (isStored === "unless few" && messages > 0) {
    const plain = plainBytes(cube);
    if (isForBundle({ messages, plain }) && isLasting({ startMs: hourMs, finalFromMs }))
      return { ...counted, isLeft: true };
    if (!(await services.listDay(dayStartOf(hourMs)))) return undefined;
  }
  return (await storeHour(found, hour, services)) ? { ...counted, isLeft: false } : undefined;
}

/** What is in the archive about an hour. */
export interface FoundHour extends HourCount, Pick<HourRecords, "names"> {
  readonly messages: number;
  readonly finalFromMs: number;
}

export async function readHour(
  hourMs: number,
  { blocks, index, moves, countedAtMs }: Pick<HourServices, "blocks" | "index" | "moves" | "countedAtMs">,
): Promise<FoundHour> {
  const { records, names, finalFromMs } = await recordsOfHour(hourMs, blocks, index, moves);
  const found = {
    ...{ cube: cubeOf(records), names, messages: records.length },
    finalFromMs: Math.min(finalFromMs, MOST_MS),
  };
  return countedAtMs - hourMs < SERIES_MS ? { ...found, series: seriesOf(records, hourMs) } : found;
}

/** Stores an hour by itself, unless it is unchanged; false if somebody else has stored another. */
export async function storeHour(
  { cube, series, names, messages, finalFromMs }: FoundHour,
  { hourMs, stored, isRunning, pages }: Omit<HourToCount, "isStored">,
  { db, clock, countedAtMs }: Pick<HourServices, "db" | "clock" | "countedAtMs">,
): Promise<boolean> {
  const counted = new Set(pages.filter((page) => isWhole(page, hourMs, names)).map(({ sk }) => pageName(sk)));
  // There is nothing to store about an empty hour.
  const isNews = stored ? !isSame(stored, cube, counted) : messages > 0;
  const lacksMinutes = stored !== undefined && mayLackMinutes(stored);
  if (series && !isRunning && (isNews || lacksMinutes)) await putSeries(db, series, clock);
  if (!isNews) return true;
  const put = { startMs: hourMs, before: stored, cube, counted, countedAtMs, messages, finalFromMs };
  return putCube(db, "hour", hourName(hourMs), put, clock);
}

/** A moment that never comes, for an hour without messages. */
const MOST_MS = 253_402_300_799_000;

/** Are all blocks of this hour that a page brought among these? */
export function isWhole({ refs }: FreshPage, hourMs: number, blocks: ReadonlySet<string>): boolean {
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
