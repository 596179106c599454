import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { deleteAll, putAll } from "../runtime/batch.ts";
import type { Clock } from "../runtime/clock.ts";
import { type Database, isConditionFailure } from "../runtime/dynamodb.ts";
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
  const item = { pk, sk: name, d, c, n: version + 1, ...(l.length > 0 ? { l } : {}) };
  const named = c > 0 ? { t: tag } : {};
  try {
    await db.client.send(
      new PutCommand({
        TableName: db.table,
        Item: {
          ...item,
          ...named,
          ...{ a: countedAtMs, r: messages, f: Math.floor(finalFromMs / 1_000), v: 1, e },
        },
        ConditionExpression: version === 0 ? "attribute_not_exists(pk)" : "n = :n",
        ...(version === 0 ? {} : { ExpressionAttributeValues: { ":n": version } }),
      }),
    );
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
  // Deletes the rest of the previous cube; that of an identical cube has the same keys.
  if (before && before.tag !== tag) {
    const keys = Array.from({ length: before.parts }, (_, n) => partKey(pk, name, before.tag, n));
    await deleteAll(db, keys, clock);
  }
  return true;
}
