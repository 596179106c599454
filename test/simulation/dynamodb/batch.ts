import type { BatchGetCommandInput, BatchWriteCommandInput, GetCommandInput } from "@aws-sdk/lib-dynamodb";
import { invalid, NotModelled } from "./errors.ts";
import { checkKnown, placeholdersOf, projected, visitProjection } from "./known.ts";
import type { Key, Table } from "./table.ts";
import { type Item, sizeOfItem, storedItem } from "./values.ts";

/** What a command leaves open, and chance decides. */
export interface Reading {
  readonly nowMs: number;
  /** How far a read that is not consistent lags behind; milliseconds. */
  readonly lagMs: number;
  /** Puts the answers of a batch in some order. */
  readonly shuffle: <T>(list: readonly T[]) => T[];
}

const READ_UNIT_BYTES = 4096;
const MOST_KEYS = 100;
const MOST_BATCH_BYTES = 16 * 1024 * 1024;
const MOST_WRITES = 25;

/** What reading so many bytes costs. */
export function readUnits(bytes: number, isConsistent: boolean | undefined, least = 1): number {
  return Math.max(least, Math.ceil(bytes / READ_UNIT_BYTES)) * (isConsistent ? 1 : 0.5);
}

/** The capacity of a command, where it was asked for. */
export function consumed(
  {
    ReturnConsumedCapacity: wanted,
    TableName,
  }: { ReturnConsumedCapacity?: string | undefined; TableName?: string | undefined },
  CapacityUnits: number,
): object {
  if (wanted === undefined || wanted === "NONE") return {};
  if (wanted !== "TOTAL") throw new NotModelled(`ReturnConsumedCapacity ${wanted}`);
  return { ConsumedCapacity: { TableName, CapacityUnits } };
}

const GET = new Set([
  "TableName",
  "Key",
  "ConsistentRead",
  "ProjectionExpression",
  "ExpressionAttributeNames",
  "ReturnConsumedCapacity",
]);
const BATCH = new Set(["RequestItems", "ReturnConsumedCapacity"]);
const KEYS = new Set(["Keys", "ConsistentRead", "ProjectionExpression", "ExpressionAttributeNames"]);

export function get(input: GetCommandInput, table: Table, { nowMs, lagMs }: Reading): object {
  checkKnown(input, GET);
  const placeholders = placeholdersOf(input);
  const key = table.exactKeyOf(input.Key ?? {});
  visitProjection(input.ProjectionExpression, placeholders);
  placeholders.checkAllUsed();
  const item = table.get(key, nowMs, input.ConsistentRead ? 0 : lagMs);
  const units = readUnits(item ? sizeOfItem(item) : 0, input.ConsistentRead);
  return {
    ...consumed(input, units),
    ...(item ? { Item: projected(item, input.ProjectionExpression, placeholders) } : {}),
  };
}

export function batchGet(
  input: BatchGetCommandInput,
  table: Table,
  { nowMs, lagMs, shuffle }: Reading,
): object {
  checkKnown(input, BATCH);
  const [name, request] = onlyTable(input.RequestItems);
  checkKnown(request, KEYS);
  const keys = (request.Keys ?? []).map((key) => ({ key, id: table.exactKeyOf(key) }));
  if (keys.length === 0 || keys.length > MOST_KEYS)
    throw invalid("Too many items requested for the BatchGetItem call");
  checkDistinct(keys.map(({ id }) => id));
  const placeholders = placeholdersOf(request);
  visitProjection(request.ProjectionExpression, placeholders);
  placeholders.checkAllUsed();
  const items: Item[] = [];
  const unprocessed: object[] = [];
  let [bytes, units] = [0, 0];
  for (const { key, id } of shuffle(keys)) {
    const item = table.get(id, nowMs, request.ConsistentRead ? 0 : lagMs);
    const size = item ? sizeOfItem(item) : 0;
    if (bytes + size > MOST_BATCH_BYTES) {
      unprocessed.push(key);
      continue;
    }
    bytes += size;
    units += readUnits(size, request.ConsistentRead);
    if (item) items.push(projected(item, request.ProjectionExpression, placeholders));
  }
  return {
    Responses: { [name]: items },
    UnprocessedKeys: unprocessed.length > 0 ? { [name]: { ...request, Keys: unprocessed } } : {},
    ...(input.ReturnConsumedCapacity === undefined
      ? {}
      : { ConsumedCapacity: [{ TableName: name, CapacityUnits: units }] }),
  };
}

export function batchWrite(input: BatchWriteCommandInput, table: Table, { nowMs }: Reading): object {
  checkKnown(input, BATCH);
  const [name, requests] = onlyTable(input.RequestItems);
  if (requests.length === 0 || requests.length > MOST_WRITES)
    throw invalid("Too many items for the BatchWriteItem call");
  const writes = requests.map(({ PutRequest: put, DeleteRequest: remove }) => {
    if (put?.Item) {
      const item = storedItem(put.Item);
      table.check(item);
      return { key: table.keyOf(item), item };
    }
    if (!remove?.Key) throw invalid("a request of a batch that is none");
    return { key: table.exactKeyOf(remove.Key), item: undefined };
  });
  checkDistinct(writes.map(({ key }) => key));
  let units = 0;
  for (const { key, item } of writes) {
    units += writeUnits(table.get(key, nowMs), item);
    table.write(key, item, nowMs);
  }
  return {
    UnprocessedItems: {},
    ...(input.ReturnConsumedCapacity === undefined
      ? {}
      : { ConsumedCapacity: [{ TableName: name, CapacityUnits: units }] }),
  };
}

/** What a write costs: a unit for each kilobyte of the greater of what was there and what is now. */
export function writeUnits(before: Item | undefined, after: Item | undefined): number {
  const size = Math.max(...[before, after].map((item) => (item ? sizeOfItem(item) : 0)));
  return Math.max(1, Math.ceil(size / 1024));
}

function onlyTable<T>(requests: Record<string, T> | undefined): [string, T] {
  const [first, ...others] = Object.entries(requests ?? {});
  if (!first || others.length > 0) throw new NotModelled("a batch over several tables, or none");
  return first;
}

function checkDistinct(keys: readonly Key[]): void {
  const ids = new Set(keys.map(({ partition, sort }) => `${partition.length} ${partition}${sort}`));
  if (ids.size < keys.length) throw invalid("Provided list of item keys contains duplicates");
}
