import { PUSH_KINDS, pushedSource, SOURCE_NAMES } from "../infobip/sources.ts";
import { PageLog } from "../log/page-log.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { SourceStates } from "./source-state.ts";

/** A source that has been silent for this long is no longer pulled. */
const GIVEN_UP_MS = 24 * 3_600_000;

/**
 * How far our knowledge lags behind, in milliseconds: the lag of the source, pulled or pushed, that is furthest behind.
 */
export async function arrivalLagMs(db: Database, nowMs: number): Promise<number> {
  return Math.max(...(await Promise.all([pullLagMs(db, nowMs), pushLagMs(db, nowMs)])));
}

/** The age of the last good pull of the source that is furthest behind; 0 if nothing is pulled. */
async function pullLagMs(db: Database, nowMs: number): Promise<number> {
  const states = new SourceStates(db);
  const ages = await Promise.all(
    SOURCE_NAMES.map(async (source) => nowMs - ((await states.load(source)).goodAtMs ?? 0)),
  );
  return Math.max(0, ...ages.filter((age) => age < GIVEN_UP_MS));
}

/** How long the oldest pushed page has been waiting to be merged; 0 if none is. That nothing is pushed is not a lag. */
async function pushLagMs(db: Database, nowMs: number): Promise<number> {
  const states = new SourceStates(db);
  const log = new PageLog(db);
  const ages = await Promise.all(
    PUSH_KINDS.map(async (kind) => {
      const source = pushedSource(kind);
      // Asks for one page only. By default up to a megabyte of waiting pages would be read.
      const { value } = await log.read(source, (await states.load(source)).merged, 1).next();
      return value ? nowMs - value.atMs : 0;
    }),
  );
  return Math.max(0, ...ages);
}
