import * as v from "valibot";
import { epochMsOf, type MessageRecord } from "../message/record.ts";
import { sha256 } from "../runtime/hash.ts";
import { parseStored } from "../runtime/stored.ts";
import { SLOT_MS } from "./apart.ts";
import type { NewBlock } from "./block.ts";
import { type BlockRef, decodeRefs, encodeRefs, refOf } from "./block-ref.ts";
import { FreshTerms, MOST_BLOCKS } from "./fresh-terms.ts";
import type { Item, Key } from "./keys.ts";
import { decodePostings } from "./postings.ts";
import { idTerms, messageTerm, singleTerms, valuesOf } from "./terms.ts";

/**
 * What a page has brought of one slot of ten minutes (block.ts), or of several that come to rest together, and is not settled yet:
 * which blocks, and what is in them. Two small items, all in two partitions, since there are few of them at any time: whoever looks for a value reads the first, whoever looks for
 * an id the second. What few records tell is in one item instead, which both read: another would cost a write and a deletion.
 *
 *     pk  fresh | fresh-ids
 *     sk  <slot of the page's newest moment><hash of the blocks>, 16 hex digits; of a large page o<the same> is a second item of fresh-ids; s<the same> is the one item of few records
 *     t   the blocks (block-ref.ts)     p  terms of single values | of ids (fresh-terms.ts)
 *     i   terms of ids, where p has those of values and there is one item
 *     k   of ids: which of the terms are messages' (`FreshTerms.marks`), from version 3 on
 *     m   1 of a large page, whose ids are apart: those of messages, by which most are looked up; and all others under o<hash>
 *     n   how many records     a  when it was appended, milliseconds     e  when all has expired
 *     v   4, or 5 with i
 *
 * A page of more blocks than fresh-terms.ts can name has several pairs of items. Version 1 had whole fingerprints (postings.ts),
 * version 2 bytes instead of bits; version 3 no blocks of the class of what is not delivered. Earlier versions refuse an item of
 * version 5, and fresh-format.ts makes them refuse the ids that they would miss.
 */
export interface FreshPage {
  readonly sk: string;
  readonly refs: readonly BlockRef[];
  readonly terms: Pick<FreshTerms, "has" | "blocksOf">;
  /**
   * For fresh-ids: the beginning of each message's term, and the blocks that contain it; undefined if it was not
   * recorded which terms are messages.
   */
  messages(): readonly (readonly [begin: number, blocks: readonly number[]])[] | undefined;
  readonly count: number;
  readonly appendedAtMs: number;
  /** Is it one item, or a pair, or are its messages stored separately from its other ids? */
  readonly form: "one" | "pair" | "apart";
}

export const FRESH = "fresh";
export const FRESH_IDS = "fresh-ids";

/** Sort keys of fresh-ids: of the items about messages, and of all items. */
export const MESSAGES_RANGE = { pk: FRESH_IDS, from: "!", until: "g" } as const;
export const OTHER_IDS_RANGE = { pk: FRESH_IDS, from: "o", until: "p" } as const;
/** Sort keys of fresh: of what few records tell, with their ids; and of all others. */
export const SMALL_RANGE = { pk: FRESH, from: "s", until: "t" } as const;
export const VALUES_RANGE = { pk: FRESH, from: "!", until: "g" } as const;
/** For fewer records, another item would cost more to write than it saves. */
const LEAST_APART = 200;
const LEAST_PAIR = 24;

/** Mistaking one value for another costs reading a block; mistaking an id costs a look-up in every run. */
const BITS = { [FRESH]: 16, [FRESH_IDS]: 26 } as const;

/** Beside the ids there is an item that is none of a page (fresh-format.ts). */
export const FORMAT_SK = "format";

/** The version of items that have values and ids. */
export const SMALL_VERSION = 5;

const freshItem = v.object({
  pk: v.picklist([FRESH, FRESH_IDS]),
  sk: v.string(),
  t: v.instance(Uint8Array),
  p: v.instance(Uint8Array),
  i: v.optional(v.instance(Uint8Array)),
  k: v.optional(v.instance(Uint8Array)),
  m: v.optional(v.literal(1)),
  n: v.number(),
  a: v.number(),
  v: v.picklist([1, 2, 3, 4, SMALL_VERSION]),
});

/** By then the reconciler's first pass has brought sender and text, so that most messages are settled only once. */
export const SETTLE_AFTER_MS = 25 * 60_000;

/**
 * The items for a page's blocks. Slots are settled one after the other, so each has its own pair of items; but slots
 * that were already due by the newest moment in the page are settled together, and share one. This depends only on the
 * page, so appending it again makes the same items.
 */
export function freshItems(blocks: readonly NewBlock[], nowMs: number): Record<string, unknown>[] {
  const newestMs = blocks
    .flatMap(({ known }) => known.map(({ record }) => toldAtMs(record)))
    .reduce((a, b) => Math.max(a, b), 0);
  const restedMs = newestMs - SETTLE_AFTER_MS - SLOT_MS;
  const groups = Map.groupBy(blocks, (block) =>
    block.newestMs < restedMs ? "rested" : Math.floor(block.newestMs / SLOT_MS),
  );
  return [...groups.values()].flatMap((group) => itemsOf(group, nowMs, newestMs));
}

function toldAtMs({ sentAt, doneAt }: MessageRecord): number {
  return Math.max(epochMsOf(sentAt), doneAt ? epochMsOf(doneAt) : 0);
}

/** The slot of a page's newest moment, so that what came about then lies together; two bytes, after which they begin anew. */
function slotDigits(newestMs: number): string {
  return (Math.floor(newestMs / SLOT_MS) % 0x10000).toString(16).padStart(4, "0");
}

function itemsOf(blocks: readonly NewBlock[], nowMs: number, newestMs: number): Record<string, unknown>[] {
  if (blocks.length > MOST_BLOCKS)
    return [blocks.slice(0, MOST_BLOCKS), blocks.slice(MOST_BLOCKS)].flatMap((part) =>
      itemsOf(part, nowMs, newestMs),
    );
  const t = encodeRefs(blocks.map(refOf));
  const count = blocks.reduce((sum, { known }) => sum + known.length, 0);
  const isApart = count >= LEAST_APART;
  const shared = {
    sk: slotDigits(newestMs) + sha256(t).slice(0, 12),
    t,
    n: count,
    ...(isApart ? { m: 1 } : {}),
    a: nowMs,
    v: 4,
    e: Math.max(...blocks.map(({ item }) => item.e)),
  };
  const values = blocks.map(({ known }) => known.flatMap(({ record }) => singleTerms(valuesOf(record))));
  const own = blocks.map(({ known }) => known.map(({ record }) => messageTerm(record.messageId)));
  const others = blocks.map(({ known }) => known.flatMap(({ record }) => idTerms(record).slice(1)));
  const value = { pk: FRESH, ...shared, p: FreshTerms.of(values, BITS[FRESH]).encoded() };
  const termsOf = (all: readonly number[][]) => FreshTerms.of(all, BITS[FRESH_IDS]);
  if (isApart) {
    const apart = { pk: FRESH_IDS, ...shared, sk: `${OTHER_IDS_RANGE.from}${shared.sk}` };
    return [
      value,
      { pk: FRESH_IDS, ...shared, p: termsOf(own).encoded() },
      { ...apart, p: termsOf(others).encoded() },
    ];
  }
  const byId = termsOf(own.map((messages, n) => [...messages, ...(others[n] ?? [])]));
  if (count < LEAST_PAIR) {
    const sk = `${SMALL_RANGE.from}${shared.sk}`;
    return [{ ...value, sk, i: byId.encoded(), k: byId.marks(own.flat()), v: SMALL_VERSION }];
  }
  return [value, { pk: FRESH_IDS, ...shared, p: byId.encoded(), k: byId.marks(own.flat()) }];
}

/** Parses an item: of `fresh` its terms of values, of `fresh-ids` its terms of ids. */
export function parseFresh(item: unknown): FreshPage {
  return parsed(parseStored(freshItem, item));
}

/** Parses items that have terms of ids, of either partition. */
export function parseFreshIds(items: readonly Item[]): FreshPage[] {
  return items
    .filter(({ sk }) => sk !== FORMAT_SK)
    .map((item) => {
      const { i, ...others } = parseStored(freshItem, item);
      return parsed(i ? { ...others, pk: FRESH_IDS, p: i } : others);
    });
}

function parsed({ pk, sk, t, p, k, m, n, a, v: version }: v.InferOutput<typeof freshItem>): FreshPage {
  const isOther = sk.startsWith(OTHER_IDS_RANGE.from);
  const isSmall = sk.startsWith(SMALL_RANGE.from);
  const page = {
    sk: isOther || isSmall ? sk.slice(1) : sk,
    ...{ refs: decodeRefs(t), count: n, appendedAtMs: a },
    form: isSmall ? ("one" as const) : m === 1 ? ("apart" as const) : ("pair" as const),
  };
  if (version === 1) return { ...page, terms: wholeTerms(p), messages: () => undefined };
  const terms = version === 2 ? FreshTerms.decodedBytes(p, BITS[pk]) : FreshTerms.decoded(p, BITS[pk]);
  const messages = () => (m && !isOther ? terms.all() : k && terms.marked(k));
  return { ...page, terms, messages };
}

function wholeTerms(bytes: Uint8Array): FreshPage["terms"] {
  const postings = new Map(decodePostings(bytes));
  return { has: (term) => postings.has(term), blocksOf: (term) => postings.get(term) ?? [] };
}

export function freshKeys({ sk, form }: FreshPage): Key[] {
  if (form === "one") return [{ pk: FRESH, sk: `${SMALL_RANGE.from}${sk}` }];
  const pair = [FRESH, FRESH_IDS].map((pk) => ({ pk, sk }));
  return form === "apart" ? [...pair, { pk: FRESH_IDS, sk: `${OTHER_IDS_RANGE.from}${sk}` }] : pair;
}
