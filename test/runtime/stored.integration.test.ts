import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ClientFinder } from "../../lib/api/clients.ts";
import { PageLog } from "../../lib/log/page-log.ts";
import { Positions } from "../../lib/log/positions.ts";
import { ReportIndex } from "../../lib/log/report-index.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { startTestDatabase, type TestDatabase } from "../archive/search/database.ts";

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await startTestDatabase();
  db = await database.makeTable();
  for (const [pk, sk] of [
    ["log#sms", "000000000001"],
    ["reports#sms", "000000000001"],
    ["position", "crm#sms"],
    ["client", "crm"],
  ])
    await db.client.send(
      new PutCommand({ TableName: db.table, Item: { pk, sk, v: 99, else: "another form" } }),
    );
});
afterAll(() => database.close());

test.each([
  ["log", () => new PageLog(db, 48).at("sms", 1)],
  ["reports", () => new ReportIndex(db).tail("sms")],
  ["position", () => new Positions(db).load("crm", "sms", true)],
  ["client", () => new ClientFinder(db, Date.now).read("crm")],
])("a table of another version is refused in a sentence: %s", async (kind, read) => {
  await expect(read()).rejects.toMatchObject({
    code: "OTHER_FORMAT",
    message: `this table was written by another version of Omnilog: an item of the kind "${kind}" is of format 99, which this version does not read. Use that version, or another table`,
  });
});
