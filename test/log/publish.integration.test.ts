import {
  BatchWriteCommand,
  DeleteCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { isBehindRetention } from "../../lib/api/feed-read.ts";
import { slotAt } from "../../lib/log/fingerprint.ts";
import { openPublisher } from "../../lib/log/publish.ts";
import { ReportIndex } from "../../lib/log/report-index.ts";
import { rowsOf } from "../../lib/log/rows.ts";
import { STREAMS, type Stream } from "../../lib/log/streams.ts";
import { systemClock } from "../../lib/runtime/clock.ts";
import { type Database, queryAll } from "../../lib/runtime/dynamodb.ts";
import { startTestDatabase, type TestDatabase } from "../archive/search/database.ts";
import { aRecord } from "../message/records.ts";
import { aLog, aReport, arrive, PENDING, SENT_AT } from "./arrivals.ts";

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await startTestDatabase();
});
beforeEach(async () => {
  db = await database.makeTable();
});
afterAll(() => database.close());

const SLOT = slotAt(Date.parse(SENT_AT));
const SEEN_OF_ALL = {
  KeyConditionExpression: "pk = :pk",
  ExpressionAttributeValues: { ":pk": `seen#sms#${SLOT}` },
};

const entriesOf = async (stream: Stream) => {
  const entries = [];
  for await (const entry of new ReportIndex(db).read(stream, 1)) entries.push(entry);
  return entries;
};
/** Of each entry of a stream: where it came from, and which rows are news; undefined: all of them. */
const newsOf = async (stream: Stream) =>
  (await entriesOf(stream)).map(({ source, page, fresh }) => [source, page, fresh && rowsOf(fresh)]);

test("a page becomes an entry of its stream, in the order of arrival", async () => {
  await arrive(db, { source: "sms" }, [aReport("a"), aReport("b")]);
  await arrive(db, { source: "sms" }, [aReport("c")]);
  expect(await newsOf("sms")).toEqual([
    ["sms", 1, undefined],
    ["sms", 2, undefined],
  ]);
});

test("what came by two ways and says nothing new is news once, whichever came first", async () => {
  await arrive(db, { source: "sms" }, [aReport("a"), aReport("b")]);
  await arrive(db, { source: "logs", way: "repair" }, [aLog("a"), aLog("c"), aLog("b")]);
  await arrive(db, { source: "sms", way: "push" }, [aReport("c"), aReport("d"), aReport("d")]);
  expect(await newsOf("sms")).toEqual([
    ["sms", 1, undefined],
    ["logs", 1, [1]],
    ["sms", 2, [1]],
  ]);
});

test("another status, and the same one reached at another time, is news", async () => {
  const operator = { groupId: 3, groupName: "DELIVERED", id: 2, name: "DELIVERED_TO_OPERATOR" };
  await arrive(db, { source: "sms" }, [aReport("a", { status: operator })]);
  await arrive(db, { source: "sms" }, [aReport("a"), aReport("b")]);
  await arrive(db, { source: "sms" }, [aReport("a", { doneAt: "2026-11-24T12:00:06.000+0000" })]);
  expect((await newsOf("sms")).map(([, , fresh]) => fresh)).toEqual([undefined, undefined, undefined]);
});

test("what the logs found goes where its channel is asked for; what is pending there is no report", async () => {
  await arrive(db, { source: "logs", way: "repair" }, [
    aLog("a", { channel: "EMAIL" }),
    aLog("b", { status: PENDING }),
    aLog("c"),
    aLog("d", { channel: "VIBER" }),
    aLog("e", { channel: "PUSH" }),
  ]);
  expect(await Promise.all(STREAMS.map(newsOf))).toEqual([
    [["logs", 1, [2]]],
    [["logs", 1, [4]]],
    [["logs", 1, [0]]],
    [["logs", 1, [3]]],
  ]);
  expect(rowsOf((await entriesOf("sms"))[0]?.rows ?? new Uint8Array())).toEqual([1, 2]);
});

test("a page that is published again, by itself or by many at once, stands there once", async () => {
  const page = { source: "sms", place: 1, way: "pull", atMs: 1_000 } as const;
  const rows = ["a", "b"].map((messageId, row) => ({ row, record: aRecord({ messageId }) }));
  await Promise.all(Array.from({ length: 5 }, () => openPublisher(db, 48, systemClock).publish(page, rows)));
  await openPublisher(db, 48, systemClock).publish(page, rows);
  expect(await newsOf("sms")).toEqual([["sms", 1, undefined]]);
});

test("pages that are published together are entered one behind the other, and each says only what none before it said", async () => {
  const rowsOfAll = (...ids: string[]) =>
    ids.map((messageId, row) => ({ row, record: aRecord({ messageId }) }));
  const page = (place: number) => ({ source: "push-sms", place, way: "push", atMs: 1_000 }) as const;
  await openPublisher(db, 48, systemClock).publish({ ...page(1), source: "logs" }, rowsOfAll("d"));
  const together = [
    { page: page(1), rows: rowsOfAll("a", "b") },
    { page: page(2), rows: rowsOfAll("b", "c") },
    { page: page(3), rows: rowsOfAll("c", "d") },
  ];
  await Promise.all(Array.from({ length: 3 }, () => openPublisher(db, 48, systemClock).publishAll(together)));
  expect((await newsOf("sms")).slice(1)).toEqual([
    ["push-sms", 1, undefined],
    ["push-sms", 2, [1]],
    ["push-sms", 3, []],
  ]);
});

test("who publishes on and on knows what others have entered meanwhile, and what it has entered itself", async () => {
  const [one, other] = [openPublisher(db, 48, systemClock), openPublisher(db, 48, systemClock)];
  const said = [];
  for (let n = 1; n <= 6; n++) {
    const source = n % 3 ? "push-sms" : "sms";
    const rows = [`m${n}`, `m${n - 1}`, `m${n - 3}`].map((messageId, row) => ({
      row,
      record: aRecord({ messageId }),
    }));
    await (n % 2 ? one : other).publish({ source, place: n, way: "push", atMs: 1_000 }, rows);
    said.push((await newsOf("sms")).at(-1)?.[2]);
  }
  expect(said).toEqual([undefined, [0, 2], [0], [0], [0], [0]]);
});

test("who has published a pending log, which is no report, gives the report that says the same", async () => {
  const publisher = openPublisher(db, 48, systemClock);
  const pending = { row: 0, record: aRecord({ messageId: "a", status: PENDING }) };
  // The first makes it read what was said; what it enters behind that it remembers, and does not read.
  await publisher.publish({ source: "sms", place: 1, way: "pull", atMs: 1_000 }, [
    { row: 0, record: aRecord({ messageId: "b" }) },
  ]);
  await publisher.publish({ source: "logs", place: 1, way: "repair", atMs: 1_000 }, [pending]);
  for (const place of [2, 3])
    await publisher.publish({ source: "sms", place, way: "pull", atMs: 1_000 }, [pending]);
  expect((await newsOf("sms")).slice(1)).toEqual([
    ["logs", 1, []],
    ["sms", 2, undefined],
    ["sms", 3, []],
  ]);
});

test("what was said in the first format, which did not name the message, is no news either", async () => {
  await arrive(db, { source: "sms" }, [aReport("a"), aReport("b")]);
  for await (const item of queryAll(db, SEEN_OF_ALL)) {
    const marks =
      Buffer.from(item.marks as Uint8Array)
        .toString("latin1")
        .match(/.{12}/gs) ?? [];
    const first = Buffer.from(marks.map((mark) => mark.slice(4)).join(""), "latin1");
    await db.client.send(new PutCommand({ TableName: db.table, Item: { ...item, marks: first, v: 1 } }));
  }
  await arrive(db, { source: "sms" }, [aReport("b"), aReport("c")]);
  expect(await newsOf("sms")).toEqual([
    ["sms", 1, undefined],
    ["sms", 2, [1]],
  ]);
});

test("of many pages that say the same at once exactly one is first with each report", async () => {
  const sources = ["sms", "logs", "pushed", "other", "fifth"];
  const ids = ["a", "b", "c", "d"];
  const rows = ids.map((messageId, row) => ({ row, record: aRecord({ messageId }) }));
  await Promise.all(
    sources.map((source) =>
      openPublisher(db, 48, systemClock).publish({ source, place: 1, way: "push", atMs: 1_000 }, rows),
    ),
  );
  const first = (await entriesOf("sms")).flatMap(({ fresh }) => (fresh ? rowsOf(fresh) : [0, 1, 2, 3]));
  expect(first.sort()).toEqual([0, 1, 2, 3]);
  expect(await entriesOf("sms")).toHaveLength(sources.length);
});

test("a stream that time to live has emptied goes on behind its end", async () => {
  await arrive(db, { source: "sms" }, [aReport("a")]);
  await arrive(db, { source: "sms" }, [aReport("b")]);
  for (const { place } of await entriesOf("sms"))
    await db.client.send(
      new DeleteCommand({
        TableName: db.table,
        Key: { pk: "reports#sms", sk: String(place).padStart(12, "0") },
      }),
    );
  await arrive(db, { source: "sms" }, [aReport("c")]);
  expect((await entriesOf("sms")).map(({ place }) => place)).toEqual([3]);
});

test("a stream whose newest entry time to live has deleted before older ones goes on behind its end", async () => {
  for (const id of ["a", "b", "c"]) await arrive(db, { source: "sms" }, [aReport(id)]);
  const Key = { pk: "reports#sms", sk: "000000000003" };
  await db.client.send(new DeleteCommand({ TableName: db.table, Key }));
  await arrive(db, { source: "sms" }, [aReport("d")]);
  // At the place of the third, whoever has read that would never be given the fourth.
  expect((await entriesOf("sms")).map(({ place }) => place)).toEqual([1, 2, 4]);
});

/** Deletes every entry of a stream, as time to live does in the end. */
async function emptied(stream: Stream): Promise<ReportIndex> {
  for (const { place } of await entriesOf(stream)) {
    const Key = { pk: `reports#${stream}`, sk: String(place).padStart(12, "0") };
    await db.client.send(new DeleteCommand({ TableName: db.table, Key }));
  }
  return new ReportIndex(db);
}

test("whoever publishes a page again notes its end, which who put it there may have died before", async () => {
  const page = { source: "sms", place: 1, way: "pull", atMs: 1_000 } as const;
  const rows = [{ row: 0, record: aRecord() }];
  const dying = new Error("dead");
  const send = (command: unknown) =>
    command instanceof UpdateCommand && command.input.Key?.sk === "end"
      ? Promise.reject(dying)
      : db.client.send(command as never);
  const dead = { ...db, client: { send } as unknown as Database["client"] };
  await expect(openPublisher(dead, 48, systemClock).publish(page, rows)).rejects.toBe(dying);
  await openPublisher(db, 48, systemClock).publish(page, rows);
  expect((await (await emptied("sms")).tail("sms")).place).toBe(1);
});

test("the end of a stream never goes back, whoever notes it last", async () => {
  await arrive(db, { source: "sms" }, [aReport("a")]);
  const before = await new ReportIndex(db).tail("sms");
  await arrive(db, { source: "sms" }, [aReport("b")]);
  const index = await emptied("sms");
  await index.rememberEnd("sms", before);
  expect((await index.tail("sms")).place).toBe(2);
});

test("who comes when all that was there has expired has missed it; who is at the end, or where nothing ever was, has not", async () => {
  await arrive(db, { source: "sms" }, [aReport("a")]);
  await arrive(db, { source: "sms" }, [aReport("b")]);
  const index = await emptied("sms");
  const isMissed = (stream: Stream, place: number) =>
    isBehindRetention(stream, { place, row: 0 }, index, Date.now());
  expect([await isMissed("sms", 1), await isMissed("sms", 2), await isMissed("sms", 3)]).toEqual([
    true,
    true,
    false,
  ]);
  expect(await isMissed("email", 1)).toBe(false);
});

test("a time is found by halves", async () => {
  const index = new ReportIndex(db);
  for (let n = 1; n <= 20; n++)
    await arrive(db, { source: "sms", atMs: 1_000_000 + n * 1_000 }, [aReport(`m${n}`)]);
  for (const [ms, place] of [
    [0, 1],
    [1_001_000, 1],
    [1_001_001, 2],
    [1_010_500, 11],
    [1_020_000, 20],
    [1_020_001, undefined],
  ] as const)
    expect((await index.since("sms", ms))?.place).toBe(place);
});

test("a time is found though the clock of one that wrote was ahead", async () => {
  const index = new ReportIndex(db);
  for (const [n, seconds] of [1_000, 1_020, 1_001, 1_003, 1_030].entries())
    await arrive(db, { source: "sms", atMs: seconds * 1_000 }, [aReport(`m${n}`)]);
  expect((await index.since("sms", 1_010_000))?.place).toBe(2);
});

test("an entry that a read does not show yet, though later ones, is not passed over", async () => {
  for (const id of ["a", "b", "c"]) await arrive(db, { source: "sms" }, [aReport(id)]);
  const isHidden = ({ sk }: Record<string, unknown>) => sk === "000000000002";
  const send = async (command: never) => {
    const answer = (await db.client.send(command)) as { Items?: Record<string, unknown>[] };
    const isStale =
      (command as object) instanceof QueryCommand && !(command as QueryCommand).input.ConsistentRead;
    return isStale ? { ...answer, Items: answer.Items?.filter((item) => !isHidden(item)) } : answer;
  };
  const lagging = { ...db, client: { send } as unknown as Database["client"] };
  expect((await new ReportIndex(lagging).from("sms", 1)).map(({ place }) => place)).toEqual([1, 2, 3]);
});

test("a page enters only when what it says is written: others would say the same again", async () => {
  const send = (command: unknown) =>
    command instanceof BatchWriteCommand
      ? Promise.reject(new Error("dead"))
      : db.client.send(command as never);
  const dead = { ...db, client: { send } as unknown as Database["client"] };
  const page = { source: "sms", place: 1, way: "pull", atMs: 1_000 } as const;
  const rows = [{ row: 0, record: aRecord() }];
  await expect(openPublisher(dead, 48, systemClock).publish(page, rows)).rejects.toThrow("dead");
  expect(await entriesOf("sms")).toEqual([]);
});
