import type { Finding, Numbers } from "./finding.ts";
import type { Baseline } from "./past.ts";
import type { RecentHours } from "./recent.ts";
import type { Segment } from "./segment.ts";
import type { IncidentKind } from "./shares.ts";

/** A segment, with what is known about it. */
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
 * Why an incident is over: everything is as before; nothing of it is sent or watched any more; it has lasted so long that
 * it is the new normal; or it is part of an incident of the whole channel.
 */
export const CLOSED_BECAUSE = ["BACK", "QUIET", "USUAL_NOW", "PART_OF_CHANNEL"] as const;
export type ClosedBecause = (typeof CLOSED_BECAUSE)[number];

/** Something that is or was wrong with a segment. */
export interface Incident {
  readonly id: string;
  readonly kind: IncidentKind;
  readonly segment: Segment;
  readonly openedMs: number;
  /** The beginning (sending time) of the window that opened it. */
  readonly sinceMs: number;
  readonly numbers: Numbers;
  readonly worst: Numbers;
  /** Other segments with the same cause, in the order in which they were found. */
  readonly also: readonly Segment[];
  /** For how many evaluations in a row it has been back to usual, and since which sending time. */
  readonly backs: number;
  readonly backFromMs: number;
  /** When it could last be judged. */
  readonly judgedMs: number;
  readonly closedMs?: number;
  readonly closedBecause?: ClosedBecause;
}

/** What an evaluation leaves for the next one. */
export interface Watch {
  /** The last interval that has been judged: several evaluations in one interval count once. */
  readonly atStep: number;
  /** By segment and kind: for how many evaluations in a row the rule has fired. */
  readonly running: Readonly<Record<string, Partial<Record<IncidentKind, number>>>>;
  /** By segment: what was sent before this is not judged again. */
  readonly since: Readonly<Record<string, number>>;
  readonly open: readonly Incident[];
}

export const NEW_WATCH: Watch = { atStep: -1, running: {}, since: {}, open: [] };

/** Incidents of one group exclude each other: what does not arrive is also slow and silent. Spend is separate. */
export function groupOf(kind: IncidentKind): "quality" | "spend" {
  return kind === "SPEND" ? "spend" : "quality";
}
