import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import type { Database } from "../runtime/dynamodb.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import type { Catalog, SettledRun } from "./catalog.ts";
import type { Kept } from "./codec.ts";
import type { Item } from "./keys.ts";
import { singleTerms, valuesOf } from "./terms.ts";

/**
 * Which values (senders, networks, countries, channels, groups) each run has at all: what a run does not have need not be
 * looked up in it. One item, beside the catalog and never waited for: a run that it does not name is asked.
 *
 *     pk archive   sk values   r<run>: the first 16 bits of each value's fingerprint, rising, as differences (bytes.ts)   v  1
 */
export const RUN_VALUES_KEY = { pk: "archive", sk: "values" } as const;

/** By the id of a run: the first bits of the fingerprints of its values. */
export type RunValues = ReadonlyMap<string, ReadonlySet<number>>;

const SHIFT = 16;
/**
 * With more values than this, these bits would no longer distinguish them, and every search by value would cost more.
 */
const MOST_VALUES = 4_000;
const MOST_BYTES = 40_000;

export function valuesIn(records: readonly Kept[]): ReadonlySet<number> {
  return new Set(
    records.flatMap(({ record }) => singleTerms(valuesOf(record)).map((term) => term >>> SHIFT)),
  );
}

/** May a run contain records that meet all of these conditions, each by any of its terms? */
export function mayHold(
  { id }: SettledRun,
  values: RunValues,
  conditions: readonly { readonly terms: readonly number[] }[],
): boolean {
  const own = values.get(id);
  return own === undefined || conditions.every(({ terms }) => terms.some((term) => own.has(term >>> SHIFT)));
}

export function parseRunValues(item: Item | undefined): Map<string, ReadonlySet<number>> {
  if (item === undefined || item.v !== 1) return new Map();
  return new Map(
    Object.entries(item)
      .filter(([name]) => name.startsWith("r"))
      .map(([name, bytes]) => [name.slice(1), decoded(v.parse(v.instance(Uint8Array), bytes))] as const),
  );
}

export async function loadRunValues(db: Database): Promise<Map<string, ReadonlySet<number>>> {
  const { Item } = await db.client.send(new GetCommand({ TableName: db.table, Key: RUN_VALUES_KEY }));
  return parseRunValues(Item);
}

/**
 * Stores this for the existing runs, the newest first as far as they fit. Two writers at once may lose a run, which is
 * then always asked.
 */
export async function putRunValues(
  db: Database,
  values: RunValues,
  runs: readonly SettledRun[],
): Promise<void> {
  const attributes: Record<string, Uint8Array> = {};
  let left = MOST_BYTES;
  for (const { id } of [...runs].reverse()) {
    const own = values.get(id);
    if (own === undefined || own.size > MOST_VALUES) continue;
    const bytes = encoded(own);
    left -= bytes.length;
    if (left > 0) attributes[`r${id}`] = bytes;
  }
  const Item = { ...RUN_VALUES_KEY, ...attributes, v: 1 };
  await db.client.send(new PutCommand({ TableName: db.table, Item }));
}

/**
 * Records which values the runs contain that were made or merged. This comes after they are in the catalog: nothing
 * waits for it.
 */
export async function noteValues(
  db: Database,
  { runs }: Pick<Catalog, "runs">,
  { made, groups }: { made: RunValues; groups: ReadonlyMap<string, readonly string[]> },
): Promise<void> {
  const values = new Map([...(await loadRunValues(db)), ...made]);
  for (const [id, merged] of groups) {
    const all = merged.map((one) => values.get(one));
    if (all.includes(undefined)) continue;
    values.set(id, new Set(all.flatMap((own) => [...(own ?? [])])));
  }
  await putRunValues(db, values, runs);
}

function encoded(values: ReadonlySet<number>): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  let last = 0;
  for (const value of [...values].sort((a, b) => a - b)) {
    out.number(value - last);
    last = value;
  }
  return out.take();
}

function decoded(bytes: Uint8Array): Set<number> {
  const input = new ByteReader(bytes);
  const values = new Set<number>();
  for (let value = 0; !input.isAtEnd; ) {
    value += input.number();
    values.add(value);
  }
  return values;
}
