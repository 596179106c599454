import { makeTable, startEmbeddedDatabase } from "../../../infra/local/database.ts";
import { type Database, openDatabase } from "../../../lib/runtime/dynamodb.ts";

/** A database of this process, of which each test makes its own tables. */
export interface TestDatabase {
  makeTable(): Promise<Database>;
  close(): Promise<void>;
}

export async function startTestDatabase(): Promise<TestDatabase> {
  const embedded = await startEmbeddedDatabase();
  Object.assign(process.env, {
    ...{ AWS_ENDPOINT_URL_DYNAMODB: embedded.endpoint, AWS_REGION: "eu-west-1" },
    ...{ AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" },
  });
  const open: Database[] = [];
  return {
    makeTable: async () => {
      const name = `omnilog-${open.length}`;
      await makeTable(name);
      const db = openDatabase(name);
      open.push(db);
      return db;
    },
    close: async () => {
      for (const { client } of open) client.destroy();
      await embedded.close();
    },
  };
}
