import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { directDatabase } from "../simulation/database.ts";
import { Table } from "../simulation/dynamodb/table.ts";
import { TABLE_SHAPE } from "../simulation/stored-form.ts";

/** A table in memory, by a clock that the test moves. A process may die at any of its calls. */
export class MemoryArchive {
  readonly table = new Table(TABLE_SHAPE);
  readonly db: Database;
  nowMs: number;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
    this.db = directDatabase(this.table, () => this.nowMs);
  }

  readonly clock = { now: () => this.nowMs, sleep: async () => {}, random: () => 0.5 };

  /** The database as a process sees it that dies with its `n`-th call, before or after that has its effect. */
  dyingAt(n: number, isAfter: boolean): Database {
    let calls = 0;
    const send = async (command: never) => {
      calls++;
      if (calls > n || (calls === n && !isAfter)) throw new Error("killed");
      const answer = await this.db.client.send(command);
      if (calls === n) throw new Error("killed");
      return answer;
    };
    return this.#through(send);
  }

  /** The database as a process sees it whose queries are noted, by their partitions. */
  noting(queries: string[]): Database {
    return this.#through((command) => {
      if ((command as unknown) instanceof QueryCommand)
        queries.push((command as QueryCommand).input.ExpressionAttributeValues?.[":pk"]);
      return this.db.client.send(command);
    });
  }

  #through(send: (command: never) => Promise<unknown>): Database {
    return { ...this.db, client: { send, destroy: () => undefined } as unknown as DynamoDBDocumentClient };
  }
}
