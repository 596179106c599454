import * as v from "valibot";
import type { Key } from "../archive/keys.ts";
import { BrokenItemError } from "../runtime/errors.ts";
import { parseStored } from "../runtime/stored.ts";
import type { Cells } from "./cells.ts";
import type { Cube } from "./cube.ts";
import { decodeCells, decodeCube, type Needs } from "./cube-codec.ts";
import { momentOfDay, momentOfHour } from "./periods.ts";

/**
 * The cube of an hour or a day of `sentAt`, put (put-cube.ts) on the condition that nobody else has since it was read:
 *
 *     pk  stats#hour | stats#day | stats#day-networks | stats#day-senders     sk  2026-11-25T10 | 2026-11-25
 *     d   the cube (cube-codec.ts); of one above 300 kB the beginning
 *     c   how many more items hold the rest: sk …#<t>#<00001 and on>, each with its d. Of a day of which an hour is lost it
 *         counts one that never was: every version reads such a cube as broken
 *     t   the cube's hash, where there is a rest: who puts another cube at the same moment puts it elsewhere
 *     n   counts the puts
 *     l   of an hour: the fresh pages (archive/fresh.ts) that are in it, six bytes of each one's name
 *     a   when it was counted, milliseconds     r  how many messages
 *     f   from when the first block of its records may be deleted, seconds since 1970: from then on it is final
 *     v   1     e  400 days after it began, seconds since 1970
 */
export interface StoredCube {
  readonly startMs: number;
  readonly version: number;
  readonly cube: Cube;
  readonly counted: ReadonlySet<string>;
  readonly countedAtMs: number;
  readonly messages: number;
  readonly finalFromMs: number;
}

/**
 * A day is stored three times: whole, and without senders or without networks, which is a third as large and enough for
 * most questions.
 */
export const DAY_PERIODS = ["day", "day-networks", "day-senders"] as const;
export type Period = "hour" | (typeof DAY_PERIODS)[number];

export const STATISTICS_PARTITION = "stats#";
const NAME_BYTES = 6;

const part = v.object({ sk: v.string(), d: v.instance(Uint8Array) });
const head = v.object({
  sk: v.string(),
  d: v.instance(Uint8Array),
  c: v.number(),
  t: v.optional(v.string(), ""),
  n: v.number(),
  l: v.optional(v.instance(Uint8Array), new Uint8Array()),
  a: v.number(),
  r: v.number(),
  f: v.number(),
  v: v.literal(1),
});

export const partitionOf = (period: Period | "hours" | "series" | "state"): string =>
  `${STATISTICS_PARTITION}${period}`;

/** The name of a page in `l`: twelve hexadecimal digits. */
export function pageName(sk: string): string {
  return sk.slice(0, NAME_BYTES * 2);
}

/** The key of a part of a cube's rest; the first is 0. */
export function partKey(pk: string, name: string, tag: string, n: number): Key {
  return { pk, sk: `${name}#${tag}#${String(n + 1).padStart(5, "0")}` };
}

/** An item of a cube before it is unpacked, which happens only if it is needed. */
export interface PackedCube extends Omit<StoredCube, "cube"> {
  readonly parts: number;
  /** The name of its parts. */
  readonly tag: string;
  readonly name: string;
  readonly bytes: number;
  /** Is one of its items missing? Then nothing is known of its content: reading it throws BrokenItemError. */
  readonly isBroken: boolean;
  /** The bytes of cube-codec.ts. */
  packed(): Uint8Array;
  cube(): Cube;
  cells(needs: Needs): Cells;
}

/**
 * The cubes among the items of a partition, by name. A cube with a missing part is broken, or is being replaced at the
 * moment.
 */
export function parseCubes(items: readonly unknown[], period: Period): Map<string, PackedCube> {
  const keyed = items.map((item) => v.parse(part, item));
  const parts = new Map(keyed.map(({ sk, d }) => [sk, d]));
  const cubes = items.flatMap((item, at): [string, PackedCube][] => {
    if (keyed[at]?.sk.includes("#")) return [];
    const { sk: name, d, c, t: tag, n: version, l, a, r, f } = parseStored(head, item);
    const rest = Array.from({ length: c }, (_, n) => parts.get(partKey("", name, tag, n).sk));
    const isBroken = rest.some((piece) => piece === undefined);
    const all = [d, ...rest.flatMap((piece) => piece ?? [])];
    const packed = () => {
      if (isBroken) throw new BrokenItemError(`the cube ${name} lacks one of its items`);
      return all.length === 1 ? d : Buffer.concat(all);
    };
    const cube: PackedCube = {
      ...{ name, startMs: startOf(period, name), version, parts: c, tag, isBroken },
      counted: isBroken ? new Set() : namesIn(l),
      ...{ countedAtMs: a, messages: r, finalFromMs: f * 1_000 },
      bytes: all.reduce((sum, { length }) => sum + length, 0),
      packed,
      cube: () => decodeCube(packed()),
      cells: (needs) => decodeCells(packed(), needs),
    };
    return [[name, cube]];
  });
  return new Map(cubes);
}

function startOf(period: Period, name: string): number {
  return period === "hour" ? momentOfHour(name) : momentOfDay(name);
}

/** Encodes the names of pages for `l`. */
export function packNames(names: ReadonlySet<string>): Uint8Array {
  return new Uint8Array(Buffer.from([...names].sort().join(""), "hex"));
}

/** Decodes what `packNames` encoded. */
export function namesIn(bytes: Uint8Array): Set<string> {
  const text = Buffer.from(bytes).toString("hex");
  const digits = NAME_BYTES * 2;
  return new Set(
    Array.from({ length: text.length / digits }, (_, n) => text.slice(n * digits, (n + 1) * digits)),
  );
}
