import { expect, test } from "vitest";
import { Archive } from "../../../lib/archive/archive.ts";
import { search } from "../../../lib/archive/search/search.ts";
import { recordOf } from "../../../lib/message/record.ts";
import { openModel } from "../../bench/model.ts";

const NOW_MS = Date.parse("2026-03-01T14:30:00Z");
const MINUTE_MS = 60_000;
const MINUTES = 90;
const A_MINUTE = 60;
const A_QUARTER = 15 * A_MINUTE;

const record = (sentAtMs: number, n: number, more: readonly [string, string][] = []) =>
  recordOf([
    ...more,
    ["messageId", `00000000-${n}`],
    ["channel", "SMS"],
    ["to", `4179${n}`],
    ["sentAt", new Date(sentAtMs).toISOString().replace("Z", "+0000")],
    ["status", { groupId: 3, groupName: "DELIVERED", id: 5, name: "DELIVERED_TO_HANDSET" }],
  ]);

test("a page in the middle of a day costs about what its records and those of the ten minutes before them do", async () => {
  const { db, meter } = openModel(() => NOW_MS);
  const archive = new Archive(
    db,
    { retentionHours: 48 },
    { now: () => NOW_MS, sleep: async () => {}, random: () => 0.5 },
  );
  for (let minute = 0; minute < MINUTES; minute++) {
    const startMs = NOW_MS - (MINUTES - minute) * MINUTE_MS;
    const records = Array.from({ length: A_MINUTE }, (_, n) =>
      record(startMs + n * 1_000, minute * A_MINUTE + n),
    );
    await archive.append({ source: "sms", place: minute }, records);
  }
  // The logs tell of a quarter of an hour at once, so that their blocks span minutes.
  const all = Array.from({ length: MINUTES * A_MINUTE }, (_, n) =>
    record(NOW_MS - MINUTES * MINUTE_MS + n * 1_000, n, [["text", `Your code is ${n * 7919}`]]),
  );
  for (let at = 0; at < all.length; at += A_QUARTER)
    await archive.append({ source: "logs", place: at }, all.slice(at, at + A_QUARTER));
  const ids = new Set<string>();
  for (let after: string | undefined, page = 0; page === 0 || after !== undefined; page++) {
    meter.takeRounds();
    const request = { filter: {}, limit: 50, ...(after === undefined ? {} : { after }) };
    const found = await search(db, request, { units: 1_000, timeoutMs: 1e9 }, () => NOW_MS);
    for (const { order } of found.items) ids.add(order);
    expect(found.spentUnits, `page ${page}`).toBeLessThan(12);
    expect(meter.takeRounds(), `page ${page}`).toBeLessThanOrEqual(6);
    after = found.after;
  }
  expect(ids.size).toBe(MINUTES * A_MINUTE);
});
