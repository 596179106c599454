import pMap from "p-map";
import { WHOLE_OR_REST } from "../infobip/page.ts";
import { PARSER_VERSION } from "../infobip/report.ts";
import { PUSH_KINDS, pushedSource, SOURCE_NAMES } from "../infobip/sources.ts";
import { isTransient } from "../runtime/dynamodb.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { MERGE_MS, type MergeServices } from "./merge-log.ts";
import type { QuarantinedItem } from "./quarantine.ts";
import { replay } from "./replay.ts";

/** A run of the reconciler replays this many entries, so that a fault which is over needs nobody's attention. */
const ENTRIES_A_RUN = 50;
/** Apart from the round, entries are replayed as soon as they are set aside, and again at these ages of their page. */
const FRESH_AGES_MS = [0, 3_600_000, 6 * 3_600_000];
const MOST_FRESH = 200;
const DAY_MS = 86_400_000;
/** Assumed if it is unknown when the last run was. */
const USUAL_RHYTHM_MS = 900_000;
/** A page may be set aside up to this long after its id was made. */
const PULL_MS = 120_000;

type Round = NonNullable<Checkpoint["replay"]>;

/**
 * Replays some of what is in quarantine: fresh entries first, then all entries in a round that takes several runs, even
 * across midnight. A new round begins when the parser has changed or the day is over. `isEmpty` tells if the quarantine
 * is empty now.
 */
export async function replaySome(
  before: Checkpoint["replay"],
  services: MergeServices,
): Promise<{ isEmpty: boolean; round: Checkpoint["replay"] }> {
  const { quarantine, clock, remainingMs } = services;
  const nowMs = clock.now();
  const today = { parser: PARSER_VERSION, day: Math.floor(nowMs / DAY_MS), atMs: nowMs };
  if (await quarantine.isEmpty(nowMs)) return { isEmpty: true, round: today };
  // The rest of the run has other work.
  const leastMs = Math.max(MERGE_MS, remainingMs() / 2);
  const fresh = await freshEntries(before?.atMs ?? nowMs - USUAL_RHYTHM_MS, services);
  const tried = await tryEach(fresh, leastMs, services);
  if (fresh.length > 0 && tried.length === 0) return { isEmpty: false, round: before };
  const isSame = before?.parser === today.parser && (before.upTo !== undefined || before.day === today.day);
  const begun = isSame ? { ...before, atMs: nowMs } : today;
  const isOver = isSame && before.upTo === undefined;
  const round = isOver ? begun : await goOn(begun, new Set(tried.map(skOf)), leastMs, services);
  // A replay for which there was no time is started by the next run.
  const after = round ?? (before && { ...before, atMs: nowMs });
  return { isEmpty: await quarantine.isEmpty(nowMs), round: after };
}

/**
 * The next entries of a round, except those that this run has tried already. Returns how far the round is now;
 * undefined if it has not advanced.
 */
async function goOn(
  { upTo: from, ...round }: Round,
  triedNow: ReadonlySet<string>,
  leastMs: number,
  services: MergeServices,
): Promise<Round | undefined> {
  const { entries, next } = await services.quarantine.some(ENTRIES_A_RUN, from, services.clock.now());
  const left = entries.filter((entry) => !triedNow.has(skOf(entry)));
  const tried = await tryEach(left, leastMs, services);
  if (left.length > 0 && tried.length === 0) return undefined;
  // The next run begins with those for which there was no time.
  const upTo = tried.length < left.length ? tried.map(skOf).at(-1) : next;
  return upTo === undefined ? round : { ...round, upTo };
}

/**
 * Entries that were set aside since the last run, or have reached an age at which they are tried again; whole pages
 * first. Page ids begin with the time of their pull, so only these entries are read, however large the quarantine is.
 * Rows of the logs are not included: each pass reads them again.
 */
async function freshEntries(
  lastMs: number,
  { quarantine, clock }: MergeServices,
): Promise<QuarantinedItem[]> {
  const nowMs = clock.now();
  const sources = [...SOURCE_NAMES, ...PUSH_KINDS.map(pushedSource)];
  const windows = FRESH_AGES_MS.map((ageMs) => ({
    sinceMs: Math.min(lastMs, nowMs) - ageMs - PULL_MS,
    untilMs: nowMs - ageMs,
  }));
  const found = await pMap(
    sources.flatMap((source) => windows.map((window) => ({ source, ...window }))),
    ({ source, sinceMs, untilMs }) => quarantine.ofPages(source, { sinceMs, untilMs }, MOST_FRESH, nowMs),
    { concurrency: 4 },
  );
  const isRest = ({ place }: QuarantinedItem) => Number(place !== WHOLE_OR_REST);
  return found
    .flat()
    .sort((a, b) => isRest(a) - isRest(b))
    .slice(0, MOST_FRESH);
}

/** Tries entries one by one while more than so much time is left. Returns those that were tried. */
async function tryEach(
  entries: readonly QuarantinedItem[],
  leastMs: number,
  services: MergeServices,
): Promise<QuarantinedItem[]> {
  const tried: QuarantinedItem[] = [];
  for (const entry of entries) {
    if (services.remainingMs() < leastMs) break;
    await replayOrLeave(entry, services);
    tried.push(entry);
  }
  return tried;
}

const skOf = ({ item }: QuarantinedItem) => String(item.sk);

/** An entry that fails for good stays where it is. It must not end the run, which has other work. */
async function replayOrLeave(entry: QuarantinedItem, services: MergeServices): Promise<void> {
  try {
    await replay(entry, services);
  } catch (error) {
    if (isTransient(error)) throw error;
  }
}
