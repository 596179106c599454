import * as v from "valibot";
import { epochMsOf } from "../message/record.ts";
import { sha256 } from "../runtime/hash.ts";
import { parseStored } from "../runtime/stored.ts";
import { type Part, partsOf, SLOT_MS, UNDELIVERED } from "./apart.ts";
import { expiryOf, type Kept, packLines, parseLine, printLine, unpackLines, type Version } from "./codec.ts";
import { compareOrder, DAY_MS, dayOf, momentOfOrder, orderKey, orderPrefix } from "./keys.ts";
import { RecentBlocks } from "./recent-blocks.ts";

/**
 * A block: up to 4 KB of records of one UTC day of `sentAt`, deflated together; immutable. 4 KB is what half a read unit
 * buys. Its key is made of what is in it and of the page that it came from (or of its being settled), so whoever writes it
 * twice writes the same item.
 *
 *     pk  d#<yyyy-mm-dd>
 *     sk  <class>#<newest sentAt, inverted>#<12 hex digits of the SHA-256 of its maker and its lines>
 *     d   the lines of codec.ts, newest first
 *     o   the oldest sentAt, milliseconds since 1970
 *     n   how many records
 *     k   how long its records are kept after max(sentAt, doneAt), seconds
 *     v   1, the version of this format
 *     e   LINGER_SECONDS after its last record expires (before these came, when it expires), seconds since 1970
 *
 * The class says how much time a block may span, so that a walk that begins at a moment knows how far before it a block
 * may begin that reaches it. What a page tells of messages that are not delivered has a class of its own, so that it lies together
 * while it is not settled.
 */
export interface BlockKey {
  readonly pk: string;
  readonly sk: string;
}

export interface Block {
  readonly key: BlockKey;
  readonly newestMs: number;
  readonly oldestMs: number;
  /** When DynamoDB may delete it, in seconds since 1970. */
  readonly goneFrom: number;
  readonly versions: readonly Version[];
}

/** A block to be written, along with what it was made from. */
export interface NewBlock {
  readonly item: BlockItem;
  readonly newestMs: number;
  readonly oldestMs: number;
  readonly known: readonly Kept[];
}

export type BlockItem = v.InferOutput<typeof blockItem>;

const BLOCK_VERSION = 1;
const blockItem = v.object({
  pk: v.string(),
  sk: v.string(),
  d: v.instance(Uint8Array),
  o: v.number(),
  n: v.number(),
  k: v.number(),
  v: v.literal(BLOCK_VERSION),
  e: v.number(),
});

/** The class of the blocks that may span all of a day. */
export const ALL_DAY = "c";

/** The classes of blocks, and the most that a block of each may span, in milliseconds. */
export const CLASSES = [
  { name: "a", spanMs: 60_000 },
  { name: "b", spanMs: SLOT_MS },
  { name: ALL_DAY, spanMs: DAY_MS },
  { name: UNDELIVERED, spanMs: SLOT_MS },
] as const;

/** Together with its key and its small attributes, this makes an item of 4,096 bytes. */
const MOST_PACKED = 3_990;
/** Above this there is no point in trying to fit in more. */
const NEARLY_FULL = 0.88;
/** DynamoDB's limit for an item, minus the other attributes. */
const MOST_ITEM = 400_000;

export function blockPartition(day: string): string {
  return `d#${day}`;
}

/** What the sort keys of blocks of a class with this newest moment begin with. */
export function blockPrefix(className: string, newestMs: number): string {
  return `${className}#${orderPrefix(newestMs)}`;
}

/** The newest moment of a block, from its sort key. */
export function newestOf(sk: string): number {
  return momentOfOrder(sk.slice(2));
}

/**
 * A block is kept this long after its last record has expired, so that the statistics learn the outcome of messages
 * whose report arrives at the end of the retention. By default messages expire after 48 hours, too.
 */
export const LINGER_SECONDS = 3 * 3_600;

/** About 20 MB of records. */
const MOST_RECENT = 10_000;
const recent = new RecentBlocks(MOST_RECENT);

/** Parses a stored block. Throws if it is not one: stored data is parsed like any other input. */
export function parseBlock(item: unknown): Block {
  const { pk, sk, d, o, k, e } = parseStored(blockItem, item);
  const versions = recent.versions(`${pk} ${sk}`, d, k, () =>
    unpackLines(d).map((line) => parseLine(line, k)),
  );
  return { key: { pk, sk }, newestMs: newestOf(sk), oldestMs: o, goneFrom: e, versions };
}

interface BlockEntry {
  readonly known: Kept;
  readonly order: string;
  readonly sentAtMs: number;
  readonly line: string;
}

/** The maker of settled blocks. */
export const SETTLED = "settled";

/**
 * Packs what is known about messages into blocks: by day, and within `slotMs`; newest first. Pure: the same maker and
 * records make the same blocks. `maker` distinguishes the blocks of different pages, and appended from settled ones: an
 * appended block is deleted once it is settled, and a page that only repeats what is settled must not delete that as
 * well. `refused` are the records that are too large for an item.
 */
export function packBlocks(
  all: readonly Kept[],
  maker: string,
  slotMs = DAY_MS,
): { blocks: NewBlock[]; refused: Kept[] } {
  const entries = all.map((known): BlockEntry => {
    const { record } = known;
    return { known, order: orderKey(record), sentAtMs: epochMsOf(record.sentAt), line: printLine(known) };
  });
  // In the order of answers. Versions of the same message also have a fixed order, so that the bytes are always the
  // same.
  entries.sort((a, b) => compareOrder(a.order, b.order) || (a.line < b.line ? -1 : 1));
  const slotOf = ({ known, sentAtMs }: BlockEntry) =>
    `${dayOf(sentAtMs)} ${Math.floor(sentAtMs / slotMs)} ${known.keepSeconds}`;
  const slots = [...Map.groupBy(entries, slotOf).values()];
  const parts = slots.flatMap((slot): Part<BlockEntry>[] =>
    maker === SETTLED ? [{ entries: slot }] : partsOf(slot),
  );
  const packed = parts.flatMap(({ entries, className }) =>
    cut(entries).map((one) => ({ ...one, className })),
  );
  const isRefused = ({ d }: Cut) => d.length > MOST_ITEM;
  return {
    blocks: packed.filter((one) => !isRefused(one)).map((one) => blockOf(one, maker)),
    refused: packed.filter(isRefused).flatMap(({ entries: [one] }) => (one ? [one.known] : [])),
  };
}

interface Cut {
  readonly entries: readonly BlockEntry[];
  readonly d: Buffer;
}

type PackedCut = Cut & Pick<Part<BlockEntry>, "className">;

/** Cuts a sorted list into pieces that deflate to just below the limit. */
function cut(entries: readonly BlockEntry[]): Cut[] {
  const cuts: Cut[] = [];
  let bytesEach = 80;
  for (let at = 0; at < entries.length; ) {
    const piece = cutOne(entries, at, bytesEach);
    cuts.push(piece);
    bytesEach = piece.d.length / piece.entries.length;
    at += piece.entries.length;
  }
  return cuts;
}

function cutOne(entries: readonly BlockEntry[], at: number, bytesEach: number): Cut {
  const left = entries.length - at;
  const pack = (count: number): Cut => {
    const part = entries.slice(at, at + count);
    return { entries: part, d: packLines(part.map(({ line }) => line)) };
  };
  let best: Cut | undefined;
  let count = clamp(Math.floor(MOST_PACKED / bytesEach), 1, left);
  for (let tries = 0; tries < 8; tries++) {
    const piece = pack(count);
    const fits = piece.d.length <= MOST_PACKED || count === 1;
    if (fits && (!best || best.entries.length < count)) best = piece;
    if (fits && (count === left || piece.d.length > MOST_PACKED * NEARLY_FULL || tries > 2)) return piece;
    const next = Math.floor((count * MOST_PACKED * 0.99) / piece.d.length);
    count = clamp(fits ? Math.max(next, count + 1) : Math.min(next, count - 1), 1, left);
    if (best && count <= best.entries.length) return best;
  }
  return best ?? pack(1);
}

function clamp(n: number, least: number, most: number): number {
  return Math.max(least, Math.min(n, most));
}

function blockOf({ entries, d, className }: PackedCut, maker: string): NewBlock {
  const moments = entries.map(({ sentAtMs }) => sentAtMs);
  const [newestMs, oldestMs] = [Math.max(...moments), Math.min(...moments)];
  const spans = CLASSES.find(({ spanMs }) => newestMs - oldestMs <= spanMs) ?? CLASSES[2];
  // A hash of the lines and not of the bytes, since another version of zlib may deflate them differently.
  const hash = sha256([maker, ...entries.map(({ line }) => line)].join("\n")).slice(0, 12);
  const item: BlockItem = {
    pk: blockPartition(dayOf(newestMs)),
    sk: `${blockPrefix(className ?? spans.name, newestMs)}#${hash}`,
    d: new Uint8Array(d),
    o: oldestMs,
    n: entries.length,
    k: entries[0]?.known.keepSeconds ?? 0,
    v: BLOCK_VERSION,
    e: Math.max(...entries.map(({ known }) => expiryOf(known))) + LINGER_SECONDS,
  };
  return { item, newestMs, oldestMs, known: entries.map(({ known }) => known) };
}
