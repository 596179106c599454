import { AsyncLocalStorage } from "node:async_hooks";
import { DynamoDBServiceException } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { TableRole } from "../../lib/runtime/kinds.ts";
import { TABLE_KEY } from "../../lib/runtime/table.ts";
import { tableRights } from "../../lib/runtime/table-rights.ts";

/**
 * An embedded database allows everything, so a right that is missing would be noticed only when deployed. Here a handler
 * has the rights that the stack grants its Lambda, and no others.
 */
const roles = new AsyncLocalStorage<TableRole>();
/** A fault may end in a log line only: what was denied must fail a test all the same. */
let denied: string[] = [];

/** Does something with a Lambda's rights to the table: what these do not allow is denied as AWS denies it. */
export function as<T>(role: TableRole, work: () => T): T {
  return roles.run(role, work);
}

/** The same handler with its Lambda's rights, also in what it does after its answer. */
export function restricted<E, C, R>(role: TableRole, handler: (event: E, context: C) => R) {
  return (event: E, context: C): R => as(role, () => handler(event, bound(context)));
}

/** Throws if anything was denied since it was last called. */
export function expectNothingDenied(): void {
  const all = denied;
  denied = [];
  if (all.length > 0) throw new Error([...new Set(all)].join("\n"));
}

type Afterwards = (name: string, work: () => Promise<void>) => void;

function bound<C>(context: C): C {
  const { afterwards } = (context ?? {}) as { readonly afterwards?: Afterwards };
  if (!afterwards) return context;
  const within: Afterwards = (name, work) => afterwards(name, AsyncLocalStorage.bind(work));
  return { ...context, afterwards: within };
}

const ACTIONS = new Map<unknown, string>([
  [BatchGetCommand, "BatchGetItem"],
  [BatchWriteCommand, "BatchWriteItem"],
  [DeleteCommand, "DeleteItem"],
  [GetCommand, "GetItem"],
  [PutCommand, "PutItem"],
  [QueryCommand, "Query"],
  [UpdateCommand, "UpdateItem"],
]);

interface Command {
  readonly input: Partial<Record<string, unknown>>;
}

const { send } = DynamoDBDocumentClient.prototype;
// Handlers open their own clients, so all clients are watched.
Object.assign(DynamoDBDocumentClient.prototype, {
  async send(this: DynamoDBDocumentClient, command: Command, ...rest: unknown[]): Promise<unknown> {
    const role = roles.getStore();
    if (role) check(role, command);
    return Reflect.apply(send, this, [command, ...rest]);
  },
});

function check(role: TableRole, command: Command): void {
  // What is no action here is granted to nobody.
  const action = ACTIONS.get(command.constructor) ?? command.constructor.name;
  const keys = keysOf(command.input);
  const isAllowed = tableRights(role).some(
    (right) => right.actions.includes(action) && keys.every((key) => right.keys.some(matches(key))),
  );
  if (isAllowed) return;
  const message = `The ${role} Lambda is not authorized to perform: dynamodb:${action} on the key ${keys.join(", ") || "*"} (lib/runtime/kinds.ts)`;
  denied.push(message);
  throw new DynamoDBServiceException({
    ...{ name: "AccessDeniedException", message, $fault: "client" },
    $metadata: { httpStatusCode: 400 },
  });
}

/** As IAM's StringLike, where a `*` is the last character. */
function matches(key: string): (pattern: string) => boolean {
  return (pattern) => (pattern.endsWith("*") ? key.startsWith(pattern.slice(0, -1)) : key === pattern);
}

type Item = Readonly<Record<string, unknown>>;
type Write = {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
};

/** The partition keys that a command touches. */
function keysOf(input: Command["input"]): string[] {
  if (input.KeyConditionExpression !== undefined) return [askedKey(input)];
  const batches = Object.values((input.RequestItems ?? {}) as Record<string, Write[] | { Keys: Item[] }>);
  const items = batches.flatMap((batch) =>
    Array.isArray(batch)
      ? batch.map(({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key)
      : batch.Keys,
  );
  const touched = [input.Key, input.Item, ...items].filter((item) => item !== undefined) as Item[];
  return [...new Set(touched.map((item) => String(item[TABLE_KEY.partition])))];
}

function askedKey({
  KeyConditionExpression: condition,
  ExpressionAttributeValues: values,
}: Command["input"]) {
  const [, name] = /^pk = (:\w+)\b/.exec(String(condition)) ?? [];
  if (!name) throw new Error(`which partition is asked by ${condition}?`);
  return String((values as Item)[name]);
}
