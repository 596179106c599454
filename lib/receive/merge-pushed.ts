import { PUSH_KINDS, type PushKind, pushedSource } from "../infobip/sources.ts";
import { MERGE_MS, type MergeServices, mergeLog } from "../ingest/merge-log.ts";
import type { MergedPage } from "../ingest/merge-page.ts";
import { nextRhythm, silencePercent } from "../ingest/rhythm.ts";

/** Whoever merges for others, and dies over it, keeps them from it for so long: longer than merging some pages takes … */
const LEASE_MS = 10_000;
/** … which are begun only while so much of it is left, so that nobody else merges them meanwhile. */
const LEAST_LEASE_MS = 5_000;

/**
 * Merges what has landed of a kind and is not merged; gives the pages. Of many that land beside each other one merges for all:
 * each lands first and asks for the lease then, and whoever has it gives it back first and looks for more then, so that
 * nothing falls between the two. What is left when the time is over, or when its merger dies, the next run merges.
 */
export async function mergePushed(kind: PushKind, services: MergeServices): Promise<readonly MergedPage[]> {
  const source = pushedSource(kind);
  const { states, log, clock } = services;
  const pages: MergedPage[] = [];
  for (;;) {
    const nowMs = clock.now();
    const untilMs = nowMs + LEASE_MS;
    const state = await states.lease(source, nowMs, untilMs);
    if (!state) return pages;
    let rhythm = state.rhythm;
    try {
      const remainingMs = () =>
        Math.min(services.remainingMs(), untilMs - clock.now() - LEAST_LEASE_MS + MERGE_MS);
      const done = await mergeLog(source, state.merged, { ...services, remainingMs });
      pages.push(...done.pages);
      if (done.pages.length > 0) rhythm = nextRhythm(state.rhythm, state.goodAtMs, nowMs);
      await states.release(source, untilMs, rhythm === state.rhythm ? undefined : rhythm);
      const isTimeOver = services.remainingMs() < MERGE_MS;
      if (isTimeOver || (done.unmerged === 0 && (await log.end(source)) <= done.merged)) return pages;
    } catch (error) {
      await states.release(source, untilMs, undefined).catch(() => {});
      throw error;
    }
  }
}

/** What a run over all kinds came to. */
export interface MergedLeft {
  readonly pages: readonly MergedPage[];
  /** Of the kind that has been silent for longest, as `silencePercent` gives it; undefined when nothing is pushed usually. */
  readonly silencePercent?: number | undefined;
  readonly silentKind?: PushKind | undefined;
}

/** Merges what is left of all kinds, and looks which of them have fallen silent. Reads little where there is nothing. */
export async function mergeLeft(services: MergeServices): Promise<MergedLeft> {
  const { states, log, clock } = services;
  const found = await Promise.all(
    PUSH_KINDS.map(async (kind) => {
      const source = pushedSource(kind);
      const [state, end] = await Promise.all([states.load(source), log.end(source)]);
      return { kind, isLeft: end > state.merged, percent: silencePercent(state, clock.now()) };
    }),
  );
  const pages: MergedPage[] = [];
  // One after the other: none is in a hurry, and each takes a core.
  let fault: unknown;
  for (const { kind, isLeft } of found) {
    try {
      if (isLeft) pages.push(...(await mergePushed(kind, services)));
    } catch (error) {
      // A kind that cannot go on must not keep the others from it.
      fault ??= error;
    }
  }
  if (fault !== undefined) throw fault;
  const silent = found
    .filter(({ percent }) => percent !== undefined)
    .sort((a, b) => (b.percent ?? 0) - (a.percent ?? 0))[0];
  return { pages, silencePercent: silent?.percent, silentKind: silent?.kind };
}
