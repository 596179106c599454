import * as v from "valibot";
import { ByteReader, ByteWriter } from "../archive/bytes.ts";
import type { Key } from "../archive/keys.ts";
import { getAll } from "../runtime/batch.ts";
import type { Clock } from "../runtime/clock.ts";
import { type Database, putNext } from "../runtime/dynamodb.ts";
import { parseStored } from "../runtime/stored.ts";
import { cellsFrom, cubeFrom } from "./cube-codec.ts";
import { deflate, inflate } from "./packing.ts";
import { DAY_MS, dayName, HOUR_MS, hourName, momentOfDay } from "./periods.ts";
import { namesIn, type PackedCube, packNames, partitionOf } from "./stored.ts";

/**
 * The cubes of a UTC day's hours of few messages in one item, put once the day is at rest, on the condition that nobody else
 * has since it was read. An hour with a cube of its own (stored.ts) is told by that, whatever a bundle says.
 *
 *     pk  stats#hours     sk  2026-11-25
 *     d   deflated, numbers as in archive/bytes.ts: how many hours; of each the hour of the day, how many messages, from when it is
 *         final (`f` of stored.ts), how many bytes its cube has, and these (cube-codec.ts, not deflated by themselves)
 *     n   counts the puts     l  the fresh pages that are in it, as in stored.ts, for all of its hours together
 *     a   when it was counted, milliseconds     v  1     e  400 days after it began, seconds since 1970
 */
export interface Bundle {
  readonly dayMs: number;
  readonly version: number;
  readonly counted: ReadonlySet<string>;
  readonly countedAtMs: number;
  /** By their first milliseconds. */
  readonly hours: ReadonlyMap<number, BundledHour>;
}

export interface BundledHour {
  readonly messages: number;
  readonly finalFromMs: number;
  /** `plainBytes` of its cube. */
  readonly plain: Uint8Array;
}

/** A cube of more bytes is stored by itself: 24 of these fit into an item, whatever is in them. */
export const MOST_PLAIN_BYTES = 12_000;
const KEPT_MS = 400 * DAY_MS;
const stored = v.object({
  sk: v.string(),
  d: v.instance(Uint8Array),
  n: v.number(),
  l: v.optional(v.instance(Uint8Array), new Uint8Array()),
  a: v.number(),
  v: v.literal(1),
});

export const BUNDLES = partitionOf("hours");

/** Where the bundle of a day is. */
export function bundleKey(dayMs: number): Key {
  return { pk: BUNDLES, sk: dayName(dayMs) };
}

export function parseBundle(item: unknown): Bundle {
  const { sk, d, n, l, a } = parseStored(stored, item);
  const dayMs = momentOfDay(sk);
  const input = new ByteReader(inflate(d));
  const hours = new Map<number, BundledHour>();
  for (let left = input.number(); left > 0; left--) {
    const [hour, messages, finalFrom, length] = [
      input.number(),
      input.number(),
      input.number(),
      input.number(),
    ];
    hours.set(dayMs + hour * HOUR_MS, { messages, finalFromMs: finalFrom * 1_000, plain: input.raw(length) });
  }
  return { dayMs, version: n, counted: namesIn(l), countedAtMs: a, hours };
}

function encodeHours({ dayMs, hours }: Pick<Bundle, "dayMs" | "hours">): Uint8Array {
  const out = new ByteWriter();
  out.number(hours.size);
  for (const [hourMs, { messages, finalFromMs, plain }] of [...hours].sort(([a], [b]) => a - b)) {
    out
      .number((hourMs - dayMs) / HOUR_MS)
      .number(messages)
      .number(Math.floor(finalFromMs / 1_000));
    out.number(plain.length).raw(plain);
  }
  return deflate(out.take());
}

/** The bundles of these days, read consistently, by day. */
export async function loadBundles(
  db: Database,
  days: Iterable<number>,
  clock: Clock,
): Promise<Map<number, Bundle>> {
  const items = await getAll(db, [...new Set(days)].map(bundleKey), clock, { consistent: true });
  return new Map(items.map(parseBundle).map((bundle) => [bundle.dayMs, bundle]));
}

/** Puts a bundle; false if another has been put since that of this `version` was read (0: there was none). */
export function putBundle(db: Database, bundle: Bundle): Promise<boolean> {
  const { dayMs, version, counted, countedAtMs } = bundle;
  const l = packNames(counted);
  const item = { ...bundleKey(dayMs), d: encodeHours(bundle), ...(l.length > 0 ? { l } : {}) };
  return putNext(db, { ...item, a: countedAtMs, v: 1, e: Math.ceil((dayMs + KEPT_MS) / 1_000) }, version);
}

/** Does it tell the same of the same hours? */
export function isSameBundle(a: Bundle, b: Bundle): boolean {
  return Buffer.compare(encodeHours(a), encodeHours(b)) === 0;
}

/** The hours of a bundle, as if each were stored by itself. */
export function cubesOf({ hours, version, counted, countedAtMs }: Bundle): PackedCube[] {
  return [...hours].map(([startMs, { messages, finalFromMs, plain }]) => ({
    ...{ name: hourName(startMs), startMs, version, counted, countedAtMs, messages, finalFromMs },
    ...{ parts: 0, tag: "", isBroken: false, bytes: plain.length },
    packed: () => deflate(plain),
    cube: () => cubeFrom(plain),
    cells: (needs) => cellsFrom(plain, needs),
  }));
}
