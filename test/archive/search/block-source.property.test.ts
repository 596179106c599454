import { expect, test } from "vitest";
import { Random } from "../../../infra/local/imitation/random.ts";
import { packBlocks } from "../../../lib/archive/block.ts";
import { type BlockRef, refOf } from "../../../lib/archive/block-ref.ts";
import type { SettledRun } from "../../../lib/archive/catalog.ts";
import type { Item, Key } from "../../../lib/archive/keys.ts";
import { tailItems } from "../../../lib/archive/run.ts";
import { blockSource } from "../../../lib/archive/search/block-source.ts";
import { formatMoment } from "../../../lib/message/moment.ts";

const NOW_MS = Date.UTC(2026, 10, 24, 12);
const HOUR_MS = 3_600_000;
/** More than a chunk of a run names, and fewer. */
const SIZES = [1, 40, 270, 600, 900];

const nameOf = ({ pk, sk }: Key) => `${pk} ${sk}`;

/** A run of blocks of one record each, its items in `stored`. */
function makeRun(id: string, random: Random, stored: Map<string, Item>) {
  const spanMs = random.pick([0, 1_000, 30 * HOUR_MS]);
  const fromMs = NOW_MS - random.int(0, 10 * HOUR_MS);
  const named = Array.from({ length: random.pick(SIZES) }, (_, n) => {
    const record = {
      ...{ messageId: `${id}-${n}`, channel: "SMS", status: { groupName: "DELIVERED" } },
      sentAt: formatMoment(fromMs - random.int(0, spanMs)),
    };
    const [block] = packBlocks([{ record, precedences: new Map(), keepSeconds: 1e6 }], id).blocks;
    if (!block) throw new Error("a record makes a block");
    stored.set(nameOf(block.item), block.item);
    return { ref: refOf(block), messageId: record.messageId };
  });
  // As earlier versions of settling numbered them, now and then.
  if (random.chance(0.7)) named.sort((a, b) => b.ref.newestMs - a.ref.newestMs);
  const refs: readonly BlockRef[] = named.map(({ ref }) => ref);
  const none = new Set<number>();
  const empty = { again: none, moved: none, stale: none, exceptions: [], level: 0 };
  const { run, items } = tailItems(id, { ...empty, refs, records: refs.length, expiresAt: 1e10 }, 1);
  for (const item of items) stored.set(nameOf(item as unknown as Key), item);
  const made: SettledRun = random.chance(0.2) ? { ...run, isSorted: undefined } : run;
  return { run: made, named };
}

test.for(Array.from({ length: 80 }, (_, n) => n + 1))(
  "archive %i: what is read comes newest first, and all of it once",
  async (seed) => {
    const random = new Random(seed);
    const stored = new Map<string, Item>();
    const get = async (keys: readonly Key[]) =>
      keys.map((key) => stored.get(nameOf(key))).filter((item) => item !== undefined);
    const wantedOf = new Map<SettledRun, Set<number>>();
    const expected = new Map<string, number>();
    const sinceMs = random.chance(0.3) ? NOW_MS - 8 * HOUR_MS : -Infinity;
    const untilMs = random.chance(0.3) ? NOW_MS - HOUR_MS : Infinity;
    for (let n = 0; n < random.int(1, 6); n++) {
      const { run, named } = makeRun(`run${n}`, random, stored);
      const share = random.pick([0.02, 0.3, 1]);
      const numbers = random.chance(0.5) ? named.map((_, at) => at) : named.map((_, at) => at).reverse();
      const wanted = numbers.filter(() => random.chance(share));
      if (wanted.length > 0) wantedOf.set(run, new Set(wanted));
      for (const at of wanted) {
        const { ref, messageId } = named[at] ?? {};
        if (!ref || messageId === undefined || ref.newestMs < sinceMs || ref.newestMs > untilMs) continue;
        expected.set(messageId, ref.newestMs);
      }
    }
    const share = random.pick([0.1, 1]);
    const limit = random.pick([1, 3, 20, 1_000]);
    const isMatch = () => random.chance(share);
    const source = await blockSource(wantedOf, { sinceMs, untilMs }, get, isMatch, limit);
    const found = new Set<string>();
    for (let reads = 0; source.frontierMs !== -Infinity; reads++) {
      expect(reads).toBeLessThan(5_000);
      const before = source.frontierMs;
      for (const { version } of await source.read(limit)) {
        const { record } = version;
        expect(found).not.toContain(record.messageId);
        found.add(record.messageId);
      }
      expect(source.frontierMs).toBeLessThanOrEqual(before);
      const missing = [...expected].filter(([id, ms]) => ms > source.frontierMs && !found.has(id));
      expect(missing).toEqual([]);
    }
    expect([...found].sort()).toEqual([...expected.keys()].sort());
  },
);
