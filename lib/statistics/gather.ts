import pMap from "p-map";
import { IndexReader } from "../archive/search/index-reader.ts";
import { Budget, Reader } from "../archive/search/reader.ts";
import type { SearchLimits } from "../archive/search/search.ts";
import { epochMsOf } from "../message/record.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { type Cells, cellsOf } from "./cells.ts";
import { cubeOf } from "./cube.ts";
import type { Needs } from "./cube-codec.ts";
import { type LooksAt, readDays, readHoursBetween, readKnown } from "./cubes-for-answers.ts";
import { type CubeKnowledge, chooseSource } from "./freshness.ts";
import { HourBlocks, recordsOfHour } from "./hour-records.ts";
import { DAY_MS, dayName, dayStartOf, HOUR_MS, hourName, hourOf } from "./periods.ts";
import type { PackedCube } from "./stored.ts";

/** What cubes are asked for: a range of whole hours (of whole minutes for `minute`), without its end. */
export interface CubeQuestion {
  readonly sinceMs: number;
  readonly untilMs: number;
  /** The finest unit needed in the answer: days take fewer items than hours. */
  readonly grain: "minute" | "hour" | "day";
  readonly needs: Needs;
  readonly looksAt: LooksAt;
}

/** Receives the counts of a range that begins at this moment. */
type OnCells = (startMs: number, cells: Cells) => void;

export interface Gathered {
  /** For some hours more may be known by now: they are as of this moment. */
  readonly asOfMs?: number;
  /** The limits were reached, so that the oldest hours are missing; or records are gone that only knew minutes. */
  readonly isIncomplete: boolean;
  readonly spentUnits: number;
}

const CONCURRENCY = 8;
/** For so few days, hours are read by queries of so many each; for more days, one query per day is enough at a time. */
const FEW_DAYS = 2;
const FEW_HOURS = 6;
const MINUTE_MS = 60_000;

/**
 * Returns the cubes of a range, each with the moment at which it begins: stored ones if they are complete, and
 * otherwise from the archive itself, newest first until the limits are reached. All reads get the newest data.
 */
export async function gather(
  db: Database,
  asked: CubeQuestion,
  limits: SearchLimits,
  now: () => number,
  onCells: OnCells,
): Promise<Gathered> {
  const clock: Clock = { ...systemClock, now };
  const budget = new Budget(limits, now);
  const reader = new Reader(db, budget, clock);
  const known = await readKnown(reader, now());
  const days = daysOf(asked).reverse();
  const hoursAtOnce = days.length > FEW_DAYS ? 24 : FEW_HOURS;
  const index = new IndexReader(reader, known.catalog, now());
  let [isIncomplete, asOfMs] = [false, Infinity];
  const live = (hourMs: number) => readLive(hourMs, asked, { reader, index, known }, onCells);
  const stored =
    asked.grain === "day" ? await readDays(reader, days, known, asked) : new Map<string, PackedCube>();
  await pMap(
    days,
    async (dayMs) => {
      if (asked.grain === "day" && asked.sinceMs <= dayMs && asked.untilMs >= dayMs + DAY_MS) {
        const whole = stored.get(dayName(dayMs));
        if (whole && !whole.isBroken) return onCells(dayMs, whole.cells(asked.needs));
        if (!whole && !known.hasHours(dayMs)) return;
      }
      if (budget.isSpent()) {
        isIncomplete = true;
        return;
      }
      const sinceMs = Math.max(asked.sinceMs, dayMs);
      const untilMs = Math.min(asked.untilMs, dayMs + DAY_MS);
      const cubes = await readHoursBetween(reader, { sinceMs, untilMs }, hoursAtOnce);
      for (let hourMs = hourOf(untilMs - 1); hourMs >= hourOf(sinceMs); hourMs -= HOUR_MS) {
        const cube: PackedCube | undefined = cubes.get(hourName(hourMs));
        // Cubes do not know minutes, but whether the records that do are still all there.
        if (asked.grain === "minute" && cube && cube.finalFromMs <= now()) isIncomplete = true;
        const source =
          asked.grain === "minute"
            ? "live"
            : chooseSource(hourMs, cube, known, {
                spentUnits: budget.spentUnits,
                askedMs: asked.untilMs - asked.sinceMs,
              });
        if (source === "nothing") continue;
        if (source === "lost") isIncomplete = true;
        else if (source !== "live" && cube) {
          onCells(hourMs, cube.cells(asked.needs));
          if (source === "older") asOfMs = Math.min(asOfMs, cube.countedAtMs);
        } else if (budget.isSpent()) isIncomplete = true;
        else await live(hourMs);
      }
    },
    { concurrency: CONCURRENCY },
  );
  return {
    ...(asOfMs === Infinity ? {} : { asOfMs }),
    isIncomplete,
    spentUnits: budget.spentUnits,
  };
}

function daysOf({ sinceMs, untilMs }: CubeQuestion): number[] {
  const days: number[] = [];
  for (let dayMs = dayStartOf(sinceMs); dayMs < untilMs; dayMs += DAY_MS) days.push(dayMs);
  return days;
}

/** An hour as it is in the archive now. */
async function readLive(
  hourMs: number,
  { grain, sinceMs, untilMs }: CubeQuestion,
  { reader, index, known }: { reader: Reader; index: IndexReader; known: CubeKnowledge },
  onCells: OnCells,
): Promise<void> {
  const { records } = await recordsOfHour(hourMs, new HourBlocks(reader), index, known.moves);
  if (grain !== "minute") return onCells(hourMs, cellsOf(cubeOf(records)));
  const minutes = Map.groupBy(records, ({ sentAt }) => Math.floor(epochMsOf(sentAt) / MINUTE_MS) * MINUTE_MS);
  for (const [minuteMs, own] of minutes)
    if (minuteMs >= sinceMs && minuteMs < untilMs) onCells(minuteMs, cellsOf(cubeOf(own)));
}
