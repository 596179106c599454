import { expect, test } from "vitest";
import { loadCatalog, type SettledRun } from "../../lib/archive/catalog.ts";
import { parseLine, printLine } from "../../lib/archive/codec.ts";
import { earlierVersions } from "../../lib/archive/earlier.ts";
import { search } from "../../lib/archive/search/search.ts";
import { settle } from "../../lib/archive/settle.ts";
import { messageTerm } from "../../lib/archive/terms.ts";
import { knownFrom } from "../../lib/message/merge.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { getAll } from "../../lib/runtime/batch.ts";
import { testClock } from "../ingest/clock.ts";
import { aRecord, DELIVERED, NOON, PENDING } from "../message/records.ts";
import { directDatabase } from "../simulation/database.ts";
import { Table } from "../simulation/dynamodb/table.ts";
import { TABLE_SHAPE } from "../simulation/stored-form.ts";
import { appendTo } from "./appending.ts";

const HOUR_MS = 3_600_000;
const KEEP_SECONDS = 48 * 3_600;

/** An archive to which a page is added, and settled at once. */
function anArchive() {
  const now = () => NOON;
  const db = directDatabase(new Table(TABLE_SHAPE), now);
  const clock = { ...testClock(), now };
  const settled = async (...records: MessageRecord[]) => {
    if (records.length > 0) await appendTo(db, { retentionHours: 48 }, records, clock);
    return settle({ db, clock, remainingMs: () => 300_000 }, 0);
  };
  return { db, clock, settled };
}

const versionOf = (record: MessageRecord, keepSeconds = KEEP_SECONDS) =>
  parseLine(printLine(knownFrom(record)), keepSeconds);

test("what a run has of its first and its last moment is known, though there are too many runs to ask them all", async () => {
  const { db, clock, settled } = anArchive();
  const sentAt = formatMoment(NOON - HOUR_MS);
  await settled(aRecord({ sentAt, status: PENDING, from: "Shop" }));
  const { runs } = await loadCatalog(db);
  const [run] = runs;
  if (!run) throw new Error("nothing was settled");
  // One that is asked first, and takes all buckets that may be read of runs which do not span a message's moment.
  const large: SettledRun = { ...run, id: "large", buckets: 1_000, sinceMs: 0, untilMs: 0 };
  const version = versionOf(aRecord({ sentAt, status: DELIVERED }));
  const earlier = await earlierVersions([version], [run, large], (keys) => getAll(db, keys, clock));
  expect(earlier.changed.map(({ record }) => record)).toMatchObject([{ from: "Shop", status: DELIVERED }]);
  expect(earlier.again).toEqual(new Set([messageTerm("m1")]));
});

test("a message that an older report puts on another day is not served there, not even while that report is still there", async () => {
  const { db, settled } = anArchive();
  const sentAt = formatMoment(NOON - 20 * HOUR_MS);
  await settled(aRecord({ sentAt, status: DELIVERED }));
  const later = aRecord({ sentAt: formatMoment(NOON - HOUR_MS), status: PENDING });
  expect(await settled(later)).toMatchObject({ pages: 1, blocks: 0 });
  for (let n = 0; n < 2; n++) {
    const { items } = await search(db, { filter: {}, limit: 9 }, { units: 1e9, timeoutMs: 1e9 }, () => NOON);
    expect(items.map(({ text }) => JSON.parse(text))).toMatchObject([{ sentAt, status: DELIVERED }]);
    // Nor when there is nothing more to settle.
    expect(await settled()).toMatchObject({ pages: 0, runs: 2 });
  }
});

test("what is told once more, and is to be kept for longer by now, is written once more", async () => {
  const { db, clock, settled } = anArchive();
  const record = aRecord({ sentAt: formatMoment(NOON - HOUR_MS) });
  await settled(record);
  const { runs } = await loadCatalog(db);
  const changed = async (keepSeconds: number) => {
    const earlier = await earlierVersions([versionOf(record, keepSeconds)], runs, (keys) =>
      getAll(db, keys, clock),
    );
    return earlier.changed.map((version) => version.keepSeconds);
  };
  expect(await changed(KEEP_SECONDS)).toEqual([]);
  expect(await changed(2 * KEEP_SECONDS)).toEqual([2 * KEEP_SECONDS]);
});
