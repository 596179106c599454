import { expect, it, test } from "vitest";
import { type Block, blockPartition } from "../../../lib/archive/block.ts";
import { parseBlocks } from "../../../lib/archive/day-format.ts";
import { dayOf } from "../../../lib/archive/keys.ts";
import { Budget, Reader } from "../../../lib/archive/search/reader.ts";
import { StretchBlocks } from "../../../lib/archive/search/stretch-blocks.ts";
import { settle } from "../../../lib/archive/settle.ts";
import { MemoryArchive } from "../../statistics/archive.ts";
import { appendTo } from "../appending.ts";
import { randomMessage } from "./messages.ts";
import { Random } from "./random.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BEGIN_MS = Date.parse("2027-01-02T00:00:00Z");
const ANY_MS = [1, 20_000, HOUR_MS / 2, 3 * HOUR_MS, DAY_MS];

/** Counts its requests, each of which is answered with few items. */
class Slow extends Reader {
  requests = 0;
  override query(pk: string, from: string, until: string) {
    this.requests++;
    return super.query(pk, from, until, 3);
  }
}

function readerOf({ db, clock }: MemoryArchive) {
  return new Slow(db, new Budget({ units: Infinity, timeoutMs: Infinity }, clock.now), clock);
}

/** A day of blocks of all classes, partly settled. */
async function aDay(random: Random): Promise<{ archive: MemoryArchive; blocks: readonly Block[] }> {
  const archive = new MemoryArchive(BEGIN_MS + 2 * DAY_MS);
  for (let pages = 4 + random.below(8); pages > 0; pages--) {
    const [fromMs, spanMs] = [random.below(DAY_MS), random.pick(ANY_MS)];
    const records = Array.from({ length: 1 + random.below(40) }, () =>
      randomMessage(random, BEGIN_MS + Math.min(DAY_MS - 1, fromMs + random.below(spanMs))),
    );
    await appendTo(archive.db, { retentionHours: 480 }, records, archive.clock);
    if (random.chance(0.2)) await settle({ ...archive, remainingMs: () => 300_000 }, 0);
  }
  const { items } = await new Reader(
    archive.db,
    new Budget({ units: 1e9, timeoutMs: 1e9 }, () => 0),
    archive.clock,
  ).query(blockPartition(dayOf(BEGIN_MS)), "!", "~");
  return { archive, blocks: parseBlocks(items) };
}

test.for(Array.from({ length: 30 }, (_, n) => n + 1))(
  "day %i: each part of a stretch has every block that reaches into it, in whatever order it is read",
  async (seed) => {
    const random = new Random(seed);
    const { archive, blocks } = await aDay(random);
    for (let round = 0; round < 6; round++) {
      const [first, count] = [random.below(23), 1 + random.below(23)];
      const hours = Array.from(
        { length: Math.min(count, 24 - first) },
        (_, n) => BEGIN_MS + (first + n) * HOUR_MS,
      );
      const parts = hours.map((sinceMs) => ({ sinceMs, untilMs: sinceMs + HOUR_MS - 1 }));
      const whole = { sinceMs: hours[0] ?? 0, untilMs: (hours.at(-1) ?? 0) + HOUR_MS - 1 };
      const stretch = new StretchBlocks(readerOf(archive), whole);
      const order = random.chance(0.8) ? parts.toReversed() : parts;
      for (const part of order) {
        const own = blocks.filter(
          ({ oldestMs, newestMs }) => oldestMs <= part.untilMs && newestMs >= part.sinceMs,
        );
        const { names, versions, goneFromMs } = await stretch.read(part);
        expect([...names].sort()).toEqual(own.map(({ key }) => `${key.pk} ${key.sk}`).sort());
        expect(goneFromMs).toBe(Math.min(...own.map(({ goneFrom }) => goneFrom * 1_000)));
        expect(new Set(versions.map(({ record }) => record.messageId))).toEqual(
          new Set(own.flatMap((block) => block.versions.map(({ record }) => record.messageId))),
        );
      }
    }
  },
);

it("the hours of an empty day cost one request a class, and no block is read twice", async () => {
  const { archive, blocks } = await aDay(new Random(1));
  const day = { sinceMs: BEGIN_MS, untilMs: BEGIN_MS + DAY_MS - 1 };
  const requestsOf = async (atMs: number) => {
    const reader = readerOf(archive);
    const stretch = new StretchBlocks(reader, { sinceMs: atMs, untilMs: atMs + DAY_MS - 1 });
    for (let hour = 23; hour >= 0; hour--) {
      const sinceMs = atMs + hour * HOUR_MS;
      await stretch.read({ sinceMs, untilMs: sinceMs + HOUR_MS - 1 });
    }
    return reader.requests;
  };
  expect(await requestsOf(BEGIN_MS + 10 * DAY_MS)).toBe(4);
  // Three items a request, and one more request for each class that ends with a full one.
  expect(await requestsOf(day.sinceMs)).toBeLessThanOrEqual(Math.ceil((blocks.length + 1) / 3) + 4);
});
