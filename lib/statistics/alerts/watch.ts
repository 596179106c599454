import { isOpenable, opened } from "./choose.ts";
import type { Numbers } from "./finding.ts";
import { followed } from "./follow.ts";
import { judge } from "./rules.ts";
import { isMuted, isWhole, nameOf, partsOf } from "./segment.ts";
import { type AlertSettings, STEP_MS } from "./settings.ts";
import type { Incident, SeenSegment, Watch, Watched } from "./watch-state.ts";

export interface WatchStep {
  readonly watch: Watch;
  readonly opened: readonly Incident[];
  readonly closed: readonly Incident[];
}

/** A gap of this many intervals between evaluations ends all that is "in a row". */
const MOST_STEPS_APART = 3;

/**
 * One evaluation of all segments. Pure and idempotent: if the interval has been judged already nothing changes, so it
 * may be repeated, and two may run at once if the state is put on condition.
 */
export function step(
  before: Watch,
  watched: readonly Watched[],
  nowMs: number,
  settings: AlertSettings,
  mutes: readonly string[] = [],
): WatchStep {
  const atStep = Math.floor(nowMs / STEP_MS);
  if (atStep <= before.atStep) return { watch: before, opened: [], closed: [] };
  const isGap = atStep - before.atStep > MOST_STEPS_APART;
  const seen = watched
    .filter(({ segment }) => !isMuted(segment, mutes))
    .map((one) => look(one, before, nowMs, settings));
  const { open, closed, since } = followed(before, seen, nowMs, settings, mutes);
  const running = runningOf(isGap ? {} : before.running, seen);
  const ripe = seen.flatMap((one) =>
    one.findings
      .filter(({ kind, firing }) => firing && isSure(firing, running[one.name]?.[kind] ?? 0, settings))
      .map((finding) => ({ seen: one, finding })),
  );
  // What has just closed must not be opened again by what closed it.
  const news = opened({ ripe: ripe.filter((one) => isOpenable(one, closed)), open, seen, nowMs, settings });
  return {
    watch: { atStep, running, since, open: news.open },
    opened: news.opened,
    closed: [...closed, ...news.absorbed],
  };
}

/** Has a rule fired often enough, or found something so improbable that once is enough? */
function isSure({ chance }: Numbers, times: number, settings: AlertSettings): boolean {
  if (chance !== undefined && chance < settings.chanceAtOnce) return true;
  return times >= settings.openAfter && (chance ?? 0) < settings.mostChance;
}

function look(one: Watched, { since }: Watch, nowMs: number, settings: AlertSettings): SeenSegment {
  const { channel } = one.segment;
  const name = nameOf(one.segment);
  const parts = isWhole(one.segment) ? (since[partsOf(channel)] ?? 0) : 0;
  const sinceMs = Math.max(since[name] ?? 0, since[channel] ?? 0, parts);
  const findings = judge({ channel, recent: one.recent, baseline: one.baseline, nowMs, sinceMs }, settings);
  return { ...one, name, findings };
}

/** For how many evaluations in a row each rule has fired; rules that do not fire are left out. */
function runningOf(before: Watch["running"], seen: readonly SeenSegment[]): Watch["running"] {
  return Object.fromEntries(
    seen.flatMap(({ name, findings }) => {
      const kinds = findings
        .filter(({ firing }) => firing)
        .map(({ kind }) => [kind, (before[name]?.[kind] ?? 0) + 1] as const);
      return kinds.length > 0 ? [[name, Object.fromEntries(kinds)] as const] : [];
    }),
  );
}
