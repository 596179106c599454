import { type BlockRef, nameOfRef } from "../block-ref.ts";
import type { SettledRun } from "../catalog.ts";
import type { Version } from "../codec.ts";
import { type GetItems, readBlocks, refsOf } from "../lookup.ts";
import { CHUNK } from "../run.ts";
import { mostlySinceMs } from "./front.ts";
import { eachHolding } from "./odds.ts";
import type { Stretch } from "./plan.ts";
import type { Source } from "./sources.ts";

/** Reading further ahead than this would only cost units for blocks that may not be wanted. */
const MOST_BLOCKS = 300;
const LEAST_BLOCKS = 4;
/** The reference of a block costs a hundredth of the block, while asking again costs a round. */
const AHEAD = 1.5;
const MORE_CHUNKS = 16;
/** Where the second blocks were not enough, so much more is read each time, since each round of blocks is followed by look-ups. */
const MORE = 4;

/**
 * A margin for guesses of how many records blocks contain; and how many blocks are read at once before any has been
 * seen.
 */
const SPARE = 1.1;
const MOST_GUESSED = 50;

/** Numbers of blocks in one chunk of a run whose references are not known yet. */
interface Unknown {
  readonly run: SettledRun;
  readonly numbers: ReadonlySet<number>;
  /** Roughly how new they are, and how old the oldest: so likely ones are tried first. */
  readonly likelyMs: number;
  readonly likelyUntilMs: number;
}

/**
 * Blocks that each contain at least one matching record, given by run and number. References of blocks are read only as
 * far as needed: the blocks of a run are numbered from the newest, so its first chunks are enough.
 */
export async function blockSource(
  all: ReadonlyMap<SettledRun, ReadonlySet<number>>,
  { sinceMs, untilMs }: Stretch,
  get: GetItems,
  isMatch: (version: Version) => boolean,
  wanted: number,
): Promise<Source> {
  const yields = new Yields(all);
  const runs = [...all.keys()];
  const unknown = [...all].flatMap(([run, numbers]) => chunksOf(run, numbers, mostlySinceMs(run, runs)));
  /** For each run, an upper bound for the moments of all its unknown blocks. */
  const bounds = new Map([...all.keys()].map((run) => [run, run.untilMs]));
  const seen = new Set<string>();
  /** Known and not read yet, newest first. */
  let known: BlockRef[] = [];
  /** As many references are asked for as lead to what is wanted, but each time to more than before. */
  let leastChunks = 1;
  const unknownMs = () => unknown.reduce((most, { run }) => Math.max(most, bounds.get(run) ?? 0), -Infinity);

  async function learn(wanted: number): Promise<void> {
    unknown.sort((a, b) => b.likelyMs - a.likelyMs);
    let count = 0;
    let end = 0;
    for (const { numbers, likelyUntilMs } of unknown) {
      if (count >= wanted * AHEAD && end >= leastChunks) break;
      if (likelyUntilMs <= untilMs) count += numbers.size;
      end++;
    }
    leastChunks *= MORE_CHUNKS;
    // The chunks of a run are read in order: only then does a later one contain nothing newer.
    const chosen = unknown.splice(0, end);
    const byRun = Map.groupBy(chosen, ({ run }) => run);
    const questions = [...byRun].map(
      ([run, chunks]) => [run, new Set(chunks.flatMap(({ numbers }) => [...numbers]))] as const,
    );
    const refs = await refsOf(new Map(questions), get);
    for (const [run, byNumber] of refs) {
      const last = byNumber.get(Math.max(...byNumber.keys()));
      if (run.isSorted && last) bounds.set(run, last.newestMs);
      for (const ref of byNumber.values()) add(ref);
    }
    known.sort((a, b) => b.newestMs - a.newestMs);
  }

  function add(ref: BlockRef): void {
    const name = nameOfRef(ref);
    if (!seen.has(name) && ref.newestMs >= sinceMs && ref.oldestMs <= untilMs) known.push(ref);
    seen.add(name);
  }

  await learn(yields.blocksFor(wanted));
  return {
    get frontierMs() {
      return Math.max(unknownMs(), known[0]?.newestMs ?? -Infinity);
    },
    async read(wanted) {
      const most = yields.blocksFor(wanted);
      const isReady = (ref: BlockRef) => ref.newestMs > unknownMs();
      let ready = known.filter(isReady);
      if (ready.length < most && unknown.length > 0) {
        await learn(most - ready.length);
        ready = known.filter(isReady);
      }
      const part = ready.slice(0, most);
      known = known.slice(part.length);
      const versions = (await readBlocks(part, get)).flatMap(({ versions }) => versions);
      yields.note(part.length, versions.filter(isMatch).length);
      return versions.map((version) => ({ version }));
    },
  };
}

/** How many records a block yields: at first what the index predicts, then what the blocks read so far have yielded. */
class Yields {
  readonly #expected: number;
  #blocks = 0;
  #rows = 0;
  #reads = 0;

  constructor(all: ReadonlyMap<SettledRun, ReadonlySet<number>>) {
    const blocks = [...all.keys()].reduce((sum, run) => sum + run.blocks, 0);
    const holding = [...all.values()].reduce((sum, numbers) => sum + numbers.size, 0);
    this.#expected = eachHolding({ blocks, holding });
  }

  note(blocks: number, rows: number): void {
    this.#blocks += blocks;
    this.#rows += rows;
    this.#reads++;
  }

  /**
   * The number of blocks that should yield so many records; a few more, since another round costs more than they do. If
   * that is a guess, and they are many, a third of them first: they may contain three times as much.
   */
  blocksFor(wanted: number): number {
    const isGuess = this.#blocks === 0;
    const each = isGuess ? this.#expected : (this.#rows + 1) / (this.#blocks + 1);
    const more = MORE ** Math.max(0, this.#reads - 1);
    const enough = Math.ceil((more * (each > 1 ? SPARE : 1) * wanted) / each);
    const first = isGuess && each > 1 ? Math.max(MOST_GUESSED, Math.ceil(enough / 3)) : enough;
    return Math.min(Math.max(Math.min(enough, first), LEAST_BLOCKS), MOST_BLOCKS);
  }
}

function chunksOf(run: SettledRun, numbers: ReadonlySet<number>, sinceMs: number): Unknown[] {
  const spanMs = run.untilMs - sinceMs;
  const byChunk = Map.groupBy(numbers, (n) => Math.floor(n / CHUNK));
  const inOrder = [...byChunk].sort(([a], [b]) => a - b);
  const momentOf = (chunk: number) =>
    run.isSorted
      ? run.untilMs - spanMs * Math.min(1, (chunk * CHUNK) / Math.max(1, run.blocks))
      : run.untilMs;
  return inOrder.map(([chunk, own]) => ({
    run,
    numbers: new Set(own),
    likelyMs: momentOf(chunk),
    likelyUntilMs: momentOf(chunk + 1),
  }));
}
