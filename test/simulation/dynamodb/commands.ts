import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { batchGet, batchWrite, get, type Reading } from "./batch.ts";
import { NotModelled } from "./errors.ts";
import { query } from "./query.ts";
import type { Table } from "./table.ts";
import { transactWrite, write } from "./write.ts";

export type { Reading } from "./batch.ts";

/**
 * Carries out a command of the document client against the model, at a moment. `reading` decides what is left open:
 * how far a read that is not consistent lags, and the order of a batch. Throws as the SDK does, and NotModelled for
 * whatever the model does not know.
 */
export function execute(command: unknown, table: Table, reading: Reading): object {
  if (command instanceof GetCommand) return get(command.input, table, reading);
  if (command instanceof QueryCommand) return query(command.input, table, reading);
  if (command instanceof BatchGetCommand) return batchGet(command.input, table, reading);
  if (command instanceof PutCommand) return write("Put", command.input, table, reading.nowMs);
  if (command instanceof UpdateCommand) return write("Update", command.input, table, reading.nowMs);
  if (command instanceof DeleteCommand) return write("Delete", command.input, table, reading.nowMs);
  if (command instanceof BatchWriteCommand) return batchWrite(command.input, table, reading);
  if (command instanceof TransactWriteCommand) return transactWrite(command.input, table, reading.nowMs);
  throw new NotModelled(`the command ${command instanceof Object ? command.constructor.name : command}`);
}

const names = new Map<unknown, string>();

/** Each attempt is told, so the few names are cut once. */
function nameOf(command: unknown): string {
  const made = Object.getPrototypeOf(command) as { constructor: { name: string } };
  const known = names.get(made);
  if (known !== undefined) return known;
  const name = made.constructor.name.replace(/Command$/, "");
  names.set(made, name);
  return name;
}

/** A command in a few words: what it does to which item. Never what the item holds. */
export function told(command: unknown): string {
  const { input } = command as { input: Record<string, unknown> };
  const name = nameOf(command);
  const key = (input.Key ?? input.Item) as { pk?: unknown; sk?: unknown } | undefined;
  if (key) return `${name} ${String(key.pk)} / ${String(key.sk)}`;
  if (command instanceof QueryCommand) {
    const values = Object.values(input.ExpressionAttributeValues ?? {}).filter(
      (value) => typeof value === "string",
    );
    return `${name} ${input.IndexName ?? ""} ${values.join(" ").slice(0, 120)}`;
  }
  const requests = Object.values(
    (input.RequestItems ?? {}) as Record<string, { Keys?: unknown[] } & unknown[]>,
  );
  return `${name} of ${requests.map((items) => items.Keys?.length ?? items.length).join(" and ")}`;
}
