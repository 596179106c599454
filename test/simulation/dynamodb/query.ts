import type { QueryCommandInput } from "@aws-sdk/lib-dynamodb";
import { consumed, type Reading, readUnits } from "./batch.ts";
import { invalid, NotModelled } from "./errors.ts";
import { evaluate, holds, type Placeholders, visit } from "./evaluate.ts";
import { checkKnown, conditionOf, EXPRESSIVE, placeholdersOf, projected, visitProjection } from "./known.ts";
import type { Condition, Operand } from "./syntax.ts";
import type { Table } from "./table.ts";
import { compareText, type Item, sizeOfItem } from "./values.ts";

const KNOWN = new Set([
  ...[
    "TableName",
    "IndexName",
    "KeyConditionExpression",
    "FilterExpression",
    "ProjectionExpression",
    "Limit",
  ],
  ...[
    "ScanIndexForward",
    "ConsistentRead",
    "ExclusiveStartKey",
    "ReturnConsumedCapacity",
    "Select",
    ...EXPRESSIVE,
  ],
]);
const MOST_BYTES = 1024 * 1024;

export function query(input: QueryCommandInput, table: Table, { nowMs, lagMs }: Reading): object {
  checkKnown(input, KNOWN);
  if (input.IndexName !== undefined && input.ConsistentRead)
    throw invalid("Consistent reads are not supported on global secondary indexes");
  if (input.Limit !== undefined && input.Limit < 1) throw invalid("Limit must be at least 1");
  if (input.Select !== undefined && input.Select !== "COUNT") throw new NotModelled(`Select ${input.Select}`);
  const placeholders = placeholdersOf(input);
  const keys = keysOf(input.IndexName, table);
  const { partition, sort } = keyCondition(input.KeyConditionExpression ?? "", keys, placeholders);
  const filter = input.FilterExpression === undefined ? undefined : conditionOf(input.FilterExpression);
  if (filter) {
    visit(filter, placeholders);
    checkNoKeys(filter, keys, placeholders);
  }
  visitProjection(input.ProjectionExpression, placeholders);
  placeholders.checkAllUsed();

  const isForward = input.ScanIndexForward !== false;
  const start = input.ExclusiveStartKey && placeOf(input.ExclusiveStartKey, input.IndexName, table);
  const found = table.partition(input.IndexName, partition);
  const bounds = input.IndexName === undefined && sort ? boundsOf(sort, placeholders) : {};
  const range = found?.range(bounds, isForward, nowMs, input.ConsistentRead ? 0 : lagMs) ?? [];
  const items: Item[] = [];
  let [bytes, evaluated] = [0, 0];
  let last: Item | undefined;
  let isCut = false;
  for (const { order, item } of range) {
    if (start !== undefined && compareText(order, start) * (isForward ? 1 : -1) <= 0) continue;
    if (sort && !holds(sort, item, placeholders)) continue;
    bytes += sizeOfItem(item);
    evaluated++;
    last = item;
    if (!filter || holds(filter, item, placeholders))
      items.push(projected(item, input.ProjectionExpression, placeholders));
    // Also when nothing follows: a key to go on from does not promise that there is more.
    if (evaluated === input.Limit || bytes >= MOST_BYTES) {
      isCut = true;
      break;
    }
  }
  return {
    ...(input.Select === "COUNT" ? {} : { Items: items }),
    Count: items.length,
    ScannedCount: evaluated,
    ...(isCut && last ? { LastEvaluatedKey: startKeyOf(last, input.IndexName, table) } : {}),
    ...consumed(input, readUnits(bytes, input.ConsistentRead)),
  };
}

interface Bounds {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

/** What of a partition may meet a condition on the sort key: only that is looked at. What it is not sure of, it leaves in. */
function boundsOf(sort: Condition, placeholders: Placeholders): Bounds {
  const [path, ...others] = "operands" in sort ? sort.operands : [];
  if (path?.kind !== "path") return {};
  const values = others.map((operand) => evaluate(operand, undefined, placeholders));
  const [from, until] = values.map((value) => (typeof value === "string" ? value : undefined));
  if (sort.kind === "between") return { from, until };
  if (sort.kind === "test") return sort.name === "begins_with" ? { from } : {};
  if (sort.kind !== "compare") return {};
  if (sort.comparator === "=") return { from, until: from };
  if (sort.comparator.startsWith(">")) return { from };
  return sort.comparator === "<" || sort.comparator === "<=" ? { until: from } : {};
}

interface Keys {
  readonly partitionKey: string;
  readonly sortKey: string;
}

function keysOf(index: string | undefined, table: Table): Keys {
  if (index === undefined) return table.shape;
  const found = table.shape.indexes.find(({ name }) => name === index);
  if (!found) throw invalid(`The table does not have the specified index: ${index}`);
  return found;
}

/** Splits a key condition into the value of the partition and what is asked of the sort key. */
function keyCondition(
  text: string,
  { partitionKey, sortKey }: Keys,
  placeholders: Placeholders,
): { partition: string; sort: Condition | undefined } {
  const condition = conditionOf(text);
  visit(condition, placeholders);
  const parts = condition.kind === "and" ? condition.parts : [condition];
  const [own, others] = [parts.filter(isOf(partitionKey)), parts.filter(isOf(sortKey))];
  const [first, second] = [own[0], others[0]];
  if (!first || own.length + others.length !== parts.length || parts.length > 2 || own.length !== 1)
    throw invalid("Query condition missed key schema element, or Query key condition not supported");
  if (first.kind !== "compare" || first.comparator !== "=")
    throw invalid("Query key condition not supported");
  if (second && !isSortCondition(second)) throw invalid("Invalid operator used in KeyConditionExpression");
  const partition = evaluate(first.operands[1], undefined, placeholders);
  if (typeof partition !== "string") throw invalid("Condition parameter type does not match schema type");
  return { partition, sort: second };

  function isOf(name: string) {
    return (part: Condition) => {
      if (part.kind !== "compare" && part.kind !== "between" && part.kind !== "test") return false;
      const [operand] = part.operands;
      return operand?.kind === "path" && placeholders.path(operand)[0] === name;
    };
  }
}

function isSortCondition(part: Condition): boolean {
  if (part.kind === "between") return true;
  if (part.kind === "test") return part.name === "begins_with";
  return part.kind === "compare" && part.comparator !== "<>";
}

/** A filter may not name the keys that the query is about. */
function checkNoKeys(filter: Condition, { partitionKey, sortKey }: Keys, placeholders: Placeholders): void {
  for (const name of namesOf(filter, placeholders)) {
    if (name === partitionKey || name === sortKey)
      throw invalid(`Filter Expression can only contain non-primary key attributes: ${name}`);
  }
}

function namesOf(condition: Condition, placeholders: Placeholders): string[] {
  switch (condition.kind) {
    case "and":
    case "or":
      return condition.parts.flatMap((part) => namesOf(part, placeholders));
    case "not":
      return namesOf(condition.part, placeholders);
    case "in":
      return operandNames(condition.operand, placeholders);
    default:
      return condition.operands.flatMap((operand) => operandNames(operand, placeholders));
  }
}

function operandNames(operand: Operand, placeholders: Placeholders): string[] {
  if (operand.kind === "path") return [String(placeholders.path(operand)[0])];
  return operand.kind === "value"
    ? []
    : operand.operands.flatMap((inner) => operandNames(inner, placeholders));
}

/** Where a start key stands in the order of the table's or an index's partition. */
function placeOf(key: Readonly<Record<string, unknown>>, index: string | undefined, table: Table): string {
  const { partition, sort } = table.keyOf(key);
  if (index === undefined) return sort;
  const { sortKey } = keysOf(index, table);
  const own = key[sortKey];
  if (typeof own !== "string") throw invalid("The provided starting key is invalid");
  return [own, partition, sort].join("\u0000");
}

function startKeyOf(item: Item, index: string | undefined, table: Table): Item {
  const { partitionKey, sortKey } = keysOf(index, table);
  const names = new Set([table.shape.partitionKey, table.shape.sortKey, partitionKey, sortKey]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}
