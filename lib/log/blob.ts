import { gunzipSync, gzipSync } from "node:zlib";
import { DeleteCommand, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import type { Database } from "../runtime/dynamodb.ts";
import { BrokenItemError } from "../runtime/errors.ts";
import { extendLife } from "../runtime/expiry.ts";
import { sha256 } from "../runtime/hash.ts";
import { EXPIRES_AT } from "../runtime/table.ts";

/**
 * Bytes of any length that belong to an item: compressed and kept inside the item if they fit, otherwise in numbered
 * pieces of their own. The pieces are written first and the item that names them last, so that the single write of the
 * item makes everything visible.
 */
const PIECE_BYTES = 350_000;

/** The attributes that contain the bytes, or refer to them. */
export interface Blob {
  readonly body?: Uint8Array;
  readonly pieces?: number;
  readonly sha256: string;
}

export const PIECE_PARTITION = "piece#";
const pieceKey = (owner: string, n: number) => ({
  pk: PIECE_PARTITION + owner,
  sk: String(n).padStart(4, "0"),
});

/**
 * Compresses the bytes, writes the pieces if there must be any, and returns the attributes for the item. The pieces
 * have their own `expiresAt` (seconds since 1970), so that a process which dies before it writes the item leaves
 * nothing behind for ever.
 */
export async function storeBlob(
  db: Database,
  owner: string,
  bytes: Uint8Array,
  expiresAt: number,
): Promise<Blob> {
  const packed = gzipSync(bytes);
  const hash = sha256(bytes);
  if (packed.length <= PIECE_BYTES) return { body: packed, sha256: hash };
  const pieces = Math.ceil(packed.length / PIECE_BYTES);
  await pMap(Array(pieces).keys(), async (n) => {
    const body = packed.subarray(n * PIECE_BYTES, (n + 1) * PIECE_BYTES);
    const Item = { ...pieceKey(owner, n), body, [EXPIRES_AT]: expiresAt };
    await db.client.send(new PutCommand({ TableName: db.table, Item }));
  });
  return { pieces, sha256: hash };
}

/** Loads the bytes that `storeBlob` stored. Throws if a piece is missing or the bytes are not the same. */
export async function loadBlob(db: Database, owner: string, item: Record<string, unknown>): Promise<Buffer> {
  const packed =
    item.body instanceof Uint8Array ? item.body : await loadPieces(db, owner, Number(item.pieces));
  const bytes = unpack(packed);
  if (!bytes || sha256(bytes) !== item.sha256)
    throw new BrokenItemError(`the stored bytes of ${owner} are not those that were written`);
  return bytes;
}

/**
 * Undefined if it is corrupt. zlib's errors have a `code`, just as passing network errors do, and must not be taken for
 * one.
 */
function unpack(packed: Uint8Array): Buffer | undefined {
  try {
    return gunzipSync(packed);
  } catch {
    return undefined;
  }
}

async function loadPieces(db: Database, owner: string, pieces: number): Promise<Buffer> {
  const bodies = await pMap(Array(pieces).keys(), async (n) => {
    const Key = pieceKey(owner, n);
    const { Item } = await db.client.send(new GetCommand({ TableName: db.table, Key, ConsistentRead: true }));
    if (!(Item?.body instanceof Uint8Array)) throw new BrokenItemError(`piece ${n} of ${owner} is missing`);
    return Item.body;
  });
  return Buffer.concat(bodies);
}

/** Deletes the pieces, if there are any. */
export async function deleteBlob(db: Database, owner: string, item: Record<string, unknown>): Promise<void> {
  await pMap(Array(Number(item.pieces ?? 0)).keys(), (n) =>
    db.client.send(new DeleteCommand({ TableName: db.table, Key: pieceKey(owner, n) })),
  );
}

/** Extends the life of the pieces, if there are any, to `expiresAt` (seconds since 1970). */
export async function extendBlob(
  db: Database,
  owner: string,
  item: Readonly<Record<string, unknown>>,
  { expiresAt, nowMs }: { expiresAt: number; nowMs: number },
): Promise<void> {
  await pMap(Array(Number(item.pieces ?? 0)).keys(), (n) =>
    extendLife(db, pieceKey(owner, n), expiresAt, nowMs),
  );
}

/**
 * The unpacked length of gzip data, from its last four bytes (RFC 1952, ISIZE); at least the length of the data itself.
 * If several gzip members follow one another, only the last one counts.
 */
export function unpackedLength(bytes: Uint8Array): number {
  if (bytes.length < 18 || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.length;
  const told = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true);
  return Math.max(bytes.length, told);
}
