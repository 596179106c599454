import type { ShareKind } from "./shares.ts";

/** The settings of the rules. The defaults are those that `npm run alerts:model` measures. */
export interface AlertSettings {
  /** The lengths of the windows, in minutes, shortest first. */
  readonly windowsMinutes: readonly number[];
  /** The confidence of the rules: the quantile of the normal distribution in Wilson's bound. */
  readonly z: number;
  /** … and the highest probability of as bad a result by chance, for one look of the 8,640 in a month. */
  readonly mostChance: number;
  /** A result as improbable as this is an incident at once. */
  readonly chanceAtOnce: number;
  /** How far above the usual a share must be for certain: 0.05 is five points. */
  readonly margins: Readonly<Record<ShareKind, number>>;
  /** Fewer messages are not judged. */
  readonly leastMessages: number;
  /** Without a history only this is an incident: none delivered of so many. */
  readonly leastWithoutHistory: number;
  readonly historyDays: number;
  /** Silence is an incident if at least so many reports were expected. */
  readonly silenceMessages: number;
  /** Spend is an incident above so many times the usual. */
  readonly spendFactor: number;
  /** It must hold for so many evaluations in a row to open an incident … */
  readonly openAfter: number;
  /** … and be back for so many to close it. */
  readonly closeAfter: number;
}

export const DEFAULT_SETTINGS: AlertSettings = {
  windowsMinutes: [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 360],
  z: 3,
  mostChance: 8e-6,
  chanceAtOnce: 8e-7,
  margins: { DELIVERY: 0.05, SLOW: 0.1, REJECTED: 0.2 },
  leastMessages: 4,
  leastWithoutHistory: 20,
  historyDays: 7,
  silenceMessages: 50,
  spendFactor: 3,
  openAfter: 2,
  closeAfter: 4,
};

/** The rules are evaluated once in each interval of this length. */
export const STEP_MS = 5 * 60_000;
