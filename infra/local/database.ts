import { mkdirSync } from "node:fs";
import {
  CreateTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { AbstractKeyIterator, AbstractValueIterator } from "abstract-level";
import dynalite from "dynalite";
import { Level } from "level";
import { TABLE } from "../../lib/archive/table.ts";

/**
 * dynalite ends each of its reads with `return()`, which these iterators do not have, so that none was ever closed: each kept a view
 * of the whole table, and with it everything that was overwritten and deleted since.
 */
for (const { prototype } of [AbstractKeyIterator, AbstractValueIterator])
  Object.assign(prototype, {
    return(this: Pick<typeof prototype, "close">) {
      return this.close();
    },
  });

/** A DynamoDB in this process. */
export interface EmbeddedDatabase {
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * Starts dynalite on a free port of this machine, in memory or, with `path`, on disk. Throws, with a sentence for whoever starts it,
 * when the folder cannot be used.
 */
export async function startEmbeddedDatabase(path?: string): Promise<EmbeddedDatabase> {
  if (path) await tryFolder(path);
  const server = dynalite({ createTableMs: 0, ...(path ? { path } : {}) });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve());
  });
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("the embedded database has no port");
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Opens the database of a folder once and closes it, since dynalite would end the process where it cannot. */
async function tryFolder(path: string): Promise<void> {
  mkdirSync(path, { recursive: true });
  const level = new Level(path);
  try {
    await level.open();
  } catch (error) {
    const { code, message } = reasonOf(error);
    if (code === "LEVEL_LOCKED")
      throw new Error(
        `${path} is in use by another process: stop that one, or set DATA_DIR to a folder of its own`,
      );
    throw new Error(`the database in ${path} cannot be opened: ${message}`);
  }
  await level.close();
}

/** What level says of a failure is its cause. */
function reasonOf(error: unknown): { code?: unknown; message: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  return error.cause instanceof Error ? error.cause : error;
}

/** Creates the table if it is missing, in the shape that the stack deploys. The endpoint comes from the environment. */
export async function makeTable(name: string): Promise<void> {
  const client = new DynamoDBClient({});
  const keys = (partition: string, sort: string) => [
    { AttributeName: partition, KeyType: "HASH" as const },
    { AttributeName: sort, KeyType: "RANGE" as const },
  ];
  const attributes = [TABLE.partitionKey, TABLE.sortKey];
  try {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: keys(TABLE.partitionKey, TABLE.sortKey),
        AttributeDefinitions: attributes.map((AttributeName) => ({
          AttributeName,
          AttributeType: "S" as const,
        })),
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { TableName: name });
  client.destroy();
}
