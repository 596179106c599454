import { LOGS_REACH_MS } from "../infobip/sources.ts";
import type { Checkpoint } from "./checkpoint.ts";

/**
 * The reconciler compares the archive with Infobip's logs, which can be read again for 48 hours. Every message is
 * checked in three passes, at three ages, and once more in a sweep of all 48 hours whenever a pull was in doubt. `share`:
 * so many requests a pass may send before the next has its turn.
 */
export const PASSES = [
  /** At once: brings messages that are still pending, and sender and text for the others. */
  { name: "fresh", ageMs: 0, share: 3 },
  /** When nearly all are final: brings what a report should have brought. */
  { name: "settled", ageMs: 3_600_000, share: 1 },
  /** Before the logs forget: the last time that anything can be repaired. */
  { name: "last", ageMs: 44 * 3_600_000, share: 2 },
] as const;

/** A pass goes back this much beyond where it was: logs may list a message a little late. */
export const OVERLAP_MS = 120_000;
/** A pass may lag so far behind before that counts against `hoursLeft`: each run leaves a little to the next. */
const USUAL_LAG_MS = 3_600_000;

/** The marks of a checkpoint that can be believed. */
export function believable(found: Checkpoint, nowMs: number): Checkpoint {
  const passes = Object.fromEntries(
    PASSES.flatMap(({ name, ageMs }) => {
      const mark = found.passes[name];
      // Set by a run whose clock was ahead: it checked too early, and what it says of the future is not true.
      const isBelievable = mark !== undefined && mark <= nowMs - ageMs + OVERLAP_MS;
      return isBelievable ? [[name, mark] as const] : [];
    }),
  );
  const { sweep, rechecks, ...rest } = found;
  const isSweepBelievable = sweep !== undefined && sweep.begunMs <= nowMs;
  // The next look is never further off than the wait before it.
  const nextMs = Math.min(rechecks?.nextMs ?? 0, nowMs + (rechecks?.waitMs ?? 0));
  return {
    ...rest,
    passes,
    ...(isSweepBelievable ? { sweep } : {}),
    ...(rechecks ? { rechecks: { ...rechecks, nextMs } } : {}),
  };
}

/** How far a pass is behind; all the way to the logs' reach when nothing of it can be believed. */
export function lagMs({ passes }: Checkpoint, name: string, ageMs: number, nowMs: number): number {
  const markMs = Math.max(passes[name] ?? 0, nowMs - LOGS_REACH_MS);
  return Math.max(0, nowMs - ageMs - markMs);
}

/** How much of the logs a sweep has still to read; 0 when none is under way. */
export function sweepLagMs({ sweep }: Checkpoint, nowMs: number): number {
  if (!sweep) return 0;
  return Math.max(0, Math.min(nowMs, sweep.untilMs) - Math.max(sweep.atMs, nowMs - LOGS_REACH_MS));
}

/**
 * Hours until the logs forget the oldest message that is not known to be right: one that a pass, or a second look, should
 * have reached and has not, one in a stretch that Infobip cannot serve, or one that a doubt may concern. A doubt may concern any message of the 48 hours, so nothing is left of them
 * until a sweep, which begins with the oldest, has passed.
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
