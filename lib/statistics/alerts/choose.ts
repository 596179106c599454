import type { Finding, Numbers } from "./finding.ts";
import { withoutParts } from "./recent.ts";
import { judge } from "./rules.ts";
import { isWhole, nameOf, type Segment } from "./segment.ts";
import { type AlertSettings, STEP_MS } from "./settings.ts";
import { groupOf, type Incident, type SeenSegment } from "./watch-state.ts";

/** A rule that has fired often enough. */
export interface Ripe {
  readonly seen: SeenSegment;
  readonly finding: Finding;
}

interface Choice {
  readonly ripe: readonly Ripe[];
  readonly open: readonly Incident[];
  readonly seen: readonly SeenSegment[];
  readonly nowMs: number;
  readonly settings: AlertSettings;
}

/** What ripens this soon after an incident of another segment has the same cause. */
const SAME_CAUSE_MS = 4 * STEP_MS;
/** The whole channel is named unless this few parts explain it. */
const FEW_PARTS = 3;

/**
 * Has no incident just been closed that this rule still looks back on, be it of the segment itself, its channel or one
 * of its parts?
 */
export function isOpenable({ seen, finding }: Ripe, closed: readonly Incident[]): boolean {
  return !closed.some(
    ({ segment, also, kind }) =>
      groupOf(kind) === groupOf(finding.kind) &&
      ((isWhole(seen.segment) && segment.channel === seen.segment.channel) ||
        [segment, ...also].some((one) => [seen.name, seen.segment.channel].includes(nameOf(one)))),
  );
}

/**
 * The incidents to open, one for each cause. If a channel is down, that is one incident and not one for each of forty
 * networks; if a network is down, and with it most of what a sender sends, the incident is that of the network; and a
 * channel is not down because one of its networks is.
 */
export function opened(choice: Choice): { open: Incident[]; opened: Incident[]; absorbed: Incident[] } {
  let open = [...choice.open];
  const [news, absorbed]: [Incident[], Incident[]] = [[], []];
  const key = ({ seen, finding }: Ripe) => `${seen.segment.channel} ${groupOf(finding.kind)}`;
  for (const [name, all] of Map.groupBy(choice.ripe, key)) {
    const beside = open.filter(({ segment, kind }) => `${segment.channel} ${groupOf(kind)}` === name);
    const { incident, attached } = ofChannel(all, beside, choice);
    open = open.map((one) => attached.get(one.id) ?? one);
    if (incident) {
      if (isWhole(incident.segment)) {
        absorbed.push(...beside.map((one) => partOfChannel(one, choice.nowMs)));
        open = open.filter((one) => !beside.includes(one));
      }
      open.push(incident);
      news.push(incident);
    }
  }
  return { open, opened: news, absorbed };
}

function partOfChannel(incident: Incident, nowMs: number): Incident {
  return { ...incident, closedMs: nowMs, closedBecause: "PART_OF_CHANNEL" };
}

function ofChannel(all: readonly Ripe[], beside: readonly Incident[], choice: Choice) {
  const attached = new Map<string, Incident>();
  if (beside.some(({ segment }) => isWhole(segment))) return { attached };
  const parts = all.filter(({ seen }) => !isWhole(seen.segment));
  const whole = all.find(({ seen }) => isWhole(seen.segment));
  if (whole && !isExplained(whole, parts, beside, choice))
    return { incident: incidentOf([whole], choice), attached };
  const known = new Set(beside.flatMap(({ segment, also }) => [segment, ...also].map(nameOf)));
  const fresh = sorted(parts.filter(({ seen }) => !known.has(seen.name)));
  const rest = fresh.filter(({ seen }) => {
    const cause = beside.find((incident) => isOfCause(seen.segment, incident, choice.nowMs));
    if (!cause) return true;
    const before = attached.get(cause.id) ?? cause;
    attached.set(cause.id, { ...before, also: [...before.also, seen.segment] });
    return false;
  });
  return rest.length > 0 ? { incident: incidentOf(rest, choice), attached } : { attached };
}

/** Networks before senders, the largest first: the first one names the incident. */
function sorted(parts: readonly Ripe[]): Ripe[] {
  const rank = ({ seen }: Ripe) => (seen.segment.network === undefined ? 1 : 0);
  const size = ({ finding }: Ripe) => finding.firing?.bad ?? 0;
  return [...parts].sort(
    (a, b) => rank(a) - rank(b) || size(b) - size(a) || (a.seen.name < b.seen.name ? -1 : 1),
  );
}

/** A network and a sender of one channel share messages, and two networks that fail together fail for one reason. */
function isOfCause(segment: Segment, { segment: other, openedMs }: Incident, nowMs: number): boolean {
  const isOtherWay = (segment.network === undefined) !== (other.network === undefined);
  return isOtherWay || nowMs - openedMs <= SAME_CAUSE_MS;
}

/** Is the channel as usual apart from a few of its parts? */
function isExplained(
  whole: Ripe,
  ripe: readonly Ripe[],
  beside: readonly Incident[],
  choice: Choice,
): boolean {
  const { nowMs, settings } = choice;
  const names = new Set([
    ...beside.flatMap(({ segment, also }) => [segment, ...also].map(nameOf)),
    ...ripe.map(({ seen }) => seen.name),
  ]);
  const parts = choice.seen.filter(
    ({ name, segment }) =>
      names.has(name) && segment.channel === whole.seen.segment.channel && !isWhole(segment),
  );
  const networks = parts.filter(({ segment }) => segment.network !== undefined);
  const senders = parts.filter(({ segment }) => segment.sender !== undefined);
  return [networks, senders].some((some) => {
    if (some.length === 0 || some.length > FEW_PARTS) return false;
    const recent = withoutParts(
      whole.seen.recent,
      some.map((part) => part.recent),
    );
    const { channel } = whole.seen.segment;
    const rest = judge({ channel, recent, baseline: whole.seen.baseline, nowMs, sinceMs: 0 }, settings);
    return rest.find(({ kind }) => kind === whole.finding.kind)?.isBack === true;
  });
}

function incidentOf(ripe: readonly Ripe[], { nowMs }: Choice): Incident {
  const [first, ...others] = ripe as [Ripe, ...Ripe[]];
  const { kind, fromMs } = first.finding;
  const numbers = first.finding.firing as Numbers;
  const also = [...new Map(others.map(({ seen }) => [seen.name, seen.segment])).values()];
  return {
    id: `${new Date(nowMs).toISOString().slice(0, 16)} ${kind} ${first.seen.name}`,
    ...{ kind, segment: first.seen.segment, openedMs: nowMs, sinceMs: fromMs, numbers, worst: numbers },
    also: also.filter((segment) => nameOf(segment) !== first.seen.name),
    ...{ backs: 0, backFromMs: nowMs, judgedMs: nowMs },
  };
}
