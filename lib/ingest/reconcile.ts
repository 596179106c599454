import { Reach } from "../infobip/reach.ts";
import { SOURCE_NAMES } from "../infobip/sources.ts";
import type { Window } from "../infobip/windows.ts";
import { type CarriedOut, carryOut } from "./carry-out.ts";
import { type Checked, type CheckServices, checkStretch } from "./check.ts";
import { mergeLog } from "./merge-log.ts";
import { isUnswept, openPulls, partSettled, see, settlePulls } from "./open-pulls.ts";
import { REPAIRS } from "./repairs.ts";
import { replaySome } from "./replay-rounds.ts";
import { isDone, type ReconcileServices, Run } from "./run.ts";
import { believable, hoursLeft, lagMs, PASSES, sweepLagMs } from "./standing.ts";

/** What a run did, for the log and the metrics. */
export interface ReconcileRun extends CarriedOut {
  /** Windows of the logs that were read. */
  readonly windows: number;
  /** Log entries compared with the archive. */
  readonly checked: number;
  /** Messages that the archive did not have. */
  readonly inserted: number;
  /** Statuses that a report should have brought by now, and had not. */
  readonly repaired: number;
  readonly enriched: number;
  /** Messages of which the logs say another final status than the archive, even after the merge. */
  readonly disagreeing: number;
  readonly quarantined: number;
  /** 1 while anything is in quarantine, from whatever source; else 0. */
  readonly quarantineNotEmpty: number;
  /** Single milliseconds that hold more messages than the logs give out at once. */
  readonly fullMilliseconds: number;
  /** Stretches that Infobip cannot serve, though it serves others. */
  readonly gaps: number;
  /** Where Infobip has refused windows of less than 48 hours ago: how far back it takes them. */
  readonly reachHours?: number | undefined;
  /** Pulls that a sweep has settled, and those that still wait for one. */
  readonly settledDoubts: number;
  readonly openDoubts: number;
  /** By pass: how far it is behind the age at which it checks; and how much a sweep has still to read. */
  readonly behindSeconds: Readonly<Record<string, number>>;
  /** Everything sent before has been looked at at least once: how far the first pass is behind. */
  readonly checkedUpToAgeSeconds: number;
  /** How near the oldest message that is unchecked, or that a doubt may concern, is to being forgotten by the logs. */
  readonly hoursLeft: number;
  readonly lastGoodPullAgeSeconds: Readonly<Record<string, number>>;
  /** Why the run stopped before everything was checked. */
  readonly stopped?: string | undefined;
}

/**
 * Checks as much as the time and the pace allow. Passes and sweep take turns, each by its share, so that none starves
 * behind the others, whatever the traffic. Throws what DynamoDB throws; may be repeated at any time, and beside itself.
 */
export async function reconcile(services: ReconcileServices): Promise<ReconcileRun> {
  const { clock, checkpoints } = services;
  const startMs = clock.now();
  await mergeLeftovers(services);
  const seen = see(await services.openPulls.load(), await openPulls(services), startMs);
  const { left, settled } = partSettled(seen);
  await settlePulls(settled, services);
  const asked = await carryOut(services);
  const found = await checkpoints.load();
  const { isEmpty, round } = await replaySome(found.replay, services);
  const run = new Run(services, startMs, { ...believable(found, startMs), replay: round }, left);
  await run.beginSweep();
  await run.save();
  await run.takeTurns();
  return {
    ...asked,
    ...(await summarize(run, { isQuarantineEmpty: isEmpty, settledDoubts: settled.length }, services)),
  };
}

interface Progress {
  /** Told after each window, for a progress bar. */
  readonly onProgress?: (done: { window: Window; from: number; until: number; checked: number }) => void;
}

/** Checks a stretch of send times on demand, whatever the checkpoint says. `stopped` tells if it did not get to the end. */
export async function backfill(
  stretch: Window,
  services: CheckServices & Progress,
): Promise<Pick<ReconcileRun, keyof Sums | "stopped" | "reachHours">> {
  const all: Checked[] = [];
  const reach = new Reach();
  for await (const checked of checkStretch(stretch, services, { reach })) {
    all.push(checked);
    if (checked.isSplit) continue;
    services.onProgress?.({
      window: checked.window,
      from: stretch.sinceMs,
      until: stretch.untilMs,
      checked: sum(all).checked,
    });
  }
  return { ...sum(all), reachHours: inHours(reach.foundMs), stopped: all.at(-1)?.stopped };
}

function inHours(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Number((ms / 3_600_000).toFixed(2));
}

/** Finishes pages that no pull has come round to, be it that their source is pulled no more. */
async function mergeLeftovers(services: ReconcileServices): Promise<void> {
  for (const source of [...SOURCE_NAMES, REPAIRS]) {
    const { merged } = await services.states.load(source);
    await mergeLog(source, merged, services);
  }
}

type Sums = Pick<
  ReconcileRun,
  | "windows"
  | "checked"
  | "inserted"
  | "repaired"
  | "enriched"
  | "disagreeing"
  | "quarantined"
  | "fullMilliseconds"
>;

function sum(all: readonly Checked[]): Sums {
  const total = (figure: (checked: Checked) => number) => all.reduce((sum, one) => sum + figure(one), 0);
  return {
    windows: all.filter(isDone).length,
    checked: total(({ checked }) => checked),
    inserted: total(({ inserted }) => inserted),
    repaired: total(({ repaired }) => repaired),
    enriched: total(({ enriched }) => enriched),
    disagreeing: total(({ disagreeing }) => disagreeing),
    quarantined: total(({ quarantined }) => quarantined),
    fullMilliseconds: total(({ isFullMillisecond }) => Number(isFullMillisecond)),
  };
}

async function summarize(
  { checkpoint, checked, seen, reach: { foundMs } }: Run,
  { isQuarantineEmpty, settledDoubts }: { isQuarantineEmpty: boolean; settledDoubts: number },
  { states, clock }: ReconcileServices,
): Promise<Omit<ReconcileRun, keyof CarriedOut>> {
  const nowMs = clock.now();
  const loaded = await Promise.all(
    SOURCE_NAMES.map(async (source) => [source, (await states.load(source)).goodAtMs] as const),
  );
  return {
    ...sum(checked),
    quarantineNotEmpty: Number(!isQuarantineEmpty),
    gaps: checkpoint.gaps.length,
    reachHours: inHours(foundMs),
    settledDoubts,
    openDoubts: Object.keys(seen).length,
    behindSeconds: {
      ...Object.fromEntries(
        PASSES.map(({ name, ageMs }) => [name, lagMs(checkpoint, name, ageMs, nowMs) / 1000]),
      ),
      sweep: sweepLagMs(checkpoint, nowMs) / 1000,
    },
    checkedUpToAgeSeconds: lagMs(checkpoint, "fresh", 0, nowMs) / 1000,
    hoursLeft: hoursLeft(checkpoint, Object.values(seen).some(isUnswept), nowMs, foundMs),
    lastGoodPullAgeSeconds: Object.fromEntries(
      loaded.flatMap(([source, atMs]) => (atMs === undefined ? [] : [[source, (nowMs - atMs) / 1000]])),
    ),
    stopped: checked.at(-1)?.stopped,
  };
}
