import { PUSH_KINDS, pushedSource, SOURCE_NAMES } from "../infobip/sources.ts";
import { PageLog } from "../log/page-log.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { SourceStates } from "./source-state.ts";

/** A source that nothing has come from for so long is not pulled any more. */
const GIVEN_UP_MS = 24 * 3_600_000;

/** How far what is known is behind, milliseconds: by the source that is furthest behind, pulled or pushed. */
export async function arrivalLagMs(db: Database, nowMs: number): Promise<number> {
  return Math.max(...(await Promise.all([pullLagMs(db, nowMs), pushLagMs(db, nowMs)])));
}

/** How long ago the last good pull of the source was that is furthest behind; 0 where nothing is pulled. */
async function pullLagMs(db: Database, nowMs: number): Promise<number> {
  const states = new SourceStates(db);
  const ages = await Promise.all(
    SOURCE_NAMES.map(async (source) => nowMs - ((await states.load(source)).goodAtMs ?? 0)),
  );
  return Math.max(0, ...ages.filter((age) => age < GIVEN_UP_MS));
}

/** How long the oldest page waits that was pushed and is not merged; 0 where there is none. That nothing is pushed is no lag. */
async function pushLagMs(db: Database, nowMs: number): Promise<number> {
  const states = new SourceStates(db);
  const log = new PageLog(db, 0);
  const ages = await Promise.all(
    PUSH_KINDS.map(async (kind) => {
      const source = pushedSource(kind);
      // One page: unless it is said, up to a megabyte of what waits is read with it.
      const { value } = await log.read(source, (await states.load(source)).merged, 1).next();
      return value ? nowMs - value.atMs : 0;
    }),
  );
  return Math.max(0, ...ages);
}
