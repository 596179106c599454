import { epochMsOf, printRecord } from "../message/record.ts";
import type { SettledRun } from "./catalog.ts";
import { mergeVersions, type Version } from "./codec.ts";
import { identityOf } from "./keys.ts";
import { type GetItems, Messages, readBlocks, refsHolding } from "./lookup.ts";
import { Moments } from "./moments.ts";
import { messageTerm } from "./terms.ts";

/** What settled runs already know about the messages that are about to be settled. */
export interface Earlier {
  /** What must be written: new or changed messages, each including everything that was known before. */
  readonly changed: readonly Version[];
  /** Fingerprints of messages that are also in another run; `moved`: at another moment. */
  readonly again: ReadonlySet<number>;
  readonly moved: ReadonlySet<number>;
  /** The moments of these messages. */
  readonly moments: Moments;
}

/**
 * To find messages that moved, at most this many buckets are read for a batch from runs that do not span a message's
 * moment.
 */
const MOST_BUCKETS = 1_000;

/**
 * Looks up messages in earlier runs and merges what these contain, so that a settled block always contains everything
 * that was settled about its messages before. Runs that span the moment of a message are always asked, others within
 * limits.
 */
export async function earlierVersions(
  versions: readonly Version[],
  runs: readonly SettledRun[],
  get: GetItems,
  mostBuckets = MOST_BUCKETS,
): Promise<Earlier> {
  const found = await versionsIn(versions, chooseRuns(versions, runs, mostBuckets), get);
  const [again, moved, moments] = [new Set<number>(), new Set<number>(), new Moments()];
  const changed = versions.flatMap((version) => {
    const before = found.get(identityOf(version.record));
    if (!before) return [version];
    const merged = mergeVersions(before, version);
    const term = messageTerm(version.record.messageId);
    const isMoved = epochMsOf(before.record.sentAt) !== epochMsOf(version.record.sentAt);
    // Even if it brings nothing new, since its fresh block stays at the other moment for a while.
    if (isMoved) {
      moved.add(term);
      for (const each of [before, version]) moments.add(each);
    }
    if (isMoved || !isSame(before, merged)) again.add(term);
    return isSame(before, merged) ? [] : [merged];
  });
  return { changed, again, moved, moments };
}

function isSame(a: Version, b: Version): boolean {
  return (
    a.text === printRecord(b.record) &&
    a.keepSeconds === b.keepSeconds &&
    JSON.stringify([...a.precedences]) === JSON.stringify([...b.precedences])
  );
}

/** Each run, with the terms to look up in it. */
function chooseRuns(versions: readonly Version[], runs: readonly SettledRun[], mostBuckets: number) {
  let buckets = mostBuckets;
  const placed = versions.map(({ record }) => ({
    at: epochMsOf(record.sentAt),
    term: messageTerm(record.messageId),
  }));
  return [...runs].reverse().map((run) => {
    const isWithin = ({ at }: { at: number }) => at >= run.sinceMs && at <= run.untilMs;
    const isAskedForAll = run.buckets <= buckets;
    if (isAskedForAll) buckets -= run.buckets;
    return {
      run,
      fingerprints: placed.filter((one) => isAskedForAll || isWithin(one)).map(({ term }) => term),
    };
  });
}

async function versionsIn(
  versions: readonly Version[],
  questions: readonly { run: SettledRun; fingerprints: readonly number[] }[],
  get: GetItems,
): Promise<Messages> {
  const wanted = new Set(versions.map(({ record }) => identityOf(record)));
  const blocks = await readBlocks(await refsHolding(questions, get), get);
  const messages = new Messages();
  for (const version of blocks.flatMap((block) => block.versions)) {
    if (wanted.has(identityOf(version.record))) messages.add(version);
  }
  return messages;
}
