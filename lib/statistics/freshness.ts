import type { Catalog } from "../archive/catalog.ts";
import type { FreshPage } from "../archive/fresh.ts";
import { isExpiring } from "./due.ts";
import { dayName, dayStartOf, HOUR_MS, hourName } from "./periods.ts";
import type { State } from "./state.ts";
import { type PackedCube, pageName } from "./stored.ts";
import type { Moves } from "./unsettled-moves.ts";

/** What is known about how complete stored cubes are. */
export interface CubeKnowledge {
  readonly state: State;
  /** The fresh pages by hour: a cube that does not list one of them lacks its messages. */
  readonly pages: ReadonlyMap<number, readonly FreshPage[]>;
  /** The days that the archive contains. */
  readonly archived: ReadonlySet<string>;
  readonly catalog: Catalog;
  /** A cube may contain messages that belong to other hours by now. */
  readonly moves: Moves;
  readonly nowMs: number;
}

/**
 * An answer reads the archive itself up to so many units, instead of telling an hour as it was counted last: few where only
 * the last minutes are missing, which the next turn counts (more when only a few hours are asked for: somebody wants to know
 * how it is now; and when days are, of which many a small hour may have changed); and many where something has been missing
 * for longer.
 */
const LIVE_UNITS = { minutes: 100, minutesOfShort: 700, minutesOfDays: 400, longer: 2_000 };
const SHORT_MS = 6 * HOUR_MS;
const ABOUT_A_DAY_MS = 25 * HOUR_MS;
/** A turn every five minutes, and the time it takes. */
const NEXT_TURN_MS = 6 * 60_000;
/** The size of a record in a block, times the number of blocks that it is in, on average, before it is settled. */
const RECORD_BYTES = 80;
const COPIES = 1.5;
/** Half a unit reads 4 kB. */
const UNIT_BYTES = 8_192;

/**
 * Where the numbers of an hour come from: its stored cube; the stored cube although more is known by now; or the
 * archive itself; "lost" if a part of the cube is missing and the records have expired.
 */
export type CubeOrigin = "stored" | "older" | "live" | "nothing" | "lost";

/** What an answer has read so far, and how long the requested range is. */
interface Spending {
  readonly spentUnits: number;
  readonly askedMs: number;
}

/**
 * Chooses where the numbers of an hour come from. Pure: depends on what is known, and on what has been spent so far.
 */
export function chooseSource(
  hourMs: number,
  cube: PackedCube | undefined,
  { state, pages, archived, moves, nowMs }: CubeKnowledge,
  { spentUnits, askedMs }: Spending,
): CubeOrigin {
  if (cube?.isBroken) return isExpiring(cube, nowMs) ? "lost" : "live";
  if (cube && isExpiring(cube, nowMs)) return "stored";
  const fresh = pages.get(hourMs) ?? [];
  const isWaiting = state.stale.has(hourName(hourMs)) || moves.hours.has(hourMs);
  if (!cube) {
    const isUncounted = state.n === 0 && archived.has(dayName(dayStartOf(hourMs)));
    return isUncounted || isWaiting || fresh.length > 0 ? "live" : "nothing";
  }
  const missing = fresh.filter(({ sk }) => !cube.counted.has(pageName(sk)));
  if (!isWaiting && missing.length === 0) return "stored";
  const units = (cube.messages * RECORD_BYTES * COPIES) / UNIT_BYTES + 1;
  const isNew = !isWaiting && missing.every(({ appendedAtMs }) => nowMs - appendedAtMs < NEXT_TURN_MS);
  return spentUnits + units <= (isNew ? minutesUnits(askedMs) : LIVE_UNITS.longer) ? "live" : "older";
}

function minutesUnits(askedMs: number): number {
  if (askedMs <= SHORT_MS) return LIVE_UNITS.minutesOfShort;
  return askedMs <= ABOUT_A_DAY_MS ? LIVE_UNITS.minutes : LIVE_UNITS.minutesOfDays;
}
