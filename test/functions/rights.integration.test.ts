import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from "vitest";
import { handler as ingest } from "../../functions/ingest.ts";
import { handler as reconcile } from "../../functions/reconcile.ts";
import { handler as settle } from "../../functions/settle.ts";
import { AUTHORIZATION, type Infobip, startInfobip } from "../../infra/local/imitation/server.ts";
import { World } from "../../infra/local/imitation/world.ts";
import { keepMoments } from "../../lib/log/moments.ts";
import { systemClock } from "../../lib/runtime/clock.ts";
import { type Database, openDatabase } from "../../lib/runtime/dynamodb.ts";
import type { TableRole } from "../../lib/runtime/kinds.ts";
import { countAndSettle } from "../../lib/statistics/count-and-settle.ts";
import { as, expectNothingDenied, restricted } from "./rights.ts";
import { type Service, startService } from "./service.ts";

const context = { getRemainingTimeInMillis: () => 55_000 };

let infobip: Infobip;
let service: Service;
let db: Database;
beforeAll(async () => {
  const world = new World({ seed: 1, startAt: Date.now() });
  world.send(50, { from: Date.now() - 7_200_000, until: Date.now() - 3_900_000 });
  infobip = await startInfobip({ world, now: Date.now });
  service = await startService({
    INFOBIP_BASE_URL: infobip.url,
    INFOBIP_AUTHORIZATION: AUTHORIZATION,
    RETENTION_HOURS: "48",
  });
  db = openDatabase("omnilog");
});
afterAll(async () => {
  db.client.destroy();
  await service[Symbol.asyncDispose]();
  await infobip.close();
});

test("the scheduled Lambdas have all the rights that they need", async () => {
  for (const source of ["sms", "omni"]) await restricted("ingest", ingest)({ source }, context);
  for (let n = 0; n < 2; n++) {
    await restricted("reconcile", reconcile)({}, context);
    await restricted("settle", settle)({}, context);
  }
  // Old enough to be settled, and what that replaced, to be deleted.
  for (const hours of [1, 2]) {
    const clock = { ...systemClock, now: () => Date.now() + hours * 3_600_000 };
    const noteMoved = (moved: Parameters<typeof keepMoments>[1]) => keepMoments(db, moved);
    const services = { db, clock, remainingMs: () => 300_000, noteMoved };
    expect((await as("settle", () => countAndSettle(services))).fault).toBeUndefined();
  }
  const { results } = (await (await service.ask("/omni/1/logs?limit=1000")).json()) as { results: object[] };
  expect(results).toHaveLength(50);
  expectNothingDenied();
});

describe("a Lambda is denied, as AWS denies it,", () => {
  afterEach(() => expect(expectNothingDenied).toThrow("is not authorized to perform"));

  const TableName = "omnilog";
  const send = (command: object) => (db.client as { send(command: object): Promise<unknown> }).send(command);
  const key = (pk: string) => ({ TableName, Key: { pk, sk: "1" } });
  const put = (pk: string) => new PutCommand({ TableName, Item: { pk, sk: "1" } });
  const query = (pk: string) =>
    new QueryCommand({
      ...{ TableName, KeyConditionExpression: "pk = :pk" },
      ExpressionAttributeValues: { ":pk": pk },
    });

  it.each<[string, TableRole, object, string]>([
    [
      "a kind that is in no list",
      "query",
      new UpdateCommand(key("note#ann")),
      "UpdateItem on the key note#ann",
    ],
    ["… also in a job", "ingest", put("note#ann"), "PutItem on the key note#ann"],
    ["to put where it may only update", "query", put("session"), "PutItem on the key session"],
    ["… or to delete", "query", new DeleteCommand(key("session")), "DeleteItem on the key session"],
    ["to read what others only write", "query", new GetCommand(key("usual")), "GetItem on the key usual"],
    ["to read what it only writes", "receive", query("event#1"), "Query on the key event#1"],
    ["a key without the # of its kind", "query", query("log"), "Query on the key log"],
    ["a key with more than its kind has", "query", query("client#ann"), "Query on the key client#ann"],
    ["what was not pushed", "receive", query("log#sms"), "Query on the key log#sms"],
    ["a scan", "settle", new ScanCommand({ TableName }), "ScanCommand on the key *"],
    [
      "a batch of which one is another's",
      "query",
      new BatchGetCommand({ RequestItems: { omnilog: { Keys: [{ pk: "fresh" }, { pk: "usual" }] } } }),
      "BatchGetItem on the key fresh, usual",
    ],
    [
      "a batch that deletes another's",
      "ingest",
      new BatchWriteCommand({ RequestItems: { omnilog: [{ DeleteRequest: { Key: { pk: "client" } } }] } }),
      "BatchWriteItem on the key client",
    ],
  ])("%s", async (_, role, command, told) => {
    const sent = as(role, () => send(command));
    await expect(sent).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining(`The ${role} Lambda is not authorized to perform: dynamodb:${told} (`),
    });
  });

  it("after its answer, too", async () => {
    const works: (() => Promise<unknown>)[] = [];
    const afterwards = (_: string, work: () => Promise<unknown>) => void works.push(work);
    type Context = { readonly afterwards: typeof afterwards };
    const handler = restricted("receive", (_: string, { afterwards: later }: Context) =>
      later("merge", () => db.client.send(put("client"))),
    );
    handler("push", { afterwards });
    await expect(works[0]?.()).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

test("a person who runs a command, and what is allowed, are not in the way", async () => {
  await db.client.send(new ScanCommand({ TableName: "omnilog" }));
  await as("query", () =>
    db.client.send(new GetCommand({ TableName: "omnilog", Key: { pk: "fresh", sk: "1" } })),
  );
  expectNothingDenied();
});
