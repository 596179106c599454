import { afterAll, beforeAll, expect, test } from "vitest";
import { recordOfItem } from "../../../lib/archive/codec.ts";
import type { Filter } from "../../../lib/archive/search/filters.ts";
import { search } from "../../../lib/archive/search/search.ts";
import { settle } from "../../../lib/archive/settle.ts";
import { GRACE_MS } from "../../../lib/archive/trash.ts";
import type { MessageRecord } from "../../../lib/message/record.ts";
import { recordOf } from "../../../lib/message/record.ts";
import { systemClock } from "../../../lib/runtime/clock.ts";
import { appendTo } from "../appending.ts";
import { startTestDatabase, type TestDatabase } from "./database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.close());

const START_MS = Date.parse("2026-03-01T14:00:00Z");
const STATUS = { groupId: 3, groupName: "DELIVERED", id: 5, name: "DELIVERED_TO_HANDSET" };
const REJECTED = { groupId: 5, groupName: "REJECTED", id: 6, name: "REJECTED_NETWORK" };
const PENDING = { groupId: 1, groupName: "PENDING", id: 26, name: "PENDING_ACCEPTED" };

const report = (fields: object, messageId = "sought"): MessageRecord =>
  recordOf(
    Object.entries({
      messageId,
      channel: "SMS",
      sentAt: "2026-03-01T12:00:00.000+0000",
      to: "41793026727",
      status: STATUS,
      ...fields,
    }),
  );
/** Enough for the index to be worth asking. */
const OTHERS = Array.from({ length: 400 }, (_, n) => report({ from: "Other" }, `other ${n}`));

/** What one report says, what another says, and a question that neither meets alone. */
const CASES: readonly (readonly [object, object, Filter])[] = [
  [{ from: "Shop" }, { entityId: "branch" }, { from: "Shop", entityId: "branch" }],
  [{ entityId: "branch" }, { from: "Shop" }, { from: "Shop", entityId: "branch" }],
  [{ mccmnc: "22801" }, { platform: { applicationId: "app" } }, { mcc: "228", applicationId: "app" }],
  [{ from: "Shop" }, { entityId: "branch" }, { from: "Shop", channel: "SMS", entityId: "branch" }],
  [{ status: PENDING, from: "Shop" }, {}, { from: "Shop", generalStatus: "DELIVERED" }],
  [{ bulkId: "b" }, { entityId: "branch" }, { bulkId: ["b"], entityId: "branch" }],
  [
    { status: REJECTED },
    { status: PENDING, entityId: "branch" },
    { generalStatus: "REJECTED", entityId: "branch" },
  ],
];

test.for(
  CASES.flatMap(([first, second, filter]) =>
    [true, false].map((isSettled) => ({ isSettled, first, second, filter })),
  ),
)(
  "a message is found by what two of its reports say: $filter, the first settled: $isSettled",
  async (sought) => {
    const db = await database.makeTable();
    let nowMs = START_MS;
    const settings = { retentionHours: 48 };
    const clock = { ...systemClock, now: () => nowMs };
    await appendTo(db, settings, [report(sought.first), ...OTHERS], clock);
    nowMs += GRACE_MS + 1;
    if (sought.isSettled) await settle({ db, clock, remainingMs: () => 300_000 }, 0);
    await appendTo(db, settings, [report(sought.second)], clock);
    const found = await search(
      db,
      { filter: sought.filter, limit: 10 },
      { units: 1e9, timeoutMs: 1e9 },
      () => nowMs,
    );
    expect(found.items.map((item) => recordOfItem(item).messageId)).toEqual(["sought"]);
  },
);

test.for<Filter>([
  { generalStatus: "PENDING" },
  { from: "Shop", generalStatus: "PENDING" },
  { bulkId: ["b"], generalStatus: "PENDING" },
])(
  "a settled message that one of several waiting pages tells more of is not found by %j as it was",
  async (filter) => {
    const db = await database.makeTable();
    const clock = { ...systemClock, now: () => START_MS };
    const append = (...records: MessageRecord[]) => appendTo(db, { retentionHours: 48 }, records, clock);
    await append(report({ status: PENDING, from: "Shop", bulkId: "b" }), ...OTHERS);
    await settle({ db, clock, remainingMs: () => 300_000 }, 0);
    const find = () => search(db, { filter, limit: 10 }, { units: 1e9, timeoutMs: 1e9 }, () => START_MS);
    await append(report({ from: "Other" }, "beside"));
    expect((await find()).items).toHaveLength(1);
    await append(report({}));
    expect((await find()).items).toEqual([]);
  },
);
