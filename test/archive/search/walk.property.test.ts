import { afterAll, beforeAll, expect, test } from "vitest";
import { recordOfItem } from "../../../lib/archive/codec.ts";
import type { Filter } from "../../../lib/archive/search/filters.ts";
import { search } from "../../../lib/archive/search/search.ts";
import { appendTo } from "../appending.ts";
import { startTestDatabase, type TestDatabase } from "./database.ts";
import { NOW_MS, RETENTION_HOURS, randomMessage, randomMoments, Truth } from "./messages.ts";
import { expected } from "./oracle.ts";
import { Random } from "./random.ts";

const LIMITS = { units: 1e9, timeoutMs: 1e9 };
const FILTERS: readonly Filter[] = [{}, { channel: "SMS" }, { from: "Shop" }, { generalStatus: "PENDING" }];

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.close());

test.for(FILTERS)(
  "while reports arrive, a walk by %j gives what was there all the time once",
  async (filter) => {
    const random = new Random(7);
    const db = await database.makeTable();
    const settings = { retentionHours: RETENTION_HOURS };
    const messages = (count: number) =>
      randomMoments(random, count).map((atMs) => randomMessage(random, atMs));
    const idOf = ({ messageId, channel }: { messageId: string; channel: string }) =>
      `${messageId}/${channel}`;
    const truth = new Truth();
    const there = messages(250);
    await appendTo(db, settings, there);
    truth.add(there);
    const all = expected(truth.records(), filter).map(idOf);
    const untouched = new Set(all);
    const seen: string[] = [];
    for (let after: string | undefined, isOver = false; !isOver; ) {
      const request = { filter, limit: 9, ...(after === undefined ? {} : { after }) };
      const found = await search(db, request, LIMITS, () => NOW_MS);
      seen.push(...found.items.map((item) => idOf(recordOfItem(item))));
      after = found.after;
      isOver = after === undefined;
      const arriving = messages(5);
      for (const record of arriving) untouched.delete(idOf(record));
      await appendTo(db, settings, arriving);
    }
    expect(seen.filter((id) => untouched.has(id))).toEqual(all.filter((id) => untouched.has(id)));
  },
);
