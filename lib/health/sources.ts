import {
  PUSH_KINDS,
  type PushKind,
  pushedSource,
  SOURCE_NAMES,
  type SourceName,
} from "../infobip/sources.ts";
import type { Doubt } from "../ingest/doubts.ts";
import type { SourceState, SourceStates } from "../ingest/source-state.ts";
import type { PageLog } from "../log/page-log.ts";

/** The state of a source that is pulled. */
export interface SourceHealth {
  readonly source: SourceName;
  /** When an answer was last merged or empty, in milliseconds since 1970; undefined: never. */
  readonly lastGoodMs: number | undefined;
  /** Requests that may have taken reports which have not arrived yet. */
  readonly openPulls: number;
  /** Pages that have arrived and are not merged yet. */
  readonly waitingPages: number;
  /** Why answers were incomplete, and how many. */
  readonly doubts: readonly { readonly reason: string; readonly count: number }[];
}

/** The state of a kind of push that has arrived before. */
export interface PushHealth {
  readonly kind: PushKind;
  readonly lastArrivalMs: number;
  readonly waitingPages: number;
}

interface Stores {
  readonly states: SourceStates;
  readonly log: PageLog;
}

/** The state of every source: a unit for its state, and half a unit for the end of its log. */
export function sourcesHealth(stores: Stores, doubts: readonly Doubt[]): Promise<SourceHealth[]> {
  return Promise.all(
    SOURCE_NAMES.map(async (source) => {
      const state = await stores.states.load(source);
      return {
        source,
        lastGoodMs: state.goodAtMs,
        openPulls: state.open.length,
        waitingPages: await waiting(source, state, stores),
        doubts: byReason(doubts.filter((doubt) => doubt.source === source)),
      };
    }),
  );
}

/** Every kind that has been pushed; a unit each. */
export async function pushesHealth(stores: Stores): Promise<PushHealth[]> {
  const all = PUSH_KINDS.map(async (kind): Promise<PushHealth[]> => {
    const source = pushedSource(kind);
    const state = await stores.states.load(source);
    if (state.goodAtMs === undefined) return [];
    return [{ kind, lastArrivalMs: state.goodAtMs, waitingPages: await waiting(source, state, stores) }];
  });
  return (await Promise.all(all)).flat();
}

async function waiting(source: string, { merged }: SourceState, { log }: Stores): Promise<number> {
  // The end of a log that TTL has emptied is 0.
  return Math.max(0, (await log.end(source)) - merged);
}

function byReason(doubts: readonly Doubt[]): { reason: string; count: number }[] {
  const groups = Map.groupBy(doubts, ({ reason }) => reason);
  return [...groups].map(([reason, { length: count }]) => ({ reason, count }));
}
