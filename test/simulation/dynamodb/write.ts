import type {
  DeleteCommandInput,
  PutCommandInput,
  TransactWriteCommandInput,
  UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { consumed, writeUnits } from "./batch.ts";
import { conditionFailed, invalid, NotModelled, serviceError } from "./errors.ts";
import { holds, type Placeholders, visit } from "./evaluate.ts";
import { checkKnown, conditionOf, EXPRESSIVE, placeholdersOf, updateOf } from "./known.ts";
import type { Key, Table } from "./table.ts";
import { updated, visitUpdate } from "./update.ts";
import { givenItem, type Item, storedItem } from "./values.ts";

type Kind = "Put" | "Update" | "Delete" | "ConditionCheck";
type Input = Partial<Omit<PutCommandInput, "Item"> & DeleteCommandInput & UpdateCommandInput> & {
  Item?: Record<string, unknown> | undefined;
};

const COMMON = [
  ...["TableName", "ConditionExpression", "ReturnValues", "ReturnConsumedCapacity"],
  ...["ReturnValuesOnConditionCheckFailure", ...EXPRESSIVE],
];
const KNOWN: Readonly<Record<Kind, ReadonlySet<string>>> = {
  Put: new Set([...COMMON, "Item"]),
  Update: new Set([...COMMON, "Key", "UpdateExpression"]),
  Delete: new Set([...COMMON, "Key"]),
  ConditionCheck: new Set([...COMMON, "Key"]),
};
const OF_TRANSACTION = new Set(["TransactItems", "ClientRequestToken"]);

/** A write that has been checked, and would be carried out so. */
interface Prepared {
  readonly key: Key;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly touched: readonly string[];
}

export function write(kind: Kind, input: Input, table: Table, nowMs: number): object {
  const prepared = prepare(kind, input, table, nowMs);
  const { key, before, after } = prepared;
  if (after ?? before) table.write(key, after, nowMs);
  return { ...returned(input.ReturnValues, prepared), ...consumed(input, writeUnits(before, after)) };
}

/** Checks a write and computes its effect. Throws what DynamoDB would. */
function prepare(kind: Kind, input: Input, table: Table, nowMs: number): Prepared {
  checkKnown(input, KNOWN[kind]);
  const placeholders = placeholdersOf(input);
  const item = kind === "Put" ? storedItem(input.Item ?? {}) : undefined;
  const key = item ? table.keyOf(item) : table.exactKeyOf(input.Key ?? {});
  if (item) table.check(item);
  const before = table.get(key, nowMs);
  const condition =
    input.ConditionExpression === undefined ? undefined : conditionOf(input.ConditionExpression);
  if (condition) visit(condition, placeholders);
  const update = input.UpdateExpression === undefined ? undefined : updateOf(input.UpdateExpression);
  if (update) visitUpdate(update, placeholders);
  placeholders.checkAllUsed();
  if (condition && !holds(condition, before, placeholders))
    throw conditionFailed(input.ReturnValuesOnConditionCheckFailure === "ALL_OLD" ? before : undefined);
  if (kind === "Put") return { key, before, after: item, touched: [] };
  if (kind === "Delete") return { key, before, after: undefined, touched: [] };
  if (kind === "ConditionCheck") return { key, before, after: before, touched: [] };
  return { key, before, ...changed(input, update, before, table, placeholders) };
}

function changed(
  input: Input,
  update: ReturnType<typeof updateOf> | undefined,
  before: Item | undefined,
  table: Table,
  placeholders: Placeholders,
): { after: Item; touched: readonly string[] } {
  const start = before ?? storedItem(input.Key ?? {});
  if (!update) return { after: start, touched: [] };
  const { item, touched } = updated(update, start, placeholders);
  const { partitionKey, sortKey } = table.shape;
  if (touched.some((name) => name === partitionKey || name === sortKey))
    throw invalid("Cannot update attribute. This attribute is part of the key");
  table.check(item);
  return { after: item, touched };
}

function returned(wanted: string | undefined, { before, after, touched }: Prepared): object {
  const only = (item: Item) =>
    Object.fromEntries(Object.entries(item).filter(([name]) => touched.includes(name)));
  const attributes = () => {
    if (wanted === "ALL_OLD") return before;
    if (wanted === "ALL_NEW") return after;
    if (wanted === "UPDATED_NEW") return after && only(after);
    if (wanted === "UPDATED_OLD") return before && only(before);
    if (wanted === undefined || wanted === "NONE") return undefined;
    throw new NotModelled(`ReturnValues ${wanted}`);
  };
  const item = attributes();
  return item && Object.keys(item).length > 0 ? { Attributes: givenItem(item) } : {};
}

const MOST_ACTIONS = 100;

/** All of the writes, or none. */
export function transactWrite(input: TransactWriteCommandInput, table: Table, nowMs: number): object {
  checkKnown(input, OF_TRANSACTION);
  const actions = (input.TransactItems ?? []).flatMap((action) =>
    (["Put", "Update", "Delete", "ConditionCheck"] as const).flatMap((kind) => {
      const own = action[kind];
      return own ? [{ kind, own: own as Input }] : [];
    }),
  );
  if (actions.length === 0 || actions.length > MOST_ACTIONS)
    throw invalid("a transaction of so many actions");
  const prepared: Prepared[] = [];
  const reasons = actions.map(({ kind, own }) => {
    try {
      prepared.push(prepare(kind, own, table, nowMs));
      return { Code: "None" };
    } catch (error) {
      if (error instanceof Error && error.name === "ConditionalCheckFailedException")
        return { Code: "ConditionalCheckFailed", Message: error.message };
      throw error;
    }
  });
  if (reasons.some(({ Code }) => Code !== "None")) {
    const codes = reasons.map(({ Code }) => Code).join(", ");
    throw serviceError("TransactionCanceledException", `Transaction cancelled [${codes}]`, 400, {
      CancellationReasons: reasons,
    });
  }
  const ids = prepared.map(({ key }) => JSON.stringify(key));
  if (new Set(ids).size < ids.length)
    throw invalid("Transaction request cannot include multiple operations on one item");
  for (const [n, { key, before, after }] of prepared.entries()) {
    if (actions[n]?.kind !== "ConditionCheck" && (after ?? before)) table.write(key, after, nowMs);
  }
  return {};
}
