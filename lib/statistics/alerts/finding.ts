import type { Baseline } from "./past.ts";
import type { RecentHours } from "./recent.ts";
import type { IncidentKind } from "./shares.ts";

/** What a finding rests on. Shares are 0 … 1; of SILENCE the messages are those expected, of SPEND the amounts stand in their place. */
export interface Numbers {
  readonly windowMinutes: number;
  readonly messages: number;
  readonly bad: number;
  readonly share: number;
  readonly usual: number;
  readonly threshold: number;
  readonly currency?: string;
  /** How likely chance alone does as badly; absent where a rule has no say in it. */
  readonly chance?: number;
}

/** What one rule says of a segment at one moment. */
export interface Finding {
  readonly kind: IncidentKind;
  /** What fires, or undefined where nothing does. */
  readonly firing?: Numbers;
  /** Is it as usual again? Undefined where there are too few messages to tell. */
  readonly isBack?: boolean;
  /** … and if it is, from which sending time on. */
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
  /** What was sent before this is settled: an incident that is over must not open another. */
  readonly sinceMs: number;
}
