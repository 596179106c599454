import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { Archive } from "../../lib/archive/archive.ts";
import { search } from "../../lib/archive/search/search.ts";
import { printJson } from "../../lib/message/json.ts";
import { knownFrom, merge } from "../../lib/message/merge.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { type Clock, systemClock } from "../../lib/runtime/clock.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { DATABASE_FAULTS, startFaultyDatabase } from "../faults/database.ts";
import { aRecord, DELIVERED, NOON, PENDING } from "../message/records.ts";
import { databaseAt, openTable } from "./table.ts";

const settings = { retentionHours: 48 };
/** The hour in which all this is sent. */
const clock: Clock = { ...systemClock, now: () => NOON + 600_000 };
const done = (ms: number) => ({ status: DELIVERED, doneAt: formatMoment(NOON + ms) });
/** Reports of six messages, each in every state. */
const REPORTS = Array.from({ length: 6 }, (_, n) => [
  aRecord({ messageId: `m${n}`, status: PENDING, text: "from a log" }),
  aRecord({ messageId: `m${n}`, ...done(n) }),
  aRecord({ messageId: `m${n}`, ...done(n + 1), callbackData: "c" }),
]).flat();

async function stored(db: Database, messageId: string): Promise<string[]> {
  const filter = { messageId: [messageId] };
  const { items } = await search(db, { filter, limit: 9 }, { units: 1e9, timeoutMs: 1e9 }, clock.now);
  return items.map(({ text }) => text);
}

function whole(messageId: string): string {
  const own = REPORTS.filter((report) => report.messageId === messageId);
  return printJson(own.map(knownFrom).reduce(merge).record);
}

/** Every n-th report, from the n-th on. */
const share = (n: number, of: number) => REPORTS.filter((_, place) => place % of === n);

test("four processes at once give what one would", async () => {
  await using table = await openTable();
  const archives = Array.from({ length: 4 }, () => new Archive(table.db, settings, clock));
  await Promise.all(
    archives.map(async (archive, n) => {
      for (const [place, report] of share(n % 3, 3).entries())
        await archive.append({ source: "sms", place }, [report]);
      await archive.append({ source: "sms", place: 99 }, [...REPORTS].reverse());
    }),
  );
  for (const { messageId } of REPORTS) expect(await stored(table.db, messageId)).toEqual([whole(messageId)]);
});

test.each(DATABASE_FAULTS)("every fourth call %s: all is stored", async (fault) => {
  await using table = await openTable();
  const faulty = await startFaultyDatabase(table.endpoint, (n) => (n % 4 === 0 ? fault : undefined));
  const db = databaseAt(faulty.endpoint, 8);
  await new Archive(db, settings, clock).append({ source: "sms", place: 1 }, REPORTS);
  db.client.destroy();
  await faulty.close();
  for (const { messageId } of REPORTS) expect(await stored(table.db, messageId)).toEqual([whole(messageId)]);
});

test("says what a record would change, and leaves everything as it is", async () => {
  await using table = await openTable();
  const archive = new Archive(table.db, settings, clock);
  let place = 0;
  const outcome = async (record: MessageRecord) => {
    const [compared] = await archive.compare([record]);
    expect(await archive.compare([record])).toEqual([compared]);
    await archive.append({ source: "sms", place: place++ }, [record]);
    return compared?.outcome;
  };
  expect(await outcome(aRecord({ status: PENDING }))).toBe("new");
  expect(await outcome(aRecord(done(1)))).toBe("advanced");
  expect(await outcome(aRecord({ status: PENDING, text: "t" }))).toBe("enriched");
  // Nothing else is served then, but a later report than that pending one could not replace the text any more.
  expect(await outcome(aRecord({ ...done(1), text: "t" }))).toBe("enriched");
  expect(await outcome(aRecord(done(0)))).toBe("known");
});

test("a record that DynamoDB does not take is said to be refused; its neighbour is stored", async () => {
  await using table = await openTable();
  const noise = Array.from({ length: 150_000 }, (_, n) => (n * 7919).toString(36)).join("");
  const huge = aRecord({ messageId: "huge", text: noise });
  const archive = new Archive(table.db, settings, clock);
  const { refused } = await archive.append({ source: "sms", place: 1 }, [huge, aRecord()]);
  expect(refused).toEqual([huge]);
  expect(await stored(table.db, aRecord().messageId)).toHaveLength(1);
});

test("the same page again writes the same again, and what has expired is not written", async () => {
  await using table = await openTable();
  const archive = new Archive(table.db, settings, clock);
  const old = aRecord({ messageId: "old", sentAt: formatMoment(NOON - 49 * 3_600_000) });
  const count = async () => (await table.db.client.send(new ScanCommand({ TableName: "test" }))).Count;
  await archive.append({ source: "sms", place: 1 }, [old]);
  expect(await count()).toBe(0);
  await archive.append({ source: "sms", place: 1 }, REPORTS);
  const before = await count();
  await archive.append({ source: "sms", place: 1 }, REPORTS);
  expect(await count()).toBe(before);
});
