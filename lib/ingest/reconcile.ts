import { Reach } from "../infobip/reach.ts";
import { SOURCE_NAMES } from "../infobip/sources.ts";
import type { Window } from "../infobip/windows.ts";
import { type CarriedOut, carryOut } from "./carry-out.ts";
import { type Checked, type CheckServices, checkStretch } from "./check.ts";
import { mergeLog } from "./merge-log.ts";
import { countRun, isUnswept, openPulls, partSettled, settlePulls } from "./open-pulls.ts";
import { REPAIRS } from "./repairs.ts";
import { replaySome } from "./replay-rounds.ts";
import { isDone, type ReconcileServices, Run } from "./run.ts";
import { hoursLeft, lagMs, PASSES, plausible, sweepLagMs } from "./standing.ts";

/** What a run did, for the log and the metrics. */
export interface ReconcileRun extends CarriedOut {
  /** Windows of the logs that were read. */
  readonly windows: number;
  /** Log entries that were compared with the archive. */
  readonly checked: number;
  /** Messages that were missing in the archive. */
  readonly inserted: number;
  /** Statuses that a report should have brought by now, but had not. */
  readonly repaired: number;
  readonly enriched: number;
  /** Messages whose final status still differs between logs and archive, after the merge. */
  readonly disagreeing: number;
  readonly quarantined: number;
  /** 1 if there is anything in quarantine, from any source; otherwise 0. */
  readonly quarantineNotEmpty: number;
  /** Single milliseconds with more messages than one answer of the logs can hold. */
  readonly fullMilliseconds: number;
  /** Ranges that Infobip cannot serve, although it serves others. */
  readonly gaps: number;
  /** If Infobip refuses windows that are younger than 48 hours: how far back it serves them. */
  readonly reachHours?: number | undefined;
  /** The number of pulls that a sweep has settled, and of those that still wait for one. */
  readonly settledDoubts: number;
  readonly openDoubts: number;
  /** By pass: how far it is behind the age at which it checks. For a sweep: how much it still has to read. */
  readonly behindSeconds: Readonly<Record<string, number>>;
  /** Everything sent before has been checked at least once: how far the first pass is behind. */
  readonly checkedUpToAgeSeconds: number;
  /** How soon the logs forget the oldest message that is unchecked, or that a doubt may concern. */
  readonly hoursLeft: number;
  readonly lastGoodPullAgeSeconds: Readonly<Record<string, number>>;
  /** Why the run stopped before everything was checked. */
  readonly stopped?: string | undefined;
}

/**
 * Checks as much as time and pace allow. The passes and the sweep take turns, each with its share of requests, so that
 * none starves, whatever the traffic. Throws what DynamoDB throws; may be repeated at any time, and run twice at once.
 */
export async function reconcile(services: ReconcileServices): Promise<ReconcileRun> {
  const { clock, checkpoints } = services;
  const startMs = clock.now();
  await mergeLeftovers(services);
  const seen = countRun(await services.openPulls.load(), await openPulls(services), startMs);
  const { left, settled } = partSettled(seen);
  await settlePulls(settled, services);
  const asked = await carryOut(services);
  const found = await checkpoints.load();
  const { isEmpty, round } = await replaySome(found.replay, services);
  const run = new Run(services, startMs, { ...plausible(found, startMs), replay: round }, left);
  await run.beginSweep();
  await run.save();
  await run.takeTurns();
  return {
    ...asked,
    ...(await summarize(run, { isQuarantineEmpty: isEmpty, settledDoubts: settled.length }, services)),
  };
}

interface Progress {
  /** Called after each window, for a progress bar. */
  readonly onProgress?: (done: { window: Window; from: number; until: number; checked: number }) => void;
}

/**
 * Checks a range of send times on demand, regardless of the checkpoint. `stopped` says why if it did not reach the end.
 */
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

/** Finishes pages that no pull has merged, for example because their source is no longer pulled. */
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
