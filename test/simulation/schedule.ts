import { hash, Random } from "../../infra/local/imitation/random.ts";
import { SOURCE_NAMES, type SourceName } from "../../lib/infobip/sources.ts";
import type { LogsDelay } from "./account.ts";
import { DATABASE_FAULTS, type FaultShares, UPSTREAM_FAULTS } from "./faults.ts";
import { drawSize, drawSmall, type Size } from "./sizes.ts";

const MINUTE_MS = 60_000;

/** What may be changed between two runs. */
export interface Settings {
  readonly RETENTION_HOURS: number;
}

/** Nothing at all is answered for a while. */
export interface Outage {
  readonly of: "database" | "infobip";
  readonly fromMs: number;
  readonly untilMs: number;
}

/** One schedule: everything about a run that its seed decides, but for the single faults. */
export interface Schedule {
  readonly seed: number;
  readonly size: Size;
  readonly messages: number;
  readonly isBurst: boolean;
  /** In so many hours of the two days was something sent, besides the last one; undefined: at any time. */
  readonly campaigns: number | undefined;
  /** Such a part of the messages at most ends while it all goes on. */
  readonly lateShare: number;
  /** Is everything checked before the faults begin? Then only a doubt makes the reconciler look at old messages again. */
  readonly beginsCalm: boolean;
  /** Is everything run as often after the faults where nothing is left to do? */
  readonly isPatient: boolean;
  readonly rounds: number;
  readonly everyMs: number;
  /** The reconciler runs every so many rounds. */
  readonly reconcileEvery: number;
  /** Of a thousand runs so many begin beside one that is under way, or in a new process though there is a warm one. */
  readonly overlapping: number;
  readonly cold: number;
  readonly shares: FaultShares;
  readonly outages: readonly Outage[];
  /** Clocks are ahead or behind by so much, at most. */
  readonly skewMs: number;
  /** Reads that are not consistent lag by so much, at most. */
  readonly lagMs: number;
  readonly delay: LogsDelay;
  /** So many messages have a row that Infobip cannot serve while the faults last. */
  readonly unservable: number;
  /** Does Infobip refuse windows that begin before its 48 hours? */
  readonly isStrict: boolean;
  /** One for each round; the last holds for the rest. */
  readonly settings: readonly Settings[];
  /** Sources that are pulled only from some round on, or up to one. */
  readonly sources: readonly (readonly SourceName[])[];
  /** Of a thousand answers with reports so many are pushed as well. */
  readonly pushed: number;
  /** So many follow a cursor, slowly, while it all goes on. */
  readonly readers: number;
  /**
   * While the rounds last, of a thousand runs so many are begun by the previous version, from each moment on (milliseconds
   * after they begin); before the first moment as from it on. Nothing: all are of the present one.
   */
  readonly deployment: readonly { readonly fromMs: number; readonly previous: number }[];
  /** Expired items are deleted so many seconds late, at most. */
  readonly ttlLateSeconds: number;
  /** What was sent so long ago has come to rest; 0: all is settled at once, however little, and runs are merged, too. */
  readonly settleAfterMs: number;
}

/** One kind of trouble alone, now and then: what several hide from each other shows then. */
const THEMES = [
  "everything",
  "database",
  "infobip",
  "killed",
  "slow",
  "everything",
  "config",
  "late logs",
] as const;

/** The schedule of a seed, of the size that it draws, or of another: the same then goes wrong with more or less. */
export function drawSchedule(seed: number, size: Size = drawSize(seed)): Schedule {
  const small = size === "large" ? undefined : drawSmall(seed, size);
  const random = new Random(hash(seed, "schedule"));
  const theme = THEMES[seed % THEMES.length] ?? "everything";
  const isAny = theme === "everything";
  const isDrawnBurst = random.chance(0.01);
  const isBurst = small ? size === "burst" : isDrawnBurst;
  const drawnRounds = random.int(3, 8);
  const rounds = small?.rounds ?? drawnRounds;
  const everyMs = random.pick([1, 1, 2, 5]) * MINUTE_MS;
  const within = (share: number) => (random.chance(0.5) ? share : 0);
  const drawnMessages = isBurst ? random.int(1_060, 1_200) : random.magnitude(12, 110);
  return {
    seed,
    size,
    messages: small?.messages ?? drawnMessages,
    isBurst,
    campaigns: small
      ? small.campaigns
      : new Random(hash(seed, "campaigns drawn")).pick([1, 2, 4, 8, undefined]),
    lateShare: small?.lateShare ?? 0.5,
    // A small schedule takes half as long again with it.
    beginsCalm: random.chance(0.1),
    isPatient: new Random(hash(seed, "patient")).chance(small ? 0.05 : 0.2),
    rounds,
    everyMs,
    reconcileEvery: random.pick([1, 2, 3]),
    overlapping: random.pick([0, 50, 300]),
    cold: random.pick([0, 200, 1000]),
    shares: {
      database: theme === "database" ? random.pick([20, 60, 150]) : isAny ? random.pick([0, 10, 50]) : 0,
      databaseKinds: random.chance(0.6) ? DATABASE_FAULTS : [random.pick(DATABASE_FAULTS)],
      upstream: theme === "infobip" ? random.pick([200, 500]) : isAny ? random.pick([0, 100, 400]) : 0,
      upstreamKinds: random.chance(0.6) ? UPSTREAM_FAULTS : [random.pick(UPSTREAM_FAULTS)],
      killed: theme === "killed" ? 500 : isAny ? random.pick([0, 100, 300]) : 0,
      frozen: theme === "slow" ? 400 : isAny ? random.pick([0, 100]) : 0,
    },
    outages: drawOutages(random, rounds * everyMs, isAny ? 0.3 : theme === "slow" ? 0.6 : 0),
    skewMs: random.pick([0, 0, 200, 2_000, 60_000]),
    lagMs: random.pick([0, 50, 2_000]),
    delay:
      theme === "late logs" || isAny
        ? {
            listedMs: within(60_000),
            statusMs: within(random.magnitude(5_000, 1_800_000)),
          }
        : { listedMs: 0, statusMs: 0 },
    unservable: random.chance(0.15) ? random.int(1, 3) : 0,
    isStrict: random.chance(0.2),
    settings: drawSettings(random, rounds, theme === "config" || random.chance(0.2)),
    sources: drawSources(random, rounds, random.chance(0.1)),
    // Drawn apart, so that older seeds stay what they were.
    pushed: new Random(hash(seed, "pushed")).pick([0, 300, 1_000]),
    readers: new Random(hash(seed, "readers drawn")).pick([0, 1, 1, 3]),
    deployment: drawDeployment(new Random(hash(seed, "deployment")), rounds * everyMs),
    ttlLateSeconds: random.pick([0, 3_600, 172_800]),
    settleAfterMs: random.pick([0, 0, MINUTE_MS]),
  };
}

function drawOutages(random: Random, spanMs: number, chance: number): Outage[] {
  return (["database", "infobip"] as const).flatMap((of) => {
    if (!random.chance(chance)) return [];
    const fromMs = random.int(0, spanMs);
    return [{ of, fromMs, untilMs: fromMs + random.magnitude(2_000, 180_000) }];
  });
}

/** The previous version, both for a while, the present one; or back again, and perhaps forth once more. */
function drawDeployment(random: Random, spanMs: number): Schedule["deployment"] {
  if (!random.chance(0.25)) return [];
  const shares = random.pick([
    [1000, 500, 0],
    [1000, 0],
    [1000, 500],
    [1000, 500, 1000],
    [1000, 300, 0, 500, 1000],
    [1000, 500, 1000, 500, 0],
  ]);
  const moments = shares.slice(1).map(() => random.int(0, spanMs));
  return [0, ...moments.sort((a, b) => a - b)].map((fromMs, n) => ({ fromMs, previous: shares[n] ?? 0 }));
}

function drawSettings(random: Random, rounds: number, isChanging: boolean): Settings[] {
  const draw = () => ({
    RETENTION_HOURS: random.pick([72, 96, 96, 1_000]),
  });
  const first = draw();
  return Array.from({ length: rounds }, () => (isChanging && random.chance(0.5) ? draw() : first));
}

function drawSources(random: Random, rounds: number, isChanging: boolean): SourceName[][] {
  return Array.from({ length: rounds }, () => SOURCE_NAMES.filter(() => !isChanging || random.chance(0.7)));
}
