import { GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { AbstractValueIterator } from "abstract-level";
import { expect, test, vi } from "vitest";
import { openTable } from "../archive/table.ts";

test("the embedded database gives back what each query held of it, read to its end or not", async () => {
  const isOpened = vi.spyOn(AbstractValueIterator.prototype, "next");
  const isClosed = vi.spyOn(AbstractValueIterator.prototype, "close");
  await using table = await openTable();
  const { client, table: TableName } = table.db;
  for (const sk of ["1", "2", "3"])
    await client.send(new PutCommand({ TableName, Item: { pk: "p", sk, text: `of ${sk}` } }));
  for (const Limit of [1, 2, 3, 4]) {
    const query = { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": "p" } };
    const { Items } = await client.send(new QueryCommand({ TableName, ...query, Limit }));
    expect(Items).toHaveLength(Math.min(Limit, 3));
  }
  const { Item } = await client.send(new GetCommand({ TableName, Key: { pk: "p", sk: "2" } }));
  expect(Item).toMatchObject({ text: "of 2" });
  const opened = () => new Set(isOpened.mock.contexts);
  expect(opened().size).toBeGreaterThanOrEqual(4);
  await expect.poll(() => opened().difference(new Set(isClosed.mock.contexts)).size).toBe(0);
});
