import type { Finding, Numbers } from "./finding.ts";
import type { Baseline } from "./past.ts";
import type { RecentHours } from "./recent.ts";
import type { Segment } from "./segment.ts";
import type { IncidentKind } from "./shares.ts";

/** A segment with what is known of it. */
export interface Watched {
  readonly segment: Segment;
  readonly recent: RecentHours;
  readonly baseline: Baseline | undefined;
}

export interface SeenSegment extends Watched {
  readonly name: string;
  readonly findings: readonly Finding[];
}

/**
 * Why an incident is over: all is as before, nothing is sent any more, it has been so for so long that it is the usual, or it has
 * turned out to be a part of one of the whole channel.
 */
export const CLOSED_BECAUSE = ["BACK", "QUIET", "USUAL_NOW", "PART_OF_CHANNEL"] as const;
export type ClosedBecause = (typeof CLOSED_BECAUSE)[number];

/** Something that is or was wrong with a segment. */
export interface Incident {
  readonly id: string;
  readonly kind: IncidentKind;
  readonly segment: Segment;
  readonly openedMs: number;
  /** The sending time at which the window begins that opened it. */
  readonly sinceMs: number;
  readonly numbers: Numbers;
  readonly worst: Numbers;
  /** Other segments with the same cause, as they were found. */
  readonly also: readonly Segment[];
  /** For how many evaluations running it has been as usual, and from which sending time on. */
  readonly backs: number;
  readonly backFromMs: number;
  /** When it could last be judged at all. */
  readonly judgedMs: number;
  readonly closedMs?: number;
  readonly closedBecause?: ClosedBecause;
}

/** What an evaluation leaves for the next. */
export interface Watch {
  /** The last step of time that has been judged: evaluations of one step count once. */
  readonly atStep: number;
  /** By segment and kind: for how many evaluations running the rule has fired. */
  readonly running: Readonly<Record<string, Partial<Record<IncidentKind, number>>>>;
  /** By segment: what was sent before this is settled. */
  readonly since: Readonly<Record<string, number>>;
  readonly open: readonly Incident[];
}

export const NEW_WATCH: Watch = { atStep: -1, running: {}, since: {}, open: [] };

/** Incidents of one group exclude each other: what does not arrive is slow and silent, too. Spend is a matter of its own. */
export function groupOf(kind: IncidentKind): "quality" | "spend" {
  return kind === "SPEND" ? "spend" : "quality";
}
