import type { ShareKind } from "./shares.ts";

/** What the rules can be told. The defaults are those that `npm run alerts:model` measures. */
export interface AlertSettings {
  /** The stretches that are looked at, in minutes, the shortest first. */
  readonly windowsMinutes: readonly number[];
  /** How sure the rules are: the quantile of the normal distribution in Wilson's bound. */
  readonly z: number;
  /** … and how rarely chance alone may do as badly, in one look of the 8,640 of a month. */
  readonly mostChance: number;
  /** What chance does as rarely as this is an incident at once. */
  readonly chanceAtOnce: number;
  /** So much above the usual share a share must surely be: 0.05 is five points. */
  readonly margins: Readonly<Record<ShareKind, number>>;
  /** Fewer messages are not judged. */
  readonly leastMessages: number;
  /** Without a history only this is an incident: none delivered of so many. */
  readonly leastWithoutHistory: number;
  readonly historyDays: number;
  /** Silence is an incident where so many reports were to be expected. */
  readonly silenceMessages: number;
  /** Spend is an incident above so many times the usual. */
  readonly spendFactor: number;
  /** So many evaluations running it must hold to open an incident … */
  readonly openAfter: number;
  /** … and be back, to close it. */
  readonly closeAfter: number;
}

export const DEFAULT_SETTINGS: AlertSettings = {
  windowsMinutes: [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 360],
  z: 3,
  mostChance: 3e-6,
  chanceAtOnce: 3e-7,
  margins: { DELIVERY: 0.05, SLOW: 0.1, REJECTED: 0.2 },
  leastMessages: 4,
  leastWithoutHistory: 20,
  historyDays: 7,
  silenceMessages: 50,
  spendFactor: 3,
  openAfter: 2,
  closeAfter: 4,
};

/** The rules are asked once for each of these steps of time. */
export const STEP_MS = 5 * 60_000;
