import { randomBytes } from "node:crypto";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { OPEN_AT_MOST_MS, Pulls } from "../../lib/store/pulls.ts";
import { NOON } from "./records.ts";
import { openTable } from "./table.ts";

const LATER = NOON + OPEN_AT_MOST_MS + 1;

test("an open pull is a doubt as soon as no pull can take that long", async () => {
  await using table = await openTable();
  const pulls = new Pulls(table.db);
  const pull = await pulls.open("sms", NOON, "x");
  expect(await pulls.unfinished("sms", NOON + OPEN_AT_MOST_MS)).toEqual({ landed: [], doubts: [] });
  expect(await pulls.unfinished("sms", LATER)).toEqual({ landed: [], doubts: [pull] });
  expect(await pulls.unfinished("email", LATER)).toEqual({ landed: [], doubts: [] });
});

test("a landed page gives its bytes back, and is no doubt however old", async () => {
  await using table = await openTable();
  const pulls = new Pulls(table.db);
  const body = randomBytes(800_000);
  await pulls.land(await pulls.open("sms", NOON, "x"), body);
  const { landed, doubts } = await pulls.unfinished("sms", LATER);
  expect([landed.length, doubts]).toEqual([1, []]);
  for (const page of landed) expect((await pulls.load(page)).equals(body)).toBe(true);
});

test.each(["close", "doubt"] as const)("%s lets go of a page and its pieces", async (way) => {
  await using table = await openTable();
  const pulls = new Pulls(table.db);
  const page = await pulls.land(await pulls.open("sms", NOON, "x"), randomBytes(800_000));
  await pulls[way](page);
  await pulls[way](page);
  const { Items = [] } = await table.db.client.send(new ScanCommand({ TableName: table.db.table }));
  expect(Items.map(({ state }) => state)).toEqual(way === "doubt" ? ["doubt"] : []);
});

test("pulls of one moment are told apart, and come oldest first", async () => {
  await using table = await openTable();
  const pulls = new Pulls(table.db);
  for (const [at, unique] of [
    [NOON + 1, "a"],
    [NOON, "b"],
    [NOON, "a"],
  ] as const) {
    await pulls.land(await pulls.open("omni", at, unique), Buffer.from(unique));
  }
  const { landed } = await pulls.unfinished("omni", LATER);
  expect(landed.map(({ startedAtMs, id }) => [startedAtMs - NOON, id.at(-1)])).toEqual([
    [0, "a"],
    [0, "b"],
    [1, "a"],
  ]);
});
