import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { makeTable, startEmbeddedDatabase } from "../../infra/local/database.ts";
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
