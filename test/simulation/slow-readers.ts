import { hash, Random } from "../../infra/local/imitation/random.ts";
import { identityOf } from "../../lib/archive/keys.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { databaseOf, directDatabase } from "./database.ts";
import type { Table } from "./dynamodb/table.ts";
import { Faults } from "./faults.ts";
import type { Loop } from "./loop.ts";
import { walk } from "./oracle.ts";
import { plainly, randomFilter } from "./plain.ts";
import { Process } from "./process.ts";
import type { Version } from "./version.ts";

/** What a reader meets: what its SDK gets over, and what its own code must. */
const SHARES = {
  ...{ database: 60, upstream: 0, upstreamKinds: [], killed: 0, frozen: 0 },
  databaseKinds: ["unprocessed", "throttled", "slow"],
} as const;
const PLENTY = { units: 1e9, timeoutMs: 1e9 };
/** Shorter than the grace that what was replaced is kept for. */
const MOST_FROZEN_MS = 500_000;

export interface ReaderOptions {
  readonly loop: Loop;
  readonly table: Table;
  readonly seed: number;
  /** Its reads lag by so much, at most. */
  readonly lagMs: number;
  /** What it searches with. */
  readonly version: Version;
}

/**
 * Follows a cursor while everything goes on, over a database that lags and leaves keys for later, and stands still for
 * minutes in the middle. Gives what is wrong, in words: a message that was there when it began, and at its end, and that it
 * was not given; one that it was given twice.
 */
export async function readSlowly(
  name: string,
  { loop, table, seed, lagMs, version }: ReaderOptions,
): Promise<string[]> {
  const random = new Random(hash(seed, name));
  const now = () => loop.nowMs;
  const everything = () => walk(directDatabase(table, now), {}, 1_000, now);
  const before = await everything();
  if (before.length === 0) return [];
  const process = new Process(name, { loop, seed, skewMs: 0 });
  // What it sees is at least what was there when it was looked at.
  await process.wait(lagMs + 1);
  const filter = randomFilter(random, before);
  const db = databaseOf(process, { table, faults: new Faults(seed, SHARES, new Set()), mostLagMs: lagMs });
  loop.at(loop.nowMs + random.magnitude(1, 300), () =>
    process.freeze(random.magnitude(1_000, MOST_FROZEN_MS)),
  );
  const limit = random.pick([5, 20, 1_000]);
  const found = (await walk(db, filter, limit, now, PLENTY, process.clock, version.search)).map(identityOf);
  const given = new Set(found);
  const still = new Set(plainly(await everything(), filter).map(identityOf));
  const missing = plainly(before, filter).filter((record) => isMissed(record, still, given));
  const words = `who asked slowly for ${JSON.stringify(filter)}`;
  return [
    ...missing.map(({ messageId }) => `${words} was not given ${messageId}`),
    ...(given.size < found.length ? [`${words} was given a message twice`] : []),
  ];
}

function isMissed(record: MessageRecord, still: ReadonlySet<string>, given: ReadonlySet<string>): boolean {
  const id = identityOf(record);
  return still.has(id) && !given.has(id);
}
