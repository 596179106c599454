import { LOGS_REACH_MS } from "../infobip/sources.ts";
import type { Checkpoint } from "./checkpoint.ts";

/**
 * The reconciler compares the archive with Infobip's logs, which can be read again for 48 hours. Every message is
 * checked in three passes, at three ages, and once more in a sweep of all 48 hours whenever a pull was in doubt.
 * `share`: the requests that a pass may send before the next one has its turn.
 */
export const PASSES = [
  /** At once: gets messages that are still pending, and sender and text for the others. */
  { name: "fresh", ageMs: 0, share: 3 },
  /** When nearly all are final: gets what reports should have brought. */
  { name: "settled", ageMs: 3_600_000, share: 1 },
  /** Before the logs forget: the last chance to repair anything. */
  { name: "last", ageMs: 44 * 3_600_000, share: 2 },
] as const;

/** A pass starts this far before where it stopped, since logs may list a message slightly late. */
export const OVERLAP_MS = 120_000;
/** A pass may be this far behind before it counts for `hoursLeft`: each run leaves a little to the next. */
const USUAL_LAG_MS = 3_600_000;

/** Drops the parts of a checkpoint that cannot be right. */
export function plausible(found: Checkpoint, nowMs: number): Checkpoint {
  const passes = Object.fromEntries(
    PASSES.flatMap(({ name, ageMs }) => {
      const mark = found.passes[name];
      // Otherwise it was set by a run whose clock was ahead: that run checked too early.
      const isBelievable = mark !== undefined && mark <= nowMs - ageMs + OVERLAP_MS;
      return isBelievable ? [[name, mark] as const] : [];
    }),
  );
  const { sweep, rechecks, ...rest } = found;
  const isSweepBelievable = sweep !== undefined && sweep.begunMs <= nowMs;
  // The next check is never further away than the wait before it.
  const nextMs = Math.min(rechecks?.nextMs ?? 0, nowMs + (rechecks?.waitMs ?? 0));
  return {
    ...rest,
    passes,
    ...(isSweepBelievable ? { sweep } : {}),
    ...(rechecks ? { rechecks: { ...rechecks, nextMs } } : {}),
  };
}

/** How far a pass is behind; the whole reach of the logs if its mark cannot be right. */
export function lagMs({ passes }: Checkpoint, name: string, ageMs: number, nowMs: number): number {
  const markMs = Math.max(passes[name] ?? 0, nowMs - LOGS_REACH_MS);
  return Math.max(0, nowMs - ageMs - markMs);
}

/** How much of the logs a sweep still has to read; 0 if none is under way. */
export function sweepLagMs({ sweep }: Checkpoint, nowMs: number): number {
  if (!sweep) return 0;
  return Math.max(0, Math.min(nowMs, sweep.untilMs) - Math.max(sweep.atMs, nowMs - LOGS_REACH_MS));
}

/**
 * The hours until the logs forget the oldest message that is not known to be right: one that a pass or a recheck should
 * have reached but has not, one that Infobip cannot serve, or one that a doubt may concern. A doubt may concern any
 * message of the 48 hours, so there is no time left until a sweep, which starts with the oldest, has passed.
 */
export function hoursLeft(
  checkpoint: Checkpoint,
  isInDoubt: boolean,
  nowMs: number,
  logsReachMs = LOGS_REACH_MS,
): number {
  const reachMs = nowMs - Math.min(LOGS_REACH_MS, logsReachMs);
  const behind = PASSES.filter(
    ({ name, ageMs }) => ageMs === 0 || lagMs(checkpoint, name, ageMs, nowMs) > USUAL_LAG_MS,
  ).map(({ name }) => Math.max(checkpoint.passes[name] ?? 0, reachMs));
  const doubtful = isInDoubt ? [Math.max(reachMs, checkpoint.sweep?.atMs ?? 0)] : [];
  const { rechecks, gaps } = checkpoint;
  const isRecheckOverdue = rechecks !== undefined && nowMs - rechecks.nextMs > USUAL_LAG_MS;
  const waiting = [...(isRecheckOverdue ? rechecks.windows : []), ...gaps]
    .filter(({ untilMs }) => untilMs > reachMs)
    .map(({ sinceMs }) => Math.max(reachMs, sinceMs));
  const oldestMs = Math.min(nowMs, ...behind, ...doubtful, ...waiting);
  return Math.max(0, (oldestMs - reachMs) / 3_600_000);
}
