import { expect, test } from "vitest";
import { recordOfItem } from "../../../lib/archive/codec.ts";
import type { Filter } from "../../../lib/archive/search/filters.ts";
import { type SearchLimits, search } from "../../../lib/archive/search/search.ts";
import { settle } from "../../../lib/archive/settle.ts";
import { GRACE_MS } from "../../../lib/archive/trash.ts";
import { formatMoment } from "../../../lib/message/moment.ts";
import type { MessageRecord } from "../../../lib/message/record.ts";
import type { Database } from "../../../lib/runtime/dynamodb.ts";
import { testClock } from "../../ingest/clock.ts";
import { aRecord, DELIVERED, NOON, PENDING } from "../../message/records.ts";
import { directDatabase } from "../../simulation/database.ts";
import { Table } from "../../simulation/dynamodb/table.ts";
import { plainly } from "../../simulation/plain.ts";
import { TABLE_SHAPE } from "../../simulation/stored-form.ts";
import { appendTo } from "../appending.ts";

import { Random } from "./random.ts";

const BURST_MS = NOON - 3_600_000;
const PLENTY = { units: 1e9, timeoutMs: 1e9 };
const LITTLE = { ...PLENTY, units: 0.5 };
const MOST_PAGES = 500;
/** They take so many bytes that a block holds a few only. */
const MOST_TEXT = 600;

/** So many messages, of which two in three are sent in the same millisecond. */
function messages(prefix: string, count: number, random: Random): MessageRecord[] {
  return Array.from({ length: count }, (_, n) =>
    aRecord({
      messageId: `${prefix}${n}`,
      to: "41790",
      from: "Bank",
      sentAt: formatMoment(n % 3 === 0 ? BURST_MS + random.below(3_600_000) - 1_800_000 : BURST_MS),
      status: n % 2 === 0 ? DELIVERED : PENDING,
      text: Array.from({ length: MOST_TEXT / 6 }, () => random.below(2 ** 31).toString(36)).join(""),
    }),
  );
}

async function walk(
  db: Database,
  filter: Filter,
  limit: number,
  limits: SearchLimits,
  nowMs: number,
): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const request = { filter, limit, ...(after === undefined ? {} : { after }) };
    const found = await search(db, request, limits, () => nowMs);
    ids.push(...found.items.map((item) => recordOfItem(item).messageId));
    if (found.after === undefined) return ids;
    after = found.after;
  }
  throw new Error("the walk does not end");
}

test.for<Filter>([
  {},
  { to: "41790" },
  { from: "Bank", generalStatus: "PENDING" },
  { generalStatus: "PENDING" },
  { generalStatus: "PENDING", sentUntil: BURST_MS + 60_000 },
  { generalStatus: "PENDING", sentSince: BURST_MS, sentUntil: BURST_MS },
  { to: "41790", sentSince: BURST_MS, sentUntil: BURST_MS },
])(
  "of what several runs have settled, much of it sent in one millisecond, %j gives all, in order",
  async (filter) => {
    const table = new Table(TABLE_SHAPE);
    let nowMs = NOON;
    const now = () => nowMs;
    const db = directDatabase(table, now);
    const clock = { ...testClock(), now };
    const random = new Random(1);
    // What comes last comes first in the order of answers, where the moment is the same.
    const pages = ["c", "b", "a"].map((prefix) => messages(prefix, 60, random));
    for (const page of pages) {
      await appendTo(db, { retentionHours: 48 }, page, clock);
      await settle({ db, clock, remainingMs: () => 300_000 }, 0);
      nowMs += 2 * GRACE_MS;
    }
    await settle({ db, clock, remainingMs: () => 300_000 }, 0);
    const all = plainly(pages.flat(), filter).map(({ messageId }) => messageId);
    for (const limit of [3, 40]) expect(await walk(db, filter, limit, PLENTY, nowMs)).toEqual(all);
    expect(await walk(db, filter, 40, LITTLE, nowMs)).toEqual(all);
  },
);

test.for([1, 2, 3])(
  "of what several runs have settled, most of each in a few hours and the rest two days long, all comes in order (%i)",
  async (seed) => {
    let nowMs = NOON;
    const now = () => nowMs;
    const db = directDatabase(new Table(TABLE_SHAPE), now);
    const clock = { ...testClock(), now };
    const random = new Random(seed);
    const pages = [0, 1, 2].map((run) =>
      messages(`${run}-`, 120, random).map((record, n) => {
        const hours = n % 6 === 0 ? 40 : 4;
        const sentAt = formatMoment(NOON - run * 1_800_000 - random.below(hours * 3_600_000));
        return { ...record, sentAt, status: PENDING };
      }),
    );
    for (const page of pages.toReversed()) {
      await appendTo(db, { retentionHours: 96 }, page, clock);
      await settle({ db, clock, remainingMs: () => 300_000 }, 0);
      nowMs += 2 * GRACE_MS;
    }
    const filter: Filter = { generalStatus: "PENDING" };
    const all = plainly(pages.flat(), filter).map(({ messageId }) => messageId);
    for (const limit of [3, 10, 40]) expect(await walk(db, filter, limit, PLENTY, nowMs)).toEqual(all);
    expect(await walk(db, filter, 40, LITTLE, nowMs)).toEqual(all);
  },
);
