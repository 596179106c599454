import * as v from "valibot";
import { epochMsOf } from "../message/record.ts";
import { statusGroupOf } from "../message/status.ts";
import { sha256 } from "../runtime/hash.ts";
import { parseStored } from "../runtime/stored.ts";
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
 * may begin that reaches it.
 */
export interface BlockKey {
  readonly pk: string;
  readonly sk: string;
}

export interface Block {
  readonly key: BlockKey;
  readonly newestMs: number;
  readonly oldestMs: number;
  /** When DynamoDB may delete it, seconds since 1970. */
  readonly goneFrom: number;
  readonly versions: readonly Version[];
}

/** A block to be written, with what it is made of. */
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

/** The classes of blocks, and what each may span at most, milliseconds. */
export const CLASSES = [
  { name: "a", spanMs: 60_000 },
  { name: "b", spanMs: 600_000 },
  { name: "c", spanMs: DAY_MS },
] as const;

/** Appended blocks do not reach across these, so that what is settled together ends sharply. */
export const SLOT_MS = 600_000;

/** With its key and its small attributes, an item of 4,096 bytes. */
const MOST_PACKED = 3_990;
/** Nearer than this to full there is no use in trying for more. */
const NEARLY_FULL = 0.88;
/** What DynamoDB takes in one item, less the rest of it. */
const MOST_ITEM = 400_000;

export function blockPartition(day: string): string {
  return `d#${day}`;
}

/** The sort key that the blocks of a class with this newest moment begin with. */
export function blockPrefix(className: string, newestMs: number): string {
  return `${className}#${orderPrefix(newestMs)}`;
}

/** The newest moment of a block, by its sort key. */
export function newestOf(sk: string): number {
  return momentOfOrder(sk.slice(2));
}

/**
 * A block stays for so long after its last record is served no more, so that the statistics can tell how the message of a
 * report ended that comes with the end of the retention: by default messages expire after 48 hours, too.
 */
export const LINGER_SECONDS = 3 * 3_600;

/** About 20 MB of records. */
const MOST_RECENT = 10_000;
const recent = new RecentBlocks(MOST_RECENT);

/** Reads a stored block. Throws if it is none: what is stored is a border like any other. */
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
 * Packs what is known of messages into blocks: by day, and within `slotMs`; newest first. Pure: the same maker and records
 * give the same blocks. `maker` tells those of one page from those of another, and appended ones from settled ones: an
 * appended block is deleted once it is settled, and a page that only repeats what is settled must not take that with it.
 * `refused` are those that fit into no item.
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
  // In an answer's order; the same message twice keeps one order too, so that the bytes are the same.
  entries.sort((a, b) => compareOrder(a.order, b.order) || (a.line < b.line ? -1 : 1));
  const slotOf = ({ known, sentAtMs }: BlockEntry) =>
    `${dayOf(sentAtMs)} ${Math.floor(sentAtMs / slotMs)} ${known.keepSeconds}`;
  const slots = [...Map.groupBy(entries, slotOf).values()];
  const packed = (maker === SETTLED ? slots : slots.flatMap(apart)).flatMap((part) => cut(part));
  const isRefused = ({ d }: Cut) => d.length > MOST_ITEM;
  return {
    blocks: packed.filter((one) => !isRefused(one)).map((one) => blockOf(one, maker)),
    refused: packed.filter(isRefused).flatMap(({ entries: [one] }) => (one ? [one.known] : [])),
  };
}

/** Of fewer in a slot, blocks of their own would cost more to write than they spare; and what is pulled each minute is read as the newest. */
const LEAST_SPLIT = 500;
const LEAST_APART = 20;

/**
 * What is searched for while it is not settled lies together: each channel, and of it what is not delivered, where there are
 * enough for half a block; all others together.
 */
function apart(slot: readonly BlockEntry[]): BlockEntry[][] {
  if (slot.length < LEAST_SPLIT) return [[...slot]];
  const kindOf = ({ known: { record } }: BlockEntry) =>
    `${statusGroupOf(record.status) === "DELIVERED"} ${record.channel}`;
  const kinds = Map.groupBy(slot, kindOf);
  const isEnough = (entry: BlockEntry) => (kinds.get(kindOf(entry))?.length ?? 0) >= LEAST_APART;
  return [...Map.groupBy(slot, (entry) => (isEnough(entry) ? kindOf(entry) : "")).values()];
}

interface Cut {
  readonly entries: readonly BlockEntry[];
  readonly d: Buffer;
}

/** Cuts a sorted list into pieces that deflate to just below the bound. */
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

function blockOf({ entries, d }: Cut, maker: string): NewBlock {
  const moments = entries.map(({ sentAtMs }) => sentAtMs);
  const [newestMs, oldestMs] = [Math.max(...moments), Math.min(...moments)];
  const spans = CLASSES.find(({ spanMs }) => newestMs - oldestMs <= spanMs) ?? CLASSES[2];
  // Of the lines, not of the bytes: another zlib may deflate them otherwise.
  const hash = sha256([maker, ...entries.map(({ line }) => line)].join("\n")).slice(0, 12);
  const item: BlockItem = {
    pk: blockPartition(dayOf(newestMs)),
    sk: `${blockPrefix(spans.name, newestMs)}#${hash}`,
    d: new Uint8Array(d),
    o: oldestMs,
    n: entries.length,
    k: entries[0]?.known.keepSeconds ?? 0,
    v: BLOCK_VERSION,
    e: Math.max(...entries.map(({ known }) => expiryOf(known))) + LINGER_SECONDS,
  };
  return { item, newestMs, oldestMs, known: entries.map(({ known }) => known) };
}
