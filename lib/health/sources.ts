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

/** How it stands with what is pulled from a source. */
export interface SourceHealth {
  readonly source: SourceName;
  /** When an answer was last merged, or had nothing in it, milliseconds since 1970; undefined: never. */
  readonly lastGoodMs: number | undefined;
  /** Requests that may have taken reports which are not here yet. */
  readonly openPulls: number;
  /** Pages that have landed and are not merged. */
  readonly waitingPages: number;
  /** Why answers were not whole, and how many. */
  readonly doubts: readonly { readonly reason: string; readonly count: number }[];
}

/** How it stands with what Infobip pushes of a kind that it has pushed before. */
export interface PushHealth {
  readonly kind: PushKind;
  readonly lastArrivalMs: number;
  readonly waitingPages: number;
}

interface Stores {
  readonly states: SourceStates;
  readonly log: PageLog;
}

/** Of every source: a unit for its state, and half a one for the end of its log. */
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

/** Of every kind that has been pushed; a unit each. */
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
  // The end of a log that time to live has emptied is 0.
  return Math.max(0, (await log.end(source)) - merged);
}

function byReason(doubts: readonly Doubt[]): { reason: string; count: number }[] {
  const groups = Map.groupBy(doubts, ({ reason }) => reason);
  return [...groups].map(([reason, { length: count }]) => ({ reason, count }));
}
