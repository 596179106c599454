import { expect, test } from "vitest";
import { answerStatistics } from "../../lib/api/statistics.ts";
import { parseJson } from "../../lib/message/json.ts";
import { epochMsOf, type MessageRecord } from "../../lib/message/record.ts";
import { countAndSettle, type Turn } from "../../lib/statistics/count-and-settle.ts";
import { cubeOf } from "../../lib/statistics/cube.ts";
import { encodeCube } from "../../lib/statistics/cube-codec.ts";
import { loadHours } from "../../lib/statistics/cubes-for-jobs.ts";
import { HOUR_MS, hourOf } from "../../lib/statistics/periods.ts";
import { seriesOf } from "../../lib/statistics/series.ts";
import { encodeSeries } from "../../lib/statistics/series-codec.ts";
import { readSeries } from "../../lib/statistics/series-store.ts";
import { loadState } from "../../lib/statistics/state.ts";
import { appendTo } from "../archive/appending.ts";
import { Truth } from "../archive/search/messages.ts";
import { Random } from "../archive/search/random.ts";
import { previousVersion } from "../simulation/previous.ts";
import { VERSION, type Version } from "../simulation/version.ts";
import { MemoryArchive } from "./archive.ts";
import { randomReport } from "./histories.ts";
import { anyQuestion, expectRows } from "./questions.ts";

/** OMNILOG_HISTORIES=20 for a long look. */
const HISTORIES = Number(process.env.OMNILOG_HISTORIES ?? 2);
const BEGIN_MS = Date.parse("2026-12-31T14:10:30Z");
const MINUTE_MS = 60_000;
const HISTORY_MS = 66 * HOUR_MS;
const LATEST_MS = 6 * HOUR_MS;
const KEPT = { long: 35 * 24, usual: 48, short: 20 } as const;

/** Some messages of the last minutes, and reports that come late or again. */
function arriving(random: Random, nowMs: number, sentAt: Map<string, number>): MessageRecord[] {
  return Array.from({ length: random.below(5) }, () => {
    const known = [...sentAt].filter(([, ms]) => nowMs - ms < LATEST_MS);
    const again = known.length > 0 && random.chance(0.4) ? random.pick(known) : undefined;
    const [id, atMs] = again ?? [
      `m${"x".repeat(random.below(5))}${sentAt.size}`,
      nowMs - random.below(random.chance(0.2) ? LATEST_MS : 20 * MINUTE_MS),
    ];
    sentAt.set(id, atMs);
    return randomReport(random, id, atMs);
  });
}

async function expectExact(archive: MemoryArchive, truth: Truth, random: Random): Promise<void> {
  const { db, nowMs } = archive;
  const records = truth.records();
  let question = anyQuestion(random, records, nowMs);
  // Of what is deleted nobody knows the minutes.
  while (question.query.aggregateBy.includes("MINUTE")) question = anyQuestion(random, records, nowMs);
  const request = { id: "1", method: "POST", path: "", queryString: "", headers: {}, sourceIp: "" };
  const { response } = await answerStatistics(
    { ...request, arrivedAtMs: nowMs, body: JSON.stringify(question.query) },
    { client: { id: "ann", name: "ann", isTextHidden: false, ...question.who }, format: "json" },
    { db, limits: { units: 1e9, timeoutMs: 1e9 }, now: () => nowMs },
  );
  const { columns, rows, asOf } = parseJson(response.body) as unknown as {
    columns: { columnName: string }[];
    rows: (string | number | { rawJSON: string })[][];
    asOf?: string;
  };
  expect(asOf).toBeUndefined();
  const names = columns.map(({ columnName }) => columnName);
  expectRows(
    rows.map((row) => new Map(names.map((name, n) => [name, row[n] ?? ""]))),
    question,
    records,
  );
}

/** What alerts compare and learn from after a turn is what the records say: the minutes of 13 hours, and every hour. */
async function expectHistory({ db, clock, nowMs }: MemoryArchive, truth: Truth, turn: Turn): Promise<void> {
  if (!turn.counted?.isWhole) return;
  const { hours: counted, countLeft } = turn.counted;
  const byHour = Map.groupBy(truth.records(), ({ sentAt }) => hourOf(epochMsOf(sentAt)));
  const all = [...byHour.keys()].sort();
  const [left, stored, minutes] = [
    await countLeft(),
    await loadHours(db, all, clock),
    await readSeries(db, all, clock),
  ];
  for (const [hourMs, records] of byHour) {
    const cube = (counted.get(hourMs) ?? left.get(hourMs))?.cube ?? stored.get(hourMs)?.cube();
    expect(Buffer.compare(encodeCube(cube ?? new Map()), encodeCube(cubeOf(records)))).toBe(0);
    if (hourOf(nowMs) - hourMs > 12 * HOUR_MS) continue;
    const series = counted.get(hourMs)?.series ?? minutes.get(hourMs);
    const told = series ? encodeSeries(series) : new Uint8Array();
    expect(Buffer.compare(told, encodeSeries(seriesOf(records, hourMs)))).toBe(0);
  }
}

test.for(
  Array.from({ length: HISTORIES }, (_, n) => n + 1).flatMap((seed) =>
    (["long", "usual", "short"] as const).map((kept) => ({ seed, kept })),
  ),
)(
  "a small account, $kept retention, history $seed: what it is told is what the records say, and stays when they are gone",
  { timeout: 120_000 },
  async ({ seed, kept }) => {
    const random = new Random(seed * 7 + KEPT[kept]);
    const archive = new MemoryArchive(BEGIN_MS);
    const { db, clock } = archive;
    const truth = new Truth();
    const sentAt = new Map<string, number>();
    // In every other one the version before runs beside it for half of the time.
    const previous: Version | undefined = seed % 2 === 0 ? await previousVersion() : undefined;
    const services = { db, clock, remainingMs: () => 300_000 };
    while (archive.nowMs < BEGIN_MS + HISTORY_MS) {
      const isQuiet = archive.nowMs > BEGIN_MS + HISTORY_MS - 20 * HOUR_MS;
      const records = isQuiet ? [] : arriving(random, archive.nowMs, sentAt);
      if (records.length > 0) await appendTo(db, { retentionHours: KEPT[kept] }, records, clock);
      truth.add(records);
      archive.nowMs += random.pick([5, 5, 10, 30]) * MINUTE_MS;
      archive.table.expire(archive.nowMs, () => true);
      const afterMs = random.pick([0, undefined, undefined, undefined]);
      const isBeside = previous && archive.nowMs < BEGIN_MS + HISTORY_MS / 2;
      if (random.chance(0.2)) {
        const dying = archive.dyingAt(1 + random.below(30), random.chance(0.5));
        await countAndSettle({ ...services, db: dying }, afterMs).catch(() => undefined);
      }
      const { countAndSettle: other } = isBeside && random.chance(0.5) ? previous : VERSION;
      const turn = other(services, afterMs);
      if (random.chance(0.2)) await countAndSettle(services, afterMs);
      const ended = await turn;
      if (random.chance(0.2)) await expectExact(archive, truth, random);
      // Hours with cubes of their own are stored ever more rarely.
      if (kept !== "short" && !previous && random.chance(0.2)) await expectHistory(archive, truth, ended);
    }
    for (let n = 0; n < 6; n++) await expectExact(archive, truth, random);
    const { hasBundles, stale } = await loadState(db);
    if (kept !== "short") expect(hasBundles).toBe(true);
    // 37 hours after the first day has ended nothing of it waits any more.
    expect([...stale].filter((name) => name < "2027-01-01")).toEqual([]);
  },
);
