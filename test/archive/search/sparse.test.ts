import { describe, expect, test } from "vitest";
import { Archive } from "../../../lib/archive/archive.ts";
import { recordOfItem } from "../../../lib/archive/codec.ts";
import { DAY_MS } from "../../../lib/archive/keys.ts";
import { search } from "../../../lib/archive/search/search.ts";
import { settle } from "../../../lib/archive/settle.ts";
import { type MessageRecord, recordOf } from "../../../lib/message/record.ts";
import { openModel } from "../../bench/model.ts";

const START_MS = Date.parse("2026-03-01T00:00:00Z");
const MINUTE_MS = 60_000;
const DAYS = 30;
const EVERY_MS = 30 * MINUTE_MS;
const A_DAY = DAY_MS / EVERY_MS;
const ALL = DAYS * A_DAY;
const NOW_MS = START_MS + ALL * EVERY_MS;
const LIMITS = { units: 1_000, timeoutMs: 1e9 };
const REJECTED = { groupId: 5, groupName: "REJECTED", id: 6, name: "REJECTED_NETWORK" };
const DELIVERED = { groupId: 3, groupName: "DELIVERED", id: 5, name: "DELIVERED_TO_HANDSET" };

/** One message each half an hour for a month, of which one a day or so is rejected. */
const records: readonly MessageRecord[] = Array.from({ length: ALL }, (_, n) =>
  recordOf([
    ["messageId", `${String(n * 7919).padStart(8, "0")}-${(n * 104_729).toString(16)}`],
    ["channel", "SMS"],
    ["to", `4179${n * 31}`],
    ["sentAt", new Date(START_MS + n * EVERY_MS).toISOString().replace("Z", "+0000")],
    ["status", n % 50 === 7 ? REJECTED : DELIVERED],
  ]),
);
const newestFirst = records.map(({ messageId }) => messageId).reverse();

/** Ten messages a day for a month, and 3,000 within ten minutes a week before its end. */
const FEW_MS = DAY_MS / 10;
const CAMPAIGN_MS = START_MS + 23 * DAY_MS;
const campaign: readonly (readonly [number, number])[] = [
  ...Array.from({ length: DAYS * 10 }, (_, n) => [START_MS + n * FEW_MS, n] as const),
  ...Array.from({ length: 3_000 }, (_, n) => [CAMPAIGN_MS + n * 200, DAYS * 10 + n] as const),
].sort(([a], [b]) => a - b);
const aroundCampaign = campaign.map(([sentAtMs, n]) =>
  recordOf([
    ["messageId", `${String(n * 7919).padStart(8, "0")}-${(n * 104_729).toString(16)}`],
    ["channel", "SMS"],
    ["to", `4179${n * 31}`],
    ["sentAt", new Date(sentAtMs).toISOString().replace("Z", "+0000")],
    ["status", DELIVERED],
  ]),
);

function openArchive() {
  let nowMs = START_MS;
  const { db, meter } = openModel(() => nowMs);
  const clock = { now: () => nowMs, sleep: async () => {}, random: () => 0.5 };
  const archive = new Archive(db, { retentionHours: 60 * 24 }, clock);
  const find = async (limit: number, filter = {}, after?: string) => {
    meter.takeRounds();
    const request = { filter, limit, ...(after === undefined ? {} : { after }) };
    const found = await search(db, request, LIMITS, () => nowMs);
    const ids = found.items.map((item) => recordOfItem(item).messageId);
    return { ids, after: found.after, rounds: meter.takeRounds(), units: found.spentUnits };
  };
  const at = (atMs: number) => {
    nowMs = atMs;
  };
  return { db, archive, at, find, settle: () => settle({ db, clock, remainingMs: () => 1e9 }, 0) };
}

/** Each message comes by itself; of `settledDays` each has been settled. */
async function openSparse(settledDays: number) {
  const { archive, at, find, settle } = openArchive();
  for (const [n, record] of records.entries()) {
    at(START_MS + n * EVERY_MS + 1);
    if (n % A_DAY === 0 && n > 0 && n / A_DAY <= settledDays) await settle();
    await archive.append({ source: "sms", place: n }, [record]);
  }
  at(NOW_MS);
  /** All that there is, by pages of so many. */
  const findAll = async (limit: number) => {
    const ids: string[] = [];
    for (let after: string | undefined, page = 0; page === 0 || after !== undefined; page++) {
      const found = await find(limit, {}, after);
      ids.push(...found.ids);
      after = found.after;
    }
    return ids;
  };
  return { archive, find, findAll };
}

describe.each([{ settledDays: 29 }, { settledDays: 28 }, { settledDays: 3 }])(
  "of few messages in a month, $settledDays days of it settled",
  ({ settledDays }) => {
    test("the newest come in six rounds at most, and cost about what they weigh", async () => {
      const { find } = await openSparse(settledDays);
      for (const limit of [20, 50, 200, 1_000]) {
        const { ids, rounds, units } = await find(limit);
        expect(ids).toEqual(newestFirst.slice(0, limit));
        expect(rounds, `${limit}`).toBeLessThanOrEqual(6);
        expect(units, `${limit}`).toBeLessThanOrEqual(5 + limit / 20);
      }
    });

    test("late reports within settled days neither hide what is settled nor come twice", async () => {
      const { archive, findAll } = await openSparse(settledDays);
      const late = records.filter((_, n) => n % 7 === 3);
      for (let at = 0; at < late.length; at += 30)
        await archive.append({ source: "logs", place: at }, late.slice(at, at + 30));
      for (const limit of [7, 100]) {
        expect(await findAll(limit)).toEqual(newestFirst);
      }
    });

    test("what was rejected on a settled day, and is told of late, is found in its place", async () => {
      const { archive, find, findAll } = await openSparse(settledDays);
      // So many within ten minutes that those not delivered have blocks of their own.
      const afterN = 10 * A_DAY + 45;
      const late = Array.from({ length: 40 }, (_, n) =>
        recordOf([
          ["messageId", `late-${String(n).padStart(2, "0")}`],
          ["channel", "SMS"],
          ["sentAt", new Date(START_MS + afterN * EVERY_MS + 1 + n).toISOString().replace("Z", "+0000")],
          ["status", REJECTED],
        ]),
      );
      await archive.append({ source: "logs", place: 0 }, late);
      const expected = [
        ...newestFirst.slice(0, ALL - 1 - afterN),
        ...late.map(({ messageId }) => messageId).reverse(),
        ...newestFirst.slice(ALL - 1 - afterN),
      ];
      for (const limit of [7, 100]) {
        expect(await findAll(limit)).toEqual(expected);
      }
      const sentUntil = START_MS + 11 * DAY_MS - 1;
      for (const limit of [3, 45]) {
        const first = ALL - 11 * A_DAY;
        expect((await find(limit, { sentUntil })).ids).toEqual(expected.slice(first, first + limit));
      }
    });

    test("what was rejected once a day is found in six rounds", async () => {
      const { find } = await openSparse(settledDays);
      const { ids, rounds } = await find(1_000, { generalStatus: "REJECTED" });
      expect(ids).toEqual(newestFirst.filter((_, n) => (ALL - 1 - n) % 50 === 7));
      expect(rounds).toBeLessThanOrEqual(6);
    });
  },
);

test("a week after a campaign the newest come in six rounds at most, though it makes every day seem to hold many", async () => {
  const { archive, at, find, settle } = openArchive();
  for (let day = 0, n = 0; day < DAYS; day++) {
    // Each day's messages are in two runs, one of the morning and one of the rest.
    for (const untilMs of [START_MS + day * DAY_MS + DAY_MS / 3, START_MS + (day + 1) * DAY_MS]) {
      const first = n;
      while (n < campaign.length && (campaign[n]?.[0] ?? 0) < untilMs) n++;
      at(untilMs);
      await archive.append({ source: "sms", place: n }, aroundCampaign.slice(first, n));
      await settle();
    }
  }
  const newest = aroundCampaign.map(({ messageId }) => messageId).reverse();
  for (const limit of [20, 50]) {
    const { ids, rounds, units } = await find(limit);
    expect(ids).toEqual(newest.slice(0, limit));
    expect(rounds, `${limit}`).toBeLessThanOrEqual(6);
    expect(units, `${limit}`).toBeLessThanOrEqual(12);
  }
});

test("before anything has been settled the newest come in six rounds at most, though no run tells how many there are", async () => {
  const { archive, at, find } = openArchive();
  const pulls = 200;
  const sentAtMs = (n: number) => START_MS + Math.floor(n / 2) * 5 * MINUTE_MS + (n % 2) * 2 * MINUTE_MS;
  const first = Array.from({ length: 2 * pulls }, (_, n) =>
    recordOf([
      ["messageId", `${String(n * 7919).padStart(8, "0")}-${(n * 104_729).toString(16)}`],
      ["channel", "SMS"],
      ["sentAt", new Date(sentAtMs(n)).toISOString().replace("Z", "+0000")],
      ["status", DELIVERED],
    ]),
  );
  // Every second pull brings two messages that are minutes apart, and the others one at a time: so there are blocks of two classes.
  for (let pull = 0; pull < pulls; pull++) {
    at(sentAtMs(2 * pull + 1) + 1);
    const two = first.slice(2 * pull, 2 * pull + 2);
    for (const [n, part] of (pull % 2 === 0 ? [two] : two.map((one) => [one])).entries())
      await archive.append({ source: "sms", place: 2 * pull + n }, part);
  }
  const newest = first.map(({ messageId }) => messageId).reverse();
  for (const limit of [5, 20, 50, 300]) {
    const { ids, rounds, units } = await find(limit);
    expect(ids).toEqual(newest.slice(0, limit));
    expect(rounds, `${limit}`).toBeLessThanOrEqual(6);
    expect(units, `${limit}`).toBeLessThanOrEqual(5 + limit / 20);
  }
});

test("more days than are read at once, of which the budget ends right behind those, are all found from there on", async () => {
  const { archive, at, db, settle } = openArchive();
  const days = 45;
  const one = Array.from({ length: days }, (_, n) =>
    recordOf([
      ["messageId", `m${n}`],
      ["channel", "SMS"],
      ["sentAt", new Date(START_MS + n * DAY_MS + DAY_MS / 2).toISOString().replace("Z", "+0000")],
      ["status", DELIVERED],
    ]),
  );
  for (const [n, record] of one.entries()) {
    at(START_MS + (n + 1) * DAY_MS);
    await archive.append({ source: "sms", place: n }, [record]);
  }
  await settle();
  const nowMs = START_MS + days * DAY_MS;
  const ids: string[] = [];
  for (let after: string | undefined, page = 0; page === 0 || after !== undefined; page++) {
    const request = { filter: {}, limit: 1_000, ...(after === undefined ? {} : { after }) };
    const found = await search(db, request, { units: 0.5, timeoutMs: 1e9 }, () => nowMs);
    ids.push(...found.items.map((item) => recordOfItem(item).messageId));
    after = found.after;
  }
  expect(ids).toEqual(one.map(({ messageId }) => messageId).reverse());
});
