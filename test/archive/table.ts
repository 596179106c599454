import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { makeTable, startEmbeddedDatabase } from "../../infra/local/database.ts";
import { mergeVersions, type Version } from "../../lib/archive/codec.ts";
import { parseBlocks } from "../../lib/archive/day-format.ts";
import { identityOf } from "../../lib/archive/keys.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";

/** A new table in a DynamoDB of its own, both gone at the end of the `await using` block. */
export async function openTable() {
  const dynalite = await startEmbeddedDatabase();
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_DYNAMODB: dynalite.endpoint,
  });
  await makeTable("test");
  const db = databaseAt(dynalite.endpoint);
  return {
    db,
    endpoint: dynalite.endpoint,
    [Symbol.asyncDispose]: async () => {
      db.client.destroy();
      await dynalite.close();
    },
  };
}

/** The table at another endpoint: one that fails, perhaps, and is tried `maxAttempts` times. */
export function databaseAt(endpoint: string, maxAttempts = 3): Database {
  const client = new DynamoDBClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts,
  });
  return {
    client: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    table: "test",
  };
}

/** An endpoint at which nothing listens. */
export const DEAD_ENDPOINT = "http://127.0.0.1:9";

/** What the archive of a table holds, read without its own search: every block, merged. */
export async function archivedIn(db: Database): Promise<MessageRecord[]> {
  const known = new Map<string, Version>();
  let from: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await db.client.send(
      new ScanCommand({
        TableName: db.table,
        ConsistentRead: true,
        ...(from && { ExclusiveStartKey: from }),
      }),
    );
    for (const { versions } of parseBlocks(Items.filter(({ pk }) => String(pk).startsWith("d#")))) {
      for (const version of versions) {
        const id = identityOf(version.record);
        const other = known.get(id);
        known.set(id, other ? mergeVersions(other, version) : version);
      }
    }
    from = LastEvaluatedKey;
  } while (from);
  return [...known.values()].map(({ record }) => record);
}
