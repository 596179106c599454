import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { loadCatalog } from "../../../lib/archive/catalog.ts";
import type { Key } from "../../../lib/archive/keys.ts";
import { replacedKey } from "../../../lib/archive/run.ts";
import { IndexReader } from "../../../lib/archive/search/index-reader.ts";
import { Budget, Reader } from "../../../lib/archive/search/reader.ts";
import { search } from "../../../lib/archive/search/search.ts";
import { settle } from "../../../lib/archive/settle.ts";
import { GRACE_MS } from "../../../lib/archive/trash.ts";
import type { Database } from "../../../lib/runtime/dynamodb.ts";
import { aRecord, NOON } from "../../message/records.ts";
import { MemoryArchive } from "../../statistics/archive.ts";
import { appendTo } from "../appending.ts";

const HOUR_MS = 3_600_000;
const LIMITS = { units: 1_000, timeoutMs: 60_000 };
const FILTERS = [{ messageId: ["m1"] }, { to: "41793026727" }, { bulkId: ["b1"] }, { from: "Shop" }, {}];

/**
 * The database as somebody sees it whose reads lag behind settling, each by its own time: the catalog is seen, and which pages a
 * run replaces, but of what is got by its key only what was there before.
 */
function lagging({ db }: MemoryArchive, seen: ReadonlySet<string>): Database {
  const send = async (command: never) => {
    const answer = await db.client.send(command);
    const { input } = command as { input: object };
    if (!((command as unknown) instanceof BatchGetCommand)) return answer;
    const { RequestItems, Responses } = { ...input, ...(answer as object) } as {
      RequestItems: Record<string, { ConsistentRead?: boolean }>;
      Responses: Record<string, Key[]>;
    };
    if (RequestItems[db.table]?.ConsistentRead) return answer;
    const isReplaced = ({ pk, sk }: Key) => sk === replacedKey(pk.slice("run#".length)).sk;
    const items = Responses[db.table]?.filter((key) => isReplaced(key) || seen.has(`${key.pk} ${key.sk}`));
    return { ...(answer as object), Responses: { [db.table]: items } };
  };
  return { ...db, client: { send } as unknown as DynamoDBDocumentClient };
}

test.each(FILTERS)(
  "whoever sees that something was settled, but not yet what, misses nothing: %j",
  async (filter) => {
    const archive = new MemoryArchive(NOON);
    const { db, clock } = archive;
    const record = aRecord({ messageId: "m1", to: "41793026727", bulkId: "b1", from: "Shop" });
    await appendTo(db, { retentionHours: 48 }, [record], clock);
    archive.nowMs += HOUR_MS;
    const before = new Set(archive.table.all(archive.nowMs).map(({ pk, sk }) => `${pk} ${sk}`));
    await settle({ db, clock, remainingMs: () => 300_000 }, 0);
    const found = async (seen: Database) =>
      (await search(seen, { filter, limit: 10 }, LIMITS, clock.now, clock)).items.length;
    // By the clock of the settler, which may be behind.
    archive.nowMs += 60_000;
    expect(await found(lagging(archive, before))).toBe(1);
    archive.nowMs += GRACE_MS;
    expect(await found(db)).toBe(1);
  },
);

test.each([
  { isExact: false, asked: 2 },
  { isExact: true, asked: 1 },
])("only reads that may lag are made twice for what is not there: $isExact", async ({ isExact, asked }) => {
  const archive = new MemoryArchive(NOON);
  const { db, clock } = archive;
  await appendTo(db, { retentionHours: 48 }, [aRecord({ messageId: "m1" })], clock);
  archive.nowMs += HOUR_MS;
  await settle({ db, clock, remainingMs: () => 300_000 }, 0);
  let calls = 0;
  const send = (command: never) => {
    calls++;
    return db.client.send(command);
  };
  const counted: Database = { ...db, client: { send } as unknown as DynamoDBDocumentClient };
  const reader = new Reader(counted, new Budget(LIMITS, clock.now), clock, { isExact });
  const index = new IndexReader(reader, await loadCatalog(db), clock.now());
  expect(await index.get([{ pk: "block", sk: "of nobody" }])).toEqual([]);
  expect(calls).toBe(asked);
});
