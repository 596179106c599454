import { deleteAll, putAll } from "../runtime/batch.ts";
import type { Clock } from "../runtime/clock.ts";
import { type Database, putNext } from "../runtime/dynamodb.ts";
import { sha256 } from "../runtime/hash.ts";
import { encodeCube } from "./cube-codec.ts";
import { DAY_MS } from "./periods.ts";
import { type PackedCube, type Period, packNames, partitionOf, partKey, type StoredCube } from "./stored.ts";

/** A cube to be put, and what was stored before. */
export interface NewCube extends Omit<StoredCube, "version"> {
  readonly before: PackedCube | undefined;
  /** Is it put as a cube that lacks an item, so that nobody reads it? */
  readonly isBroken?: boolean;
}

const KEPT_MS = 400 * DAY_MS;
/** An item may have 400 kB. */
const MOST_BYTES = 300_000;
const TAG_DIGITS = 12;

/** Puts a cube; false if another has been put since `before` was read (undefined: there was none). */
export async function putCube(
  db: Database,
  period: Period,
  name: string,
  { before, startMs, cube, counted, countedAtMs, messages, finalFromMs, isBroken = false }: NewCube,
  clock: Clock,
): Promise<boolean> {
  const pk = partitionOf(period);
  const bytes = encodeCube(cube);
  const version = before?.version ?? 0;
  const tag = sha256(bytes).slice(0, TAG_DIGITS);
  const e = Math.ceil((startMs + KEPT_MS) / 1_000);
  const pieces = Array.from({ length: Math.ceil(bytes.length / MOST_BYTES) }, (_, n) =>
    bytes.slice(n * MOST_BYTES, (n + 1) * MOST_BYTES),
  );
  const [d = bytes, ...rest] = pieces;
  // The rest of the cube comes first; nobody reads it before the item that counts it.
  await putAll(
    db,
    rest.map((piece, n) => ({ ...partKey(pk, name, tag, n), d: piece, v: 1, e })),
    clock,
  );
  const l = packNames(counted);
  const c = rest.length + (isBroken ? 1 : 0);
  const item = { pk, sk: name, d, c, ...(l.length > 0 ? { l } : {}) };
  const named = c > 0 ? { t: tag } : {};
  const about = { a: countedAtMs, r: messages, f: Math.floor(finalFromMs / 1_000), v: 1, e };
  if (!(await putNext(db, { ...item, ...named, ...about }, version))) return false;
  // Deletes the rest of the previous cube; that of an identical cube has the same keys.
  if (before && before.tag !== tag) {
    const keys = Array.from({ length: before.parts }, (_, n) => partKey(pk, name, before.tag, n));
    await deleteAll(db, keys, clock);
  }
  return true;
}
