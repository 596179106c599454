import { expect, test } from "vitest";
import { answerStatistics } from "../../lib/api/statistics.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import { countHours } from "../../lib/statistics/count.ts";
import { countAndSettle } from "../../lib/statistics/count-and-settle.ts";
import { hourName, hourOf } from "../../lib/statistics/periods.ts";
import { loadState } from "../../lib/statistics/state.ts";
import { appendTo } from "../archive/appending.ts";
import { aRecord, NOON } from "../message/records.ts";
import { MemoryArchive } from "./archive.ts";

const HOUR_MS = 3_600_000;
/** One an hour, over three days. */
const SENT = 72;
const ADMISSION = { client: { id: "ann", name: "ann", isTextHidden: false }, format: "json" } as const;

/** How many messages an answer counts that may read so many units, and whether it says that some are missing. */
async function counted({ db, nowMs }: MemoryArchive, units: number, aggregateBy: string[]) {
  const filterBy = { sentSince: formatMoment(NOON - SENT * HOUR_MS), sentUntil: formatMoment(NOON) };
  const body = JSON.stringify({ filterBy, aggregateBy, metrics: ["TOTAL_SENT_TRAFFIC_COUNT"] });
  const request = { id: "1", method: "POST", path: "", queryString: "", headers: {}, sourceIp: "", body };
  const { response, isIncomplete } = await answerStatistics({ ...request, arrivedAtMs: nowMs }, ADMISSION, {
    db,
    limits: { units, timeoutMs: 1e9 },
    now: () => nowMs,
  });
  const { rows, incomplete = false } = JSON.parse(response.body) as {
    rows: (string | number)[][];
    incomplete?: boolean;
  };
  expect([incomplete, response.headers["omnilog-incomplete"] === "true"]).toEqual([
    isIncomplete,
    isIncomplete,
  ]);
  return { isIncomplete, count: rows.reduce((sum, row) => sum + Number(row.at(-1)), 0) };
}

test.each([
  { isCounted: false, aggregateBy: ["HOUR"] },
  { isCounted: false, aggregateBy: ["DAY"] },
  { isCounted: true, aggregateBy: ["HOUR"] },
  { isCounted: true, aggregateBy: ["DAY"] },
])("an answer that its limits cut says so: %j", async ({ isCounted, aggregateBy }) => {
  const archive = new MemoryArchive(NOON);
  const records = Array.from({ length: SENT }, (_, n) =>
    aRecord({ messageId: `m${n}`, sentAt: formatMoment(NOON - (n + 0.5) * HOUR_MS) }),
  );
  await appendTo(archive.db, { retentionHours: 240 }, records, archive.clock);
  for (let n = 0; isCounted && n < 9; n++) {
    await countAndSettle({ db: archive.db, clock: archive.clock, remainingMs: () => 300_000 }, 0);
    archive.nowMs += HOUR_MS / 6;
  }
  expect(await counted(archive, 1e9, aggregateBy)).toEqual({ isIncomplete: false, count: SENT });
  const cut: number[] = [];
  for (let units = 0.5; units < 200; units *= 1.3) {
    const { isIncomplete, count } = await counted(archive, units, aggregateBy);
    if (isIncomplete) cut.push(count);
    else expect(count).toBe(SENT);
  }
  expect(Math.min(...cut)).toBeLessThan(SENT);
});

test("hours for which there was no time in a run wait by name", async () => {
  const { db, clock } = new MemoryArchive(NOON);
  const moments = Array.from({ length: 20 }, (_, n) => NOON - (n + 2.5) * HOUR_MS);
  // So many that none of the hours may turn out to have few.
  const records = moments.flatMap((ms, n) =>
    Array.from({ length: 2_001 }, (_, k) =>
      aRecord({ messageId: `m${n}-${k}`, sentAt: formatMoment(ms + k) }),
    ),
  );
  // What was never counted at all would wait anyway.
  await countHours({ db, clock, remainingMs: () => 300_000 });
  await appendTo(db, { retentionHours: 240 }, records, clock);
  let looks = 0;
  const remainingMs = () => (looks++ < 12 ? 300_000 : 0);
  const { hours } = await countHours({ db, clock, remainingMs });
  const left = moments.map(hourOf).filter((hourMs) => !hours.has(hourMs));
  expect(left).toHaveLength(8);
  expect([...(await loadState(db)).stale]).toEqual(expect.arrayContaining(left.map(hourName)));
});
