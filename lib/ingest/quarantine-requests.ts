import { DeleteCommand, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { type Database, isConditionFailure, queryAll } from "../runtime/dynamodb.ts";
import { EXPIRES_AT } from "../runtime/table.ts";

/**
 * What an admin has asked to be done with an entry of the quarantine, and what became of it:
 *
 *     quarantine-request     <sort key of the entry>     action, who asked and when, result
 *
 * Whoever answers the console only writes this down. The next run of the reconciler, which has the right to, does it.
 */
export const QUARANTINE_REQUEST_PARTITION = "quarantine-request";

const QUARANTINE_ACTIONS = ["replay", "drop"] as const;

const VERSION = 1;
const storedRequest = v.object({
  sk: v.string(),
  action: v.picklist(QUARANTINE_ACTIONS),
  /** The name of the client that asked. */
  by: v.string(),
  atMs: v.number(),
  /** Why the entry has stayed; undefined until it has been tried. */
  result: v.optional(v.string()),
  v: v.literal(VERSION),
});
export type QuarantineRequest = v.InferOutput<typeof storedRequest>;

/** Requests for entries of the quarantine: the latest one for each entry. */
export class QuarantineRequests {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Requests an action for an entry. The request is kept as long as the entry. This is an update for the same reason as
   * in `Sessions`.
   */
  async ask(
    sk: string,
    { action, by, atMs }: Pick<QuarantineRequest, "action" | "by" | "atMs">,
    expiresAt: number,
  ): Promise<QuarantineRequest> {
    const values = { action, by, atMs, v: VERSION, [EXPIRES_AT]: expiresAt };
    const names = Object.keys(values);
    await this.#db.client.send(
      new UpdateCommand({
        TableName: this.#db.table,
        Key: keyOf(sk),
        UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(", ")} REMOVE #result`,
        ExpressionAttributeNames: {
          ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
          "#result": "result",
        },
        ExpressionAttributeValues: Object.fromEntries(
          Object.entries(values).map(([name, value]) => [`:${name}`, value]),
        ),
      }),
    );
    return { sk, action, by, atMs, v: VERSION };
  }

  /** The request for an entry, if there is one. */
  async find(sk: string): Promise<QuarantineRequest | undefined> {
    const { Item } = await this.#db.client.send(
      new GetCommand({ TableName: this.#db.table, Key: keyOf(sk) }),
    );
    return parse(Item)[0];
  }

  /** All requests. Items that are not ours are left out. */
  async list(): Promise<QuarantineRequest[]> {
    const items = queryAll(this.#db, {
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": QUARANTINE_REQUEST_PARTITION },
    });
    return (await Array.fromAsync(items)).flatMap(parse);
  }

  /** Records why an entry has stayed, unless something else has been requested in the meantime. */
  async tell({ sk, atMs }: QuarantineRequest, result: string): Promise<void> {
    try {
      await this.#db.client.send(
        new UpdateCommand({
          TableName: this.#db.table,
          Key: keyOf(sk),
          UpdateExpression: "SET #result = :result",
          ConditionExpression: "#atMs = :atMs",
          ExpressionAttributeNames: { "#result": "result", "#atMs": "atMs" },
          ExpressionAttributeValues: { ":result": result, ":atMs": atMs },
        }),
      );
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }

  /** Deletes the request for an entry that is gone. */
  async forget({ sk }: QuarantineRequest): Promise<void> {
    await this.#db.client.send(new DeleteCommand({ TableName: this.#db.table, Key: keyOf(sk) }));
  }
}

function parse(item: unknown): QuarantineRequest[] {
  const result = v.safeParse(storedRequest, item);
  return result.success ? [result.output] : [];
}

const keyOf = (sk: string) => ({ pk: QUARANTINE_REQUEST_PARTITION, sk });
