import {
  FAULT_KINDS,
  type Fault,
  type FaultScript,
  seededFaults,
} from "../../infra/local/imitation/faults.ts";
import { hash, Random } from "../../infra/local/imitation/random.ts";
import { DATABASE_FAULTS, type DatabaseFault } from "./database.ts";

/** What goes wrong in one schedule; the same seed gives the same one. */
export interface Schedule {
  readonly seed: number;
  /** The row of the summary that it counts for. */
  readonly theme: Theme;
  readonly messages: number;
  /** Are most of the messages sent within a second, more of them than one answer of the logs can hold? */
  readonly isBurst: boolean;
  /** Is everything checked before the faults begin? Then only a doubt makes the reconciler look at old messages again. */
  readonly beginsCalm: boolean;
  /** Rounds with faults; each is a run of all handlers, and a leap of time. */
  readonly rounds: number;
  /** How many of Infobip's answers have a fault, and which. */
  readonly share: number;
  readonly kinds: readonly Fault["kind"][];
  /** The shortest and the longest delay; most schedules have milliseconds for the seconds of the real thing. */
  readonly delayMs: readonly [least: number, most: number];
  /** Every so many calls of the database fail, in one of these ways; 0: none. */
  readonly databaseEvery: number;
  readonly databaseFaults: readonly DatabaseFault[];
  /** Does each round end with the SIGKILL of its process? */
  readonly isKilled: boolean;
}

/** The themes; one that stands here twice is played twice as often. */
export const THEMES = [
  "reset",
  "lost",
  "truncated",
  "html",
  "status",
  "delay",
  "hang",
  "duplicates",
  "malformed",
  "damaged",
  "everything",
  "burst",
  "database",
  "everything",
  "reset",
  "three seconds",
  "damaged",
  "everything and database",
  "killed",
  "killed, everything and database",
] as const;
export type Theme = (typeof THEMES)[number];

export function drawSchedule(seed: number): Schedule {
  const random = new Random(hash(seed, "schedule"));
  const theme = THEMES[seed % THEMES.length] ?? "everything";
  const isOwnFault = (FAULT_KINDS as readonly string[]).includes(theme);
  const isSlow = theme === "three seconds";
  const hasDatabase = theme.includes("database");
  const isBurst = theme === "burst";
  const isKilledOnly = theme === "killed";
  const isKilled = theme.startsWith("killed");
  return {
    seed,
    theme,
    messages: isBurst ? random.int(1_060, 1_300) : random.magnitude(15, hasDatabase ? 100 : 250),
    isBurst,
    beginsCalm: random.chance(0.6),
    rounds: isSlow ? 2 : random.int(2, 4) + (isKilled ? 2 : 0),
    share: theme === "database" ? 0 : random.pick([0.2, 0.4, 0.6]),
    kinds: isOwnFault ? [theme as Fault["kind"]] : isSlow || isKilledOnly ? ["delay"] : FAULT_KINDS,
    // A page on its way for longer is lost more often when its process is killed.
    delayMs: isSlow ? [3_000, 3_000] : isKilledOnly ? [50, 600] : [1, 50],
    databaseEvery: hasDatabase ? random.int(3, 12) : 0,
    databaseFaults: random.chance(0.5) ? DATABASE_FAULTS : [random.pick(DATABASE_FAULTS)],
    isKilled,
  };
}

/** Infobip's faults in a schedule. */
export function infobipFaults({ seed, share, kinds, delayMs: [least, most] }: Schedule): FaultScript {
  const faults = seededFaults(seed, share, [...kinds]);
  return (request) => {
    const fault = faults(request);
    // By HTTP's rules and by Infobip's documents, what is refused with 429 was not processed.
    if (fault?.kind === "status" && fault.status === 429) return { ...fault, consumed: false };
    if (fault?.kind !== "delay") return fault;
    return { ...fault, ms: new Random(hash(seed, request.path, request.n)).int(least, most) };
  };
}
