import { expect, test } from "vitest";
import { openPublisher } from "../../lib/log/publish.ts";
import { ReportIndex, type StreamEntry } from "../../lib/log/report-index.ts";
import { rowsOf } from "../../lib/log/rows.ts";
import { aRecord, NOON } from "../message/records.ts";
import { MemoryArchive } from "../statistics/archive.ts";

const anEntry = (place: number): StreamEntry => ({
  ...{ place, source: "sms", page: place, way: "pull", atMs: NOON + place, orderMs: NOON + place },
  ...{ entered: { sms: place }, expiresAt: NOON / 1_000 + 86_400, v: 1 },
});

/** A stream with entries at these places alone: time to live has deleted the others. */
async function aStream(...places: number[]) {
  const archive = new MemoryArchive(NOON);
  const index = new ReportIndex(archive.db);
  for (const place of places) await index.append("sms", anEntry(place));
  return { ...archive, archive, index };
}

test.each([[1, 10], [1, 2, 3, 9, 10], [4], [2, 7, 8, 20]])(
  "the first entry since any moment is found, whatever is gone: %j",
  async (...places) => {
    const { index } = await aStream(...places);
    for (let wanted = 0; wanted <= 21; wanted++)
      expect((await index.since("sms", NOON + wanted))?.place).toBe(places.find((place) => place >= wanted));
  },
);

test("the tail is the last entry, also where whoever put it died before the end was noted, or where it is gone", async () => {
  const { index } = await aStream(1, 2);
  await index.rememberEnd("sms", anEntry(1));
  expect(await index.tail("sms")).toMatchObject({ place: 2, entered: { sms: 2 } });
  await index.rememberEnd("sms", anEntry(3));
  expect(await index.tail("sms")).toMatchObject({ place: 3, entered: { sms: 3 } });
});

test("of a page in which a row could not be read, the entry names the others", async () => {
  const { archive, index } = await aStream();
  const rows = [0, 2].map((row) => ({ row, record: aRecord({ messageId: `m${row}` }) }));
  const page = { source: "sms", place: 1, way: "pull", atMs: NOON } as const;
  await openPublisher(archive.db, 48, archive.clock).publish(page, rows);
  const [entry] = await index.from("sms", 1);
  expect(entry?.rows && rowsOf(entry.rows)).toEqual([0, 2]);
});
