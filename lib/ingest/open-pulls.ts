import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import * as v from "valibot";
import { SOURCE_NAMES } from "../infobip/sources.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { RECONCILE_PARTITION } from "./checkpoint.ts";
import type { Doubts } from "./doubts.ts";
import type { SourceStates } from "./source-state.ts";

/**
 * The pulls that may have taken reports which are not in the archive (open, or a doubt), as the reconciler sees them:
 *
 *     reconcile     open-pulls     by `<source> <id>`: since when, in how many runs, and what has been done
 *
 * A pull is swept at once, so that what it lost is repaired soon. It is settled by a sweep that began so long after the
 * reconciler first saw it, by the reconciler's own clock, and after so many of its runs: by then its request is over,
 * since Lambda ends a pull after a minute, and the logs show what its reports said. No moment that a pull wrote down by
 * its own clock counts; and the run after the sweep lets go of it, not the one that ends it, so that no single wrong
 * clock can.
 */
export interface SeenPull {
  /** By the reconciler's clock, in milliseconds since 1970. */
  readonly firstMs: number;
  /** The number of runs since the first. */
  readonly runs: number;
  /** When the last completed sweep that looked for its reports began; undefined before there was one. */
  readonly sweptMs?: number | undefined;
  /** Has that sweep settled it? The next run closes it, unless the clock of the sweep was ahead. */
  readonly isSettled?: boolean | undefined;
  /** The sweep under way that covers it, identified by its start, and whether that sweep will settle it. */
  readonly sweep?: { readonly atMs: number; readonly isSettling: boolean } | undefined;
}

export type SeenPulls = Readonly<Record<string, SeenPull>>;

const FIRST_SEEN_AGO_MS = 180_000;
const SEEN_IN_RUNS = 2;
/** They are stored in one item of at most 400 kB. After an outage there may be thousands: the rest has to wait. */
const MOST_SEEN = 1_000;

const VERSION = 2;
const KEY = { pk: RECONCILE_PARTITION, sk: "open-pulls" };
const stored = v.object({
  v: v.literal(VERSION),
  seen: v.record(
    v.string(),
    v.object({
      firstMs: v.number(),
      runs: v.number(),
      sweptMs: v.optional(v.number()),
      isSettled: v.optional(v.boolean()),
      sweep: v.optional(v.object({ atMs: v.number(), isSettling: v.boolean() })),
    }),
  ),
});

interface PullStores {
  readonly states: SourceStates;
  readonly doubts: Doubts;
}

/** Stores what the reconciler remembers about open pulls between runs. */
export class OpenPulls {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** If it cannot be read, nothing has been seen. */
  async load(): Promise<SeenPulls> {
    const { Item } = await this.#db.client.send(
      new GetCommand({ TableName: this.#db.table, Key: KEY, ConsistentRead: true }),
    );
    const result = v.safeParse(stored, Item);
    return result.success ? result.output.seen : {};
  }

  async save(seen: SeenPulls): Promise<void> {
    const Item = { ...KEY, v: VERSION, seen };
    await this.#db.client.send(new PutCommand({ TableName: this.#db.table, Item }));
  }
}

/** The names of all pulls that are open or in doubt now. */
export async function openPulls({ states, doubts }: PullStores): Promise<string[]> {
  const open = await Promise.all(
    SOURCE_NAMES.map(async (source) => (await states.load(source)).open.map((id) => nameOf(source, id))),
  );
  const doubtful = (await doubts.list()).map(({ source, id }) => nameOf(source, id));
  return [...new Set([...open.flat(), ...doubtful])];
}

/** Counts this run for every pull that is open now, and forgets those that no longer are. */
export function countRun(before: SeenPulls, names: readonly string[], nowMs: number): SeenPulls {
  const known = names.filter((name) => Object.hasOwn(before, name));
  const unknown = names.filter((name) => !Object.hasOwn(before, name));
  return Object.fromEntries(
    [...known, ...unknown].slice(0, MOST_SEEN).map((name) => [name, seenAgain(before[name], nowMs)]),
  );
}

/** A time in the future comes from a run whose clock was ahead, and does not count. */
function seenAgain(before: SeenPull | undefined, nowMs: number): SeenPull {
  if (before === undefined || before.firstMs > nowMs) return { firstMs: nowMs, runs: 0 };
  const { firstMs, sweep } = before;
  const runs = before.runs + 1;
  if (Math.max(before.sweptMs ?? 0, sweep?.atMs ?? 0) > nowMs) return { firstMs, runs };
  return { ...before, runs };
}

/** Separates the pulls that an earlier run has settled, and that can be closed, from the others. */
export function partSettled(seen: SeenPulls): { left: SeenPulls; settled: string[] } {
  const [settled, left] = [true, false].map((isSettled) =>
    Object.entries(seen).filter(([, pull]) => (pull.isSettled === true) === isSettled),
  );
  return { left: Object.fromEntries(left ?? []), settled: (settled ?? []).map(([name]) => name) };
}

/** Marks the pulls that a sweep which starts now is for; undefined if there is no need for one. */
export function beginSweep(seen: SeenPulls, nowMs: number): SeenPulls | undefined {
  const marked = Object.entries(seen).map(([name, { sweep: _earlier, ...pull }]): [string, SeenPull] => {
    const isSettling = pull.runs >= SEEN_IN_RUNS && nowMs - pull.firstMs >= FIRST_SEEN_AGO_MS;
    return [name, isSettling || isUnswept(pull) ? { ...pull, sweep: { atMs: nowMs, isSettling } } : pull];
  });
  return marked.some(([, { sweep }]) => sweep) ? Object.fromEntries(marked) : undefined;
}

/**
 * What it means that the sweep which began at a moment is complete. Marks of other sweeps are ignored: if two runs
 * overlap, one may complete a sweep that the other has already followed up with a new one.
 */
export function endSweep(seen: SeenPulls, atMs: number): SeenPulls {
  const ended = Object.entries(seen).map(([name, pull]): [string, SeenPull] => {
    if (pull.sweep?.atMs !== atMs) return [name, pull];
    const { sweep, ...rest } = pull;
    return [name, { ...rest, sweptMs: atMs, ...(sweep.isSettling ? { isSettled: true } : {}) }];
  });
  return Object.fromEntries(ended);
}

/** May such a pull have lost a report that no sweep has looked for yet? */
export function isUnswept({ sweptMs }: SeenPull): boolean {
  return sweptMs === undefined;
}

/** Closes pulls whose 48 hours have been checked. May be repeated. */
export async function settlePulls(names: readonly string[], { states, doubts }: PullStores): Promise<void> {
  const pulls = names.map(pullNamed);
  for (const source of new Set(pulls.map((pull) => pull.source))) {
    const ids = pulls.filter((pull) => pull.source === source).map(({ id }) => id);
    await states.close(source, { ids });
  }
  await pMap(pulls, (pull) => doubts.settle(pull), { concurrency: 16 });
}

function nameOf(source: string, id: string): string {
  return `${source} ${id}`;
}

function pullNamed(name: string): { source: string; id: string } {
  const at = name.indexOf(" ");
  return { source: name.slice(0, at), id: name.slice(at + 1) };
}
