import { gunzipSync, gzipSync } from "node:zlib";
import { DeleteCommand, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import type { Database } from "../runtime/dynamodb.ts";
import { sha256 } from "../runtime/text.ts";
import { ATTRIBUTES } from "./keys.ts";

/**
 * Bytes of any length beside an item: compressed, within the item while they fit, else in numbered pieces of their own.
 * The pieces are written first and the item that names them last, so that writing the item is the one step by which
 * all of it is there.
 */
const PIECE_BYTES = 350_000;

/** The attributes that hold, or lead to, the bytes. */
export interface Blob {
  readonly body?: Uint8Array;
  readonly pieces?: number;
  readonly sha256: string;
}

const pieceKey = (owner: string, n: number) => ({ pk: `piece#${owner}`, sk: String(n).padStart(4, "0") });

/** Compresses the bytes, writes the pieces where there must be any, and gives the attributes for the item. */
export async function storeBlob(
  db: Database,
  owner: string,
  bytes: Uint8Array,
  expiresAt?: number,
): Promise<Blob> {
  const packed = gzipSync(bytes);
  const hash = sha256(bytes);
  if (packed.length <= PIECE_BYTES) return { body: packed, sha256: hash };
  const pieces = Math.ceil(packed.length / PIECE_BYTES);
  await pMap(Array(pieces).keys(), async (n) => {
    const body = packed.subarray(n * PIECE_BYTES, (n + 1) * PIECE_BYTES);
    const Item = { ...pieceKey(owner, n), body, ...(expiresAt ? { [ATTRIBUTES.expiresAt]: expiresAt } : {}) };
    await db.client.send(new PutCommand({ TableName: db.table, Item }));
  });
  return { pieces, sha256: hash };
}

/** The bytes that `storeBlob` stored. Throws when a piece is missing or they are not the same bytes any more. */
export async function loadBlob(db: Database, owner: string, item: Record<string, unknown>): Promise<Buffer> {
  const packed =
    item.body instanceof Uint8Array ? item.body : await loadPieces(db, owner, Number(item.pieces));
  const bytes = unpack(packed);
  if (!bytes || sha256(bytes) !== item.sha256)
    throw new Error(`the stored bytes of ${owner} are not those that were written`);
  return bytes;
}

/** Undefined when it cannot be: zlib's own error has a code, as those of the network have that pass by themselves. */
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
    if (!(Item?.body instanceof Uint8Array)) throw new Error(`piece ${n} of ${owner} is missing`);
    return Item.body;
  });
  return Buffer.concat(bodies);
}

/** Removes the pieces, if there are any. */
export async function deleteBlob(db: Database, owner: string, item: Record<string, unknown>): Promise<void> {
  await pMap(Array(Number(item.pieces ?? 0)).keys(), (n) =>
    db.client.send(new DeleteCommand({ TableName: db.table, Key: pieceKey(owner, n) })),
  );
}
