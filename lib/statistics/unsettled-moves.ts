import type { BlockRef } from "../archive/block-ref.ts";
import type { SettledRun } from "../archive/catalog.ts";
import { earlierVersions } from "../archive/earlier.ts";
import type { FreshPage } from "../archive/fresh.ts";
import { identityOf } from "../archive/keys.ts";
import { type GetItems, readBlocks } from "../archive/lookup.ts";
import { allMessages } from "../archive/search/index-reader.ts";
import type { Reader } from "../archive/search/reader.ts";
import { messageTerm } from "../archive/terms.ts";
import { epochMsOf } from "../message/record.ts";
import { hourOf } from "./periods.ts";

/** Messages whose unsettled reports name different hours of sending: their fingerprints, and the hours. */
export interface Moves {
  readonly terms: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
}

export const NO_MOVES: Moves = { terms: new Set(), hours: new Set() };

/** Beyond so many records, or blocks, only settling finds them: searching would cost more than the answer. */
const MOST_RECORDS = 5_000;
const MOST_BLOCKS = 200;

/** Looks for such messages in fresh pages, including settled ones as long as they exist. */
export async function unsettledMoves(
  pages: Iterable<FreshPage>,
  reader: Reader,
  get: GetItems,
): Promise<Moves> {
  const { own, records } = distinct(pages);
  const hours = new Set(own.flatMap(({ refs }) => refs.flatMap(hoursOf)));
  if (hours.size < 2 || records > MOST_RECORDS) return NO_MOVES;
  const refs = sharedRefs(await allMessages(reader));
  if (refs.length > MOST_BLOCKS) return NO_MOVES;
  const found = new Map<string, MessageHours>();
  for (const { versions } of await readBlocks(refs, get)) {
    for (const { record } of versions) {
      const name = identityOf(record);
      const one = found.get(name) ?? { term: messageTerm(record.messageId), hours: new Set<number>() };
      found.set(name, one);
      one.hours.add(hourOf(epochMsOf(record.sentAt)));
    }
  }
  return movesAmong([...found.values()]);
}

/**
 * Settled runs are asked only where few reports wait, which they may for a day: many are settled within the hour, and settling
 * finds these messages, too. They are asked by the turns of so long after a page arrived: two, and one more if a turn is late.
 */
const RUNS = { mostRecords: 2_000, mostBuckets: 200, newMs: 12 * 60_000 };

/**
 * Looks up what the newest pages tell in settled runs, within limits (archive/earlier.ts): which of their messages are there
 * at another hour. Too dear for an answer, so the state keeps what is found.
 */
export async function movesFromRuns(
  pages: Iterable<FreshPage>,
  runs: readonly SettledRun[],
  get: GetItems,
  nowMs: number,
): Promise<Moves> {
  const { own, records } = distinct(pages);
  const refs = own
    .filter(({ appendedAtMs }) => nowMs - appendedAtMs < RUNS.newMs)
    .flatMap((page) => page.refs);
  if (refs.length === 0 || runs.length === 0 || records > RUNS.mostRecords) return NO_MOVES;
  const versions = (await readBlocks(refs, get)).flatMap((block) => block.versions);
  const { moments } = await earlierVersions(versions, runs, get, RUNS.mostBuckets);
  return movesAmong(
    moments.moved().map(({ messageId, momentsMs }) => ({
      term: messageTerm(messageId),
      hours: new Set([...momentsMs].map(hourOf)),
    })),
  );
}

/** Each page once, and how many records they have together. */
function distinct(pages: Iterable<FreshPage>): { own: FreshPage[]; records: number } {
  const own = [...new Map([...pages].map((page) => [page.sk, page])).values()];
  return { own, records: own.reduce((sum, { count }) => sum + count, 0) };
}

/** A message's fingerprint, and the hours of sending that its reports name. */
interface MessageHours {
  readonly term: number;
  readonly hours: Set<number>;
}

function movesAmong(messages: readonly MessageHours[]): Moves {
  const moves = messages.filter(({ hours }) => hours.size > 1);
  return {
    terms: new Set(moves.map(({ term }) => term)),
    hours: new Set(moves.flatMap(({ hours }) => [...hours])),
  };
}

const hoursOf = ({ oldestMs, newestMs }: BlockRef) => [hourOf(oldestMs), hourOf(newestMs)];

/** The blocks that share a message with a block of another hour, as far as terms can tell. */
function sharedRefs(pages: readonly FreshPage[]): BlockRef[] {
  const holding = new Map<number, BlockRef[]>();
  for (const { refs, messages } of pages)
    for (const [term, numbers] of messages() ?? [])
      for (const n of numbers) {
        const ref = refs[n];
        if (!ref) continue;
        const held = holding.get(term);
        if (held) held.push(ref);
        else holding.set(term, [ref]);
      }
  const shared = [...holding.values()].filter((held) => new Set(held.flatMap(hoursOf)).size > 1);
  return [...new Set(shared.flat())];
}
