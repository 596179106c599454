import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { membersOf, ZoneWriter } from "../../lib/store/zone-writer.ts";
import { type ZoneNeed, zoneKeys } from "../../lib/store/zones.ts";
import { openTable } from "./table.ts";

const DAY = 24 * 3600;
const need = (members: string[], expiresAt: number): ZoneNeed => ({
  key: zoneKeys.values("2026-03-01"),
  members: new Set(members),
  expiresAt,
});

test("writers beside each other add to a zone, and its expiry only moves forward", async () => {
  await using table = await openTable();
  const writers = [new ZoneWriter(table.db), new ZoneWriter(table.db)] as const;
  const expiry = async () => {
    const Key = zoneKeys.values("2026-03-01");
    const { Item } = await table.db.client.send(new GetCommand({ TableName: table.db.table, Key }));
    return { members: [...membersOf(Item)].sort(), expiresAt: Number(Item?.e) };
  };
  await Promise.all([writers[0].ensure([need(["Aaaa"], DAY)]), writers[1].ensure([need(["Abbb"], DAY)])]);
  const first = await expiry();
  expect(first.members).toEqual(["Aaaa", "Abbb"]);
  expect(first.expiresAt).toBeGreaterThanOrEqual(DAY);
  await writers[1].ensure([need(["Accc"], 90 * DAY)]);
  await writers[0].ensure([need(["Addd"], 40 * DAY)]);
  const last = await expiry();
  expect(last.members).toEqual(["Aaaa", "Abbb", "Accc", "Addd"]);
  expect(last.expiresAt).toBeGreaterThanOrEqual(90 * DAY);
});
