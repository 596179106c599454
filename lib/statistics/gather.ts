import pMap from "p-map";
import { IndexReader } from "../archive/search/index-reader.ts";
import { Budget, Reader } from "../archive/search/reader.ts";
import type { SearchLimits } from "../archive/search/search.ts";
import { epochMsOf } from "../message/record.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { cubesOf } from "./bundle.ts";
import { type Cells, cellsOf } from "./cells.ts";
import { cubeOf } from "./cube.ts";
import type { Needs } from "./cube-codec.ts";
import { type LooksAt, readBundles, readDays, readHoursBetween, readKnown } from "./cubes-for-answers.ts";
import { type CubeKnowledge, chooseSource } from "./freshness.ts";
import { HourBlocks, recordsOfHour } from "./hour-records.ts";
import { DAY_MS, dayName, dayStartOf, hourName, hourOf, hoursOfDay } from "./periods.ts";
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
  const [stored, bundles] = await Promise.all([
    asked.grain === "day" ? readDays(reader, days, known, asked) : new Map<string, PackedCube>(),
    readBundles(reader, days, known),
  ]);
  const choose = (hourMs: number, cube: PackedCube | undefined, spentUnits: number) =>
    // Cubes do not know minutes.
    asked.grain === "minute"
      ? "live"
      : chooseSource(hourMs, cube, known, { spentUnits, askedMs: asked.untilMs - asked.sinceMs });
  await pMap(
    days,
    async (dayMs) => {
      if (asked.grain === "day" && asked.sinceMs <= dayMs && asked.untilMs >= dayMs + DAY_MS) {
        const whole = stored.get(dayName(dayMs));
        if (whole && !whole.isBroken) return onCells(dayMs, whole.cells(asked.needs));
        if (!whole && !known.hasHours(dayMs) && !bundles.has(dayMs)) return;
      }
      if (budget.isSpent()) {
        isIncomplete = true;
        return;
      }
      const sinceMs = Math.max(asked.sinceMs, dayMs);
      const untilMs = Math.min(asked.untilMs, dayMs + DAY_MS);
      const alone = await readHoursBetween(reader, { sinceMs, untilMs }, hoursAtOnce);
      const bundle = bundles.get(dayMs);
      const cubes = new Map([
        ...(bundle ? cubesOf(bundle) : []).map((cube) => [cube.name, cube] as const),
        ...alone,
      ]);
      const hours = hoursOfDay(dayMs)
        .reverse()
        .filter((hourMs) => hourOf(sinceMs) <= hourMs && hourMs < untilMs);
      const cubeOfHour = (hourMs: number) => cubes.get(hourName(hourMs));
      const isLive = (hourMs: number) => choose(hourMs, cubeOfHour(hourMs), budget.spentUnits) === "live";
      const blocks = new HourBlocks(reader, hours.filter(isLive));
      for (const hourMs of hours) {
        const cube = cubeOfHour(hourMs);
        // Do they know whether the records that know minutes are still all there?
        if (asked.grain === "minute" && cube && cube.finalFromMs <= now()) isIncomplete = true;
        const source = choose(hourMs, cube, budget.spentUnits);
        if (source === "nothing") continue;
        if (source === "lost") isIncomplete = true;
        else if (source !== "live" && cube) {
          onCells(hourMs, cube.cells(asked.needs));
          if (source === "older") asOfMs = Math.min(asOfMs, cube.countedAtMs);
        } else if (budget.isSpent()) isIncomplete = true;
        else await readLive(hourMs, asked, { blocks, index, known }, onCells);
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
  { blocks, index, known }: { blocks: HourBlocks; index: IndexReader; known: CubeKnowledge },
  onCells: OnCells,
): Promise<void> {
  const { records } = await recordsOfHour(hourMs, blocks, index, known.moves);
  if (grain !== "minute") return onCells(hourMs, cellsOf(cubeOf(records)));
  const minutes = Map.groupBy(records, ({ sentAt }) => Math.floor(epochMsOf(sentAt) / MINUTE_MS) * MINUTE_MS);
  for (const [minuteMs, own] of minutes)
    if (minuteMs >= sinceMs && minuteMs < untilMs) onCells(minuteMs, cellsOf(cubeOf(own)));
}
