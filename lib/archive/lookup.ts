import { parseBlock } from "./block.ts";
import { type BlockRef, keyOfRef, nameOfRef } from "./block-ref.ts";
import type { SettledRun } from "./catalog.ts";
import { mergeVersions, type Version } from "./codec.ts";
import type { Item, Key } from "./keys.ts";
import { identityOf } from "./keys.ts";
import { bucketKey, CHUNK, chunkKey, parseBucket, parseChunk } from "./run.ts";

/** Gets the items with these keys: for a query, which counts the cost, or for settling. */
export type GetItems = (keys: readonly Key[]) => Promise<readonly Item[]>;

/** A run and the terms to look up in it. */
export interface TermLookup {
  readonly run: SettledRun;
  readonly fingerprints: readonly number[];
}

/** The blocks of each run that contain a term, by its fingerprint; one round of requests for all runs. */
export async function postingsOf(
  questions: readonly TermLookup[],
  get: GetItems,
): Promise<Map<SettledRun, Map<number, readonly number[]>>> {
  const keys = new Map<string, Key>();
  for (const { run, fingerprints } of questions) {
    for (const fingerprint of fingerprints) {
      const key = bucketKey(run, fingerprint);
      keys.set(`${key.pk} ${key.sk}`, key);
    }
  }
  const items = Map.groupBy(await get([...keys.values()]), ({ pk }) => String(pk));
  return new Map(
    questions.map(({ run, fingerprints }) => {
      const wanted = new Set(fingerprints);
      const entries = (items.get(`run#${run.id}`) ?? []).flatMap(parseBucket);
      return [run, new Map(entries.filter(([fingerprint]) => wanted.has(fingerprint)))];
    }),
  );
}

/** The references of numbered blocks; one round of requests for all runs. */
export async function refsOf(
  wanted: ReadonlyMap<SettledRun, ReadonlySet<number>>,
  get: GetItems,
): Promise<Map<SettledRun, Map<number, BlockRef>>> {
  const keys = [...wanted].flatMap(([{ id }, numbers]) => {
    const chunks = new Set([...numbers].map((n) => Math.floor(n / CHUNK)));
    return [...chunks].map((chunk) => chunkKey(id, chunk * CHUNK));
  });
  const items = await get(keys);
  const chunks = new Map(items.map((item) => [`${item.pk} ${item.sk}`, parseChunk(item)]));
  return new Map(
    [...wanted].map(([run, numbers]) => {
      const refs = [...numbers].flatMap((n) => {
        const { pk, sk } = chunkKey(run.id, n);
        const ref = chunks.get(`${pk} ${sk}`)?.[n % CHUNK];
        return ref ? [[n, ref] as const] : [];
      });
      return [run, new Map(refs)];
    }),
  );
}

/** Asking for so many chunks of references in vain costs less than another round. */
const FEW_CHUNKS = 2;

/**
 * The settled blocks that contain one of the terms that their run is asked for. `areHeld`: each run is known to have its terms, so
 * that the references of a small run are asked for at once; what `get` has got is then not asked for again.
 */
export async function refsHolding(
  questions: readonly TermLookup[],
  get: GetItems,
  { areHeld = false } = {},
): Promise<BlockRef[]> {
  const small = questions.filter(
    ({ run, fingerprints }) => run.blocks <= FEW_CHUNKS * CHUNK && fingerprints.length > 0,
  );
  const chunks = small.flatMap(({ run: { id, blocks } }) =>
    Array.from({ length: Math.ceil(blocks / CHUNK) }, (_, n) => chunkKey(id, n * CHUNK)),
  );
  const [postings] = await Promise.all([postingsOf(questions, get), areHeld ? get(chunks) : undefined]);
  const numbers = [...postings].map(([run, byTerm]) => [run, new Set([...byTerm.values()].flat())] as const);
  const refs = await refsOf(new Map(numbers.filter(([, wanted]) => wanted.size > 0)), get);
  return [...refs.values()].flatMap((byNumber) => [...byNumber.values()]);
}

/** The same terms in each of these runs. */
export function inEach(runs: readonly SettledRun[], fingerprints: readonly number[]): TermLookup[] {
  return runs.map((run) => ({ run, fingerprints }));
}

/** Reads each block once. Those that no longer exist are left out. */
export async function readBlocks(refs: Iterable<BlockRef>, get: GetItems) {
  const keys = new Map([...refs].map((ref) => [nameOfRef(ref), keyOfRef(ref)]));
  return (await get([...keys.values()])).map(parseBlock);
}

/** Messages by identity, merged from all blocks that contain them. */
export class Messages {
  readonly #known = new Map<string, Version>();

  add(version: Version): void {
    const id = identityOf(version.record);
    const other = this.#known.get(id);
    this.#known.set(id, other ? mergeVersions(other, version) : version);
  }

  get(id: string): Version | undefined {
    return this.#known.get(id);
  }

  values(): Version[] {
    return [...this.#known.values()];
  }
}
