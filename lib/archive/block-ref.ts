import { BrokenItemError } from "../runtime/errors.ts";
import { blockPartition, blockPrefix, CLASSES, type NewBlock } from "./block.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import type { Key } from "./keys.ts";
import { dayOf } from "./keys.ts";

/** Where a block is, and what it spans; about a dozen bytes when stored. */
export interface BlockRef {
  readonly className: string;
  readonly newestMs: number;
  readonly oldestMs: number;
  /** The hexadecimal end of its sort key. */
  readonly hash: string;
}

const HASH_BYTES = 6;
/** Makes all moments from the year 0 on positive. */
const SHIFT_MS = 62_200_000_000_000;

export function refOf({ item, newestMs, oldestMs }: NewBlock): BlockRef {
  return {
    className: item.sk.slice(0, 1),
    newestMs,
    oldestMs,
    hash: item.sk.slice(item.sk.lastIndexOf("#") + 1),
  };
}

export function keyOfRef({ className, newestMs, hash }: BlockRef): Key {
  return { pk: blockPartition(dayOf(newestMs)), sk: `${blockPrefix(className, newestMs)}#${hash}` };
}

/** A short name that identifies a block. */
export function nameOfRef({ className, newestMs, hash }: BlockRef): string {
  return `${className}${newestMs}#${hash}`;
}

export function encodeRefs(refs: readonly BlockRef[]): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  for (const { className, newestMs, oldestMs, hash } of refs) {
    out
      .number(CLASSES.findIndex(({ name }) => name === className))
      .number(newestMs + SHIFT_MS)
      .number(newestMs - oldestMs)
      .raw(Buffer.from(hash, "hex"));
  }
  return out.take();
}

export function decodeRefs(bytes: Uint8Array): BlockRef[] {
  const input = new ByteReader(bytes);
  const refs: BlockRef[] = [];
  while (!input.isAtEnd) {
    const className = CLASSES[input.number()]?.name;
    const newestMs = input.number() - SHIFT_MS;
    const oldestMs = newestMs - input.number();
    const hash = Buffer.from(input.raw(HASH_BYTES)).toString("hex");
    if (className === undefined) throw new BrokenItemError("a stored list of blocks names no class");
    refs.push({ className, newestMs, oldestMs, hash });
  }
  return refs;
}
