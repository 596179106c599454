import type { BlockRef } from "../block-ref.ts";
import type { Catalog, SettledRun } from "../catalog.ts";
import type { Version } from "../codec.ts";
import {
  FRESH_IDS,
  type FreshPage,
  MESSAGES_RANGE,
  OTHER_IDS_RANGE,
  parseFresh,
  parseFreshIds,
  SMALL_RANGE,
  VALUES_RANGE,
} from "../fresh.ts";
import { type Item, identityOf, type Key, type KeyRange } from "../keys.ts";
import {
  type GetItems,
  inEach,
  Messages,
  postingsOf,
  readBlocks,
  refsHolding,
  type TermLookup,
} from "../lookup.ts";
import { againKey, movedKey, parseReplaced, parseSet, replacedKey, staleKey } from "../run.ts";
import type { RunValues } from "../run-values.ts";
import { messageTerm } from "../terms.ts";
import { denseRanges, mayBeDense } from "./dense.ts";
import type { Reader } from "./reader.ts";

/** Of 4 KB each. */
const MOST_ITEMS = 4_000;
/** After so long every read sees what was written, by whichever clock: a read that is not consistent lags by a second or so. */
const SEEN_AFTER_MS = 120_000;

/** The index as one query sees it: each part is read once, when it is first needed. */
export class IndexReader {
  readonly runs: readonly SettledRun[];
  readonly runValues: RunValues;
  /** When the query began, in milliseconds since 1970. */
  readonly nowMs: number;
  readonly get: GetItems;
  readonly #reader: Reader;
  /** May what was settled just now not be seen yet? */
  readonly #isUnseen: boolean;
  readonly #items = new Map<string, Item>();
  #asked: { readonly question: string; readonly answer: Promise<Map<SettledRun, Set<number>>> } | undefined;
  readonly #replacedKeys: readonly Key[];
  #replaced: Promise<ReadonlySet<string>> | undefined;
  #small: Promise<readonly Item[]> | undefined;
  #values: Promise<FreshPage[]> | undefined;
  #messages: Promise<FreshPage[]> | undefined;
  #otherIds: Promise<FreshPage[]> | undefined;
  #again: Promise<ReadonlySet<number>> | undefined;
  #moved: Promise<ReadonlySet<number>> | undefined;

  constructor(reader: Reader, catalog: Catalog, nowMs: number, runValues: RunValues = new Map()) {
    this.#reader = reader;
    this.#isUnseen = !reader.isExact && catalog.trash.some(({ atMs }) => nowMs - atMs < SEEN_AFTER_MS);
    this.runValues = runValues;
    this.nowMs = nowMs;
    this.runs = catalog.runs;
    const replacing = catalog.trash.flatMap(({ replacedBy }) =>
      replacedBy === undefined ? [] : [replacedBy],
    );
    this.#replacedKeys = replacing.map(replacedKey);
    this.get = (keys) => this.#getOnce(keys);
  }

  /**
   * The newest moment that a run spans: anything newer is not settled, unless its reports disagree about when it was
   * sent.
   */
  get settledUntilMs(): number {
    return this.runs.reduce((most, { untilMs }) => Math.max(most, untilMs), -Infinity);
  }

  /** What this query has read before is not read again. */
  async #getOnce(keys: readonly Key[]): Promise<Item[]> {
    const unknown = keys.filter((key) => !this.#items.has(nameOf(key)));
    const pages = unknown.some(mayBeDense) ? await (this.#values ?? this.#messages) : undefined;
    const fresh = (pages ?? []).flatMap(({ refs }) => refs);
    const { ranges, others } = denseRanges(unknown, fresh);
    const [got, ...within] = await Promise.all([
      this.#getWritten(others),
      ...ranges.map((range) => this.#reader.queryWhole(range)),
    ]);
    const wanted = new Set(unknown.map(nameOf));
    const items = [...got, ...within.flat().filter((item) => wanted.has(nameOfItem(item)))];
    const known = keys.map((key) => this.#items.get(nameOf(key))).filter((item) => item !== undefined);
    for (const item of items) {
      if (this.#items.size >= MOST_ITEMS) break;
      this.#items.set(nameOfItem(item), item);
    }
    return [...known, ...items];
  }

  /**
   * Right after something was settled, the catalog may be seen with a run whose own items are not seen yet, while what they replace is
   * not looked at any more. So what is not there is asked for once more, consistently.
   */
  async #getWritten(keys: readonly Key[]): Promise<Item[]> {
    const items = await this.#reader.get(keys);
    if (!this.#isUnseen || items.length === keys.length) return items;
    const seen = new Set(items.map(nameOfItem));
    const unseen = keys.filter((key) => !seen.has(nameOf(key)));
    return [...items, ...(await this.#reader.get(unseen, { isExact: true }))];
  }

  /** Unsettled pages, by the values in their blocks. */
  freshValues(): Promise<FreshPage[]> {
    this.#values ??= this.#fresh(VALUES_RANGE, (items) => items.map(parseFresh));
    return this.#values;
  }

  /**
   * The pages of a range, and those that are one item, except those that are only waiting to be deleted. Each is read once, whether
   * for its values or its ids.
   */
  async #fresh(
    range: KeyRange,
    parse: (items: readonly Item[]) => FreshPage[],
    others: Promise<readonly Item[]> = this.#smallItems(),
  ): Promise<FreshPage[]> {
    this.#replaced ??= this.get(this.#replacedKeys).then((items) => new Set(items.flatMap(parseReplaced)));
    const [items, small, replaced] = await Promise.all([
      this.#reader.queryWhole(await this.#livePart(range)),
      others,
      this.#replaced,
    ]);
    return parse([...items, ...small]).filter(({ sk }) => !replaced.has(sk));
  }

  /**
   * Those parts of a range of ids in which pages are that have values: what is only waiting to be deleted comes from the moments before
   * them, and is not read.
   */
  async #livePart(range: KeyRange): Promise<KeyRange> {
    if (range.pk !== FRESH_IDS || !this.#values) return range;
    const keys = (await this.#values).flatMap(({ sk, form }) => (form === "one" ? [] : [sk]));
    const first = keys.reduce((least, sk) => (sk < least ? sk : least), range.until);
    return { ...range, from: range.from === "!" ? first : range.from + first };
  }

  #smallItems(): Promise<readonly Item[]> {
    this.#small ??= this.#reader.queryWhole(SMALL_RANGE);
    return this.#small;
  }

  /** Unsettled pages, by the messages in their blocks; small pages also by their other ids. */
  freshMessages(): Promise<FreshPage[]> {
    this.#messages ??= this.#fresh(MESSAGES_RANGE, parseFreshIds);
    return this.#messages;
  }

  /** Unsettled pages, by all ids in their blocks; a page may be listed twice. */
  async freshIds(): Promise<FreshPage[]> {
    this.#otherIds ??= this.#fresh(OTHER_IDS_RANGE, parseFreshIds, Promise.resolve([]));
    return (await Promise.all([this.freshMessages(), this.#otherIds])).flat();
  }

  /** Fingerprints of messages that are in several settled runs. */
  again(): Promise<ReadonlySet<number>> {
    this.#again ??= this.#sets(this.runs.filter((run) => run.again > 0).map(({ id }) => againKey(id)));
    return this.#again;
  }

  /** Fingerprints of the messages in the second set of a run about which more may be settled. */
  async settledSince(run: SettledRun): Promise<ReadonlySet<number>> {
    if (run.stale === undefined) return this.again();
    const others = this.runs
      .filter(({ id, again }) => again > 0 && id !== run.id)
      .map(({ id }) => againKey(id));
    return (await Promise.all([this.#sets(others), this.stale(run)])).reduce((a, b) => a.union(b));
  }

  /** Fingerprints of the messages for which the second set of a run may be outdated. */
  stale(run: SettledRun): Promise<ReadonlySet<number>> {
    return this.#sets(run.stale ? [staleKey(run.id)] : []);
  }

  /** Those of them whose reports disagree about when they were sent. */
  moved(): Promise<ReadonlySet<number>> {
    this.#moved ??= this.#sets(this.runs.filter((run) => run.moved > 0).map(({ id }) => movedKey(id)));
    return this.#moved;
  }

  async #sets(keys: Parameters<GetItems>[0]): Promise<ReadonlySet<number>> {
    return new Set((await this.get(keys)).flatMap(parseSet));
  }

  /** By run, the numbers of the settled blocks that contain all terms of one of the alternatives. */
  async settledNumbers(
    runs: readonly SettledRun[],
    alternatives: readonly (readonly number[])[],
  ): Promise<Map<SettledRun, Set<number>>> {
    const question = JSON.stringify([runs.map(({ id }) => id), alternatives]);
    if (this.#asked?.question === question) return this.#asked.answer;
    const fingerprints = alternatives.flat();
    const answer = postingsOf(
      runs.map((run) => ({ run, fingerprints })),
      this.get,
    ).then((postings) => {
      const numbers = [...postings].map(
        ([run, byTerm]) => [run, new Set(alternatives.flatMap((terms) => intersect(terms, byTerm)))] as const,
      );
      return new Map(numbers.filter(([, wanted]) => wanted.size > 0));
    });
    this.#asked = { question, answer };
    return answer;
  }

  /**
   * Everything that the archive knows about these messages, settled or not, at any moment; by identity. `meet` is
   * called with each version before it is merged.
   */
  messages(messageIds: Iterable<string>, meet?: (version: Version) => void): Promise<Version[]> {
    const ids = new Set(messageIds);
    return this.#gathered(ids, inEach(this.runs, [...ids].map(messageTerm)), { meet });
  }

  /** What these runs and all fresh pages tell of these messages. */
  async #gathered(
    ids: ReadonlySet<string>,
    questions: readonly TermLookup[],
    { meet, areHeld = false }: { meet?: ((version: Version) => void) | undefined; areHeld?: boolean } = {},
  ): Promise<Version[]> {
    const terms = [...ids].map(messageTerm);
    if (terms.length === 0) return [];
    const [settled, fresh] = await Promise.all([
      refsHolding(questions, this.get, { areHeld }),
      this.freshMessages().then((pages) => freshRefs(pages, terms)),
    ]);
    const messages = new Messages();
    for (const { versions } of await readBlocks([...settled, ...fresh], this.get)) {
      for (const version of versions.filter(({ record }) => ids.has(record.messageId))) {
        meet?.(version);
        messages.add(version);
      }
    }
    return messages.values();
  }

  /** For those of these versions that may be incomplete, everything that is known; the others as they are. */
  completed(versions: readonly Version[], isDoubtful: (version: Version) => boolean): Promise<Version[]> {
    return this.#completed(versions, isDoubtful, {
      questionsFor: async (terms) => inEach(this.runs, terms),
    });
  }

  /**
   * The same for versions that are settled, for less. What is settled contains what was settled before it, and a run
   * names those of its messages that others had before: only runs that name a message may know more of it.
   */
  settledCompleted(
    versions: readonly Version[],
    isDoubtful: (version: Version) => boolean,
  ): Promise<Version[]> {
    const questionsFor = (terms: readonly number[]) => {
      const naming = this.runs.filter(({ again }) => again > 0);
      const questions = naming.map(async (run) => {
        const named = await this.#sets([againKey(run.id)]);
        return { run, fingerprints: terms.filter((term) => named.has(term)) };
      });
      return Promise.all(questions);
    };
    return this.#completed(versions, isDoubtful, { questionsFor, known: versions, areHeld: true });
  }

  async #completed(
    versions: readonly Version[],
    isDoubtful: (version: Version) => boolean,
    how: {
      questionsFor: (terms: readonly number[]) => Promise<readonly TermLookup[]>;
      known?: readonly Version[];
      areHeld?: boolean;
    },
  ): Promise<Version[]> {
    const doubtful = versions.filter(isDoubtful);
    if (doubtful.length === 0) return [...versions];
    const identities = new Set(doubtful.map(({ record }) => identityOf(record)));
    const ids = new Set(doubtful.map(({ record }) => record.messageId));
    const found = await this.#gathered(ids, await how.questionsFor([...ids].map(messageTerm)), how);
    const messages = new Messages();
    for (const version of [...(how.known?.filter(isDoubtful) ?? []), ...found]) messages.add(version);
    return [
      ...versions.filter(({ record }) => !identities.has(identityOf(record))),
      ...messages.values().filter(({ record }) => identities.has(identityOf(record))),
    ];
  }
}

/** Fresh pages by the messages in their blocks, as `freshMessages`, but with those that are settled and not deleted yet. */
export async function allMessages(reader: Reader): Promise<FreshPage[]> {
  const items = await Promise.all([MESSAGES_RANGE, SMALL_RANGE].map((range) => reader.queryWhole(range)));
  return parseFreshIds(items.flat());
}

const nameOf = ({ pk, sk }: Key) => `${pk} ${sk}`;
const nameOfItem = ({ pk, sk }: Item) => nameOf({ pk: String(pk), sk: String(sk) });

function intersect(terms: readonly number[], byTerm: ReadonlyMap<number, readonly number[]>): number[] {
  const [first = [], ...others] = terms.map((term) => byTerm.get(term) ?? []);
  const sets = others.map((blocks) => new Set(blocks));
  return first.filter((block) => sets.every((set) => set.has(block)));
}

/** The blocks of fresh pages that contain one of these terms. */
export function freshRefs(pages: readonly FreshPage[], terms: readonly number[]): BlockRef[] {
  return pages.flatMap(({ refs, terms: held }) => {
    const numbers = new Set(terms.flatMap((term) => held.blocksOf(term)));
    return [...numbers].flatMap((n) => refs[n] ?? []);
  });
}
