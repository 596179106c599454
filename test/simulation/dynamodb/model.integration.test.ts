import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmbeddedDatabase, startEmbeddedDatabase } from "../../../infra/local/database.ts";
import { hash, Random } from "../../../infra/local/imitation/random.ts";
import { execute } from "./commands.ts";
import { type AnyCommand, randomCommand } from "./random-commands.ts";
import { Table } from "./table.ts";
import { isSame, type Value } from "./values.ts";

/** `npm run test:model` asks 100,000. */
const COMMANDS = Number(process.env.OMNILOG_COMMANDS ?? 1_200);

const SHAPE = {
  partitionKey: "pk",
  sortKey: "sk",
  timeToLive: "e",
  indexes: [{ name: "byG", partitionKey: "g", sortKey: "o" }],
};

let database: EmbeddedDatabase;
let client: DynamoDBDocumentClient;

beforeAll(async () => {
  database = await startEmbeddedDatabase();
  const bare = new DynamoDBClient({
    endpoint: database.endpoint,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  const keys = (hashKey: string, range: string) => [
    { AttributeName: hashKey, KeyType: "HASH" as const },
    { AttributeName: range, KeyType: "RANGE" as const },
  ];
  await bare.send(
    new CreateTableCommand({
      TableName: "model",
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: keys("pk", "sk"),
      AttributeDefinitions: ["pk", "sk", "g", "o"].map((AttributeName) => ({
        AttributeName,
        AttributeType: "S",
      })),
      GlobalSecondaryIndexes: [
        { IndexName: "byG", KeySchema: keys("g", "o"), Projection: { ProjectionType: "ALL" } },
      ],
    }),
  );
  client = DynamoDBDocumentClient.from(bare, { marshallOptions: { removeUndefinedValues: true } });
  await new Promise((resolve) => setTimeout(resolve, 50));
});

afterAll(async () => {
  client.destroy();
  await database.close();
});

/** What a command came to: its answer, or the name of its error. */
async function outcomeOf(send: () => unknown): Promise<Value> {
  try {
    const { $metadata: _, ...answer } = (await send()) as { $metadata?: unknown };
    return sorted(answer as Value) as Value;
  } catch (error) {
    return { error: nameOf(error) };
  }
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  // The marshalling's own errors have no name of their own.
  return error.name === "Error" ? "before it was sent" : error.name;
}

/** The items of a batch come in any order, and what is not there may be absent or empty. */
function sorted(answer: Value): unknown {
  const { Responses, UnprocessedKeys, UnprocessedItems, ...rest } = answer as Record<string, unknown>;
  if (!Responses) return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const { model = [] } = Responses as { model?: Record<string, unknown>[] };
  const text = (item: object) => JSON.stringify(inOrder(item as Record<string, unknown>), readable);
  return { items: [...model].sort((a, b) => (text(a) < text(b) ? -1 : 1)).map(inOrder) };
}

/** Where dynalite is wrong: a query that finds nothing costs half a unit, too. */
function corrected(answer: Value, { input }: AnyCommand): Value {
  const { ConsumedCapacity: capacity, ...rest } = answer as { ConsumedCapacity?: { CapacityUnits: number } };
  if (capacity?.CapacityUnits !== 0) return answer;
  return {
    ...rest,
    ConsumedCapacity: {
      ...capacity,
      CapacityUnits: "ConsistentRead" in input && input.ConsistentRead ? 1 : 0.5,
    },
  };
}

function inOrder(item: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
}

test(`the model answers ${COMMANDS} random commands as dynalite does`, { timeout: 1_800_000 }, async () => {
  const table = new Table(SHAPE);
  for (let n = 0; n < COMMANDS; n++) {
    const command = randomCommand(new Random(hash("model", n)));
    // The client changes what it is given on its way.
    const expected = corrected(
      await outcomeOf(() => client.send(structuredCloneOf(command) as never)),
      command,
    );
    const own = await outcomeOf(() =>
      execute(command, table, { nowMs: n, lagMs: 0, shuffle: (list) => [...list] }),
    );
    if (!isSame(own, expected)) {
      const told = `command ${n}: ${command.constructor.name} ${JSON.stringify(command.input, readable)}`;
      expect(own, told.slice(0, 3_000)).toEqual(expected);
    }
  }
});

function structuredCloneOf(command: AnyCommand): AnyCommand {
  const Command = command.constructor as new (input: unknown) => AnyCommand;
  return new Command(structuredClone(command.input));
}

function readable(_name: string, value: unknown): unknown {
  return value instanceof Set ? { set: [...value].sort() } : value;
}
