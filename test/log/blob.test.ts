import { randomBytes } from "node:crypto";
import { DeleteCommand, PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { deleteBlob, loadBlob, storeBlob } from "../../lib/log/blob.ts";
import { isTransient } from "../../lib/runtime/dynamodb.ts";
import { openTable } from "../archive/table.ts";

const MOST_OF_AN_ITEM = 350_000;
const EXPIRES_AT = 1_800_000_000;

test("what fits is held by the item itself", async () => {
  await using table = await openTable();
  const blob = await storeBlob(table.db, "page", Buffer.alloc(3_000_000, "a"), EXPIRES_AT);
  expect(blob.pieces).toBeUndefined();
  expect((await loadBlob(table.db, "page", { ...blob })).length).toBe(3_000_000);
});

test("what does not fit is in pieces, and these go with it", async () => {
  await using table = await openTable();
  const bytes = randomBytes(MOST_OF_AN_ITEM * 2 + 1_000);
  const blob = await storeBlob(table.db, "page", bytes, EXPIRES_AT);
  expect(blob).toMatchObject({ pieces: 3 });
  expect(blob.body).toBeUndefined();
  expect((await loadBlob(table.db, "page", { ...blob })).equals(bytes)).toBe(true);
  await deleteBlob(table.db, "page", { ...blob });
  const { Count } = await table.db.client.send(new ScanCommand({ TableName: table.db.table }));
  expect(Count).toBe(0);
});

test("a missing or altered piece is not taken for the bytes", async () => {
  await using table = await openTable();
  const { client, table: TableName } = table.db;
  const blob = await storeBlob(table.db, "page", randomBytes(MOST_OF_AN_ITEM + 1_000), EXPIRES_AT);
  const Key = { pk: "piece#page", sk: "0001" };
  await client.send(new PutCommand({ TableName, Item: { ...Key, body: Buffer.from("else") } }));
  // Nobody takes it for trouble with the network and waits for it to end.
  const error = await loadBlob(table.db, "page", { ...blob }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: "the stored bytes of page are not those that were written" });
  expect(error).toMatchObject({ code: "BROKEN_ITEM" });
  expect(isTransient(error)).toBe(false);
  await client.send(new DeleteCommand({ TableName, Key }));
  await expect(loadBlob(table.db, "page", { ...blob })).rejects.toThrow("piece 1 of page is missing");
});
