import type { Baseline } from "./past.ts";
import type { RecentHours } from "./recent.ts";
import type { IncidentKind } from "./shares.ts";

/**
 * The numbers behind a finding. Shares are 0 … 1. For SILENCE the messages are the expected ones; for SPEND these are
 * amounts.
 */
export interface Numbers {
  readonly windowMinutes: number;
  readonly messages: number;
  readonly bad: number;
  readonly share: number;
  readonly usual: number;
  readonly threshold: number;
  readonly currency?: string;
  /** The probability of as bad a result by chance alone; absent if it is irrelevant for the rule. */
  readonly chance?: number;
}

/** What one rule says about a segment at one moment. */
export interface Finding {
  readonly kind: IncidentKind;
  /** What fires, or undefined if nothing does. */
  readonly firing?: Numbers;
  /** Is it back to usual? Undefined if there are too few messages to tell. */
  readonly isBack?: boolean;
  /** … and if so, since which sending time. */
  readonly backFromMs?: number;
  /** The sending time at which the firing window begins. */
  readonly fromMs: number;
}

export interface Situation {
  readonly channel: string;
  readonly recent: RecentHours;
  /** Undefined while there is too little history. */
  readonly baseline: Baseline | undefined;
  readonly nowMs: number;
  /** What was sent before this is not judged again: an incident that is over must not open another. */
  readonly sinceMs: number;
}
