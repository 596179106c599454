import type { Finding } from "./finding.ts";
import { HOUR_MS } from "./past-hours.ts";
import { isMuted, nameOf, partsOf } from "./segment.ts";
import type { AlertSettings } from "./settings.ts";
import { type ClosedBecause, groupOf, type Incident, type SeenSegment, type Watch } from "./watch-state.ts";

/**
 * After so long without anything to judge, nobody is sending any more, whatever the incident was. What has been muted
 * since is not judged any more, either.
 */
const QUIET_MS = 24 * HOUR_MS;
/** After so long it is the new normal. The history starts again with it. */
export const USUAL_NOW_MS = 7 * 24 * HOUR_MS;
/** No window reaches further back than this. */
const FORGET_MS = 24 * HOUR_MS;

interface Followed {
  readonly open: Incident[];
  readonly closed: Incident[];
  readonly since: Watch["since"];
}

/** The open incidents, updated by this evaluation. */
export function followed(
  before: Watch,
  seen: readonly SeenSegment[],
  nowMs: number,
  settings: AlertSettings,
  mutes: readonly string[],
): Followed {
  const byName = new Map(seen.map((one) => [one.name, one]));
  const all = before.open.map((incident) => {
    const found = byName.get(nameOf(incident.segment))?.findings ?? [];
    return closedOrNot(
      follow(
        incident,
        found.filter(({ kind }) => groupOf(kind) === groupOf(incident.kind)),
        nowMs,
      ),
      nowMs,
      settings,
      mutes,
    );
  });
  const closed = all.filter(({ closedMs }) => closedMs !== undefined);
  const settled = closed.flatMap(({ segment, also, backFromMs, closedBecause }) => {
    const names = [segment, ...also].map(nameOf);
    const ms = closedBecause === "BACK" ? backFromMs : nowMs;
    return [...names, partsOf(segment.channel)].map((name) => [name, ms] as const);
  });
  const kept = Object.entries(before.since).filter(([, ms]) => ms > nowMs - FORGET_MS);
  return {
    open: all.filter(({ closedMs }) => closedMs === undefined),
    closed,
    since: Object.fromEntries([...kept, ...settled]),
  };
}

function follow(incident: Incident, findings: readonly Finding[], nowMs: number): Incident {
  const own = findings.find(({ kind }) => kind === incident.kind);
  const worst = own?.firing && own.firing.share > incident.worst.share ? own.firing : incident.worst;
  const isKnown = findings.some(({ isBack }) => isBack !== undefined);
  if (!isKnown) return { ...incident, worst };
  const isBad = findings.some(({ isBack, firing }) => isBack === false && firing !== undefined);
  const isBack = own?.isBack === true && !isBad;
  if (!isBack) return { ...incident, worst, backs: 0, judgedMs: nowMs };
  const backFromMs = incident.backs === 0 ? (own.backFromMs ?? own.fromMs) : incident.backFromMs;
  return { ...incident, worst, backs: incident.backs + 1, backFromMs, judgedMs: nowMs };
}

function closedOrNot(
  incident: Incident,
  nowMs: number,
  { closeAfter }: AlertSettings,
  mutes: readonly string[],
): Incident {
  const close = (closedBecause: ClosedBecause): Incident => ({ ...incident, closedMs: nowMs, closedBecause });
  if (incident.backs >= closeAfter) return close("BACK");
  if (nowMs - incident.judgedMs >= QUIET_MS || isMuted(incident.segment, mutes)) return close("QUIET");
  return nowMs - incident.openedMs >= USUAL_NOW_MS ? close("USUAL_NOW") : incident;
}
