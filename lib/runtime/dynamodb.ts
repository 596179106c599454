import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { BrokenRecordError } from "../message/errors.ts";
import { BrokenItemError, BusyError } from "./errors.ts";

/** The document client, and the name of the one table that everything is in. */
export interface Database {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
}

/** The most requests at a time from one process: beyond this, two cores are busy and only the latency grows. */
export const DATABASE_CONCURRENCY = 48;

/** How long a call to the database is retried. */
export interface Patience {
  readonly attempts: number;
  readonly attemptMs: number;
}

/** If one process does several things, the share of the database that one of them may use. */
export interface DatabaseShare {
  /** Requests at a time; DATABASE_CONCURRENCY by default. */
  readonly connections?: number;
  /** Awaited before each request; the function that it returns is called after the request. */
  readonly turn?: () => Promise<() => void>;
}

/** For background work, which is better late than never. */
const PATIENT: Patience = { attempts: 8, attemptMs: 5_000 };
/** For requests that somebody waits for: a failing call gives up after about 10 seconds. */
export const HASTY: Patience = { attempts: 3, attemptMs: 3_000 };

/**
 * Opens the table. The SDK retries throttling, 5xx and time-outs with backoff and jitter. That is safe, since all our
 * writes may be repeated.
 */
export function openDatabase(
  table: string,
  { attempts, attemptMs } = PATIENT,
  { connections = DATABASE_CONCURRENCY, turn }: DatabaseShare = {},
): Database {
  const client = new DynamoDBClient({
    maxAttempts: attempts,
    base64Decoder,
    requestHandler: {
      connectionTimeout: Math.min(2_000, attemptMs),
      requestTimeout: attemptMs,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: connections },
      httpsAgent: { keepAlive: true, maxSockets: connections },
    },
  });
  // This middleware walks through every answer to redact it for a log that is never written: a fifth of the time it
  // takes to decode 1,000 rows.
  client.middlewareStack.remove("loggerMiddleware");
  if (turn)
    client.middlewareStack.add(
      (next) => async (args) => {
        const end = await turn();
        return next(args).finally(end);
      },
      { step: "initialize" },
    );
  return {
    client: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    table,
  };
}

/**
 * Decodes the bytes in an answer. The SDK's own compares each text with a pattern before, which is a tenth of what reading
 * 1,000 rows takes; DynamoDB is trusted to write base64, and what is in the bytes is checked where it is parsed.
 */
function base64Decoder(text: string): Uint8Array {
  const { buffer, byteOffset, byteLength } = Buffer.from(text, "base64");
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Did a condition of ours fail? Then somebody else wrote first, which is not a fault. */
export function isConditionFailure(error: unknown): boolean {
  return nameOf(error) === "ConditionalCheckFailedException";
}

/**
 * Puts an item whose `n` counts its puts, on the condition that `n` of them were made (0: none, there is no such item); false
 * if somebody else has put another in the meantime. Throws what DynamoDB throws otherwise.
 */
export async function putNext(
  { client, table }: Database,
  item: Readonly<Record<string, unknown>>,
  n: number,
): Promise<boolean> {
  try {
    await client.send(
      new PutCommand({
        TableName: table,
        Item: { ...item, n: n + 1 },
        ConditionExpression: n === 0 ? "attribute_not_exists(pk)" : "n = :n",
        ...(n === 0 ? {} : { ExpressionAttributeValues: { ":n": n } }),
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}

/** Does DynamoDB reject this very item (too large, a key too long)? Then a retry would not help. */
function isRefusal(error: unknown): boolean {
  return (
    nameOf(error) === "ValidationException" || nameOf(error) === "ItemCollectionSizeLimitExceededException"
  );
}

/**
 * May the same call succeed later, because DynamoDB or the network is having trouble, or because somebody corrects a
 * setting or deploys the right version? Then nothing must be set aside because of it.
 */
export function isTransient(error: unknown): boolean {
  // What these are about stays broken.
  if (isRefusal(error) || error instanceof BrokenItemError || error instanceof BrokenRecordError)
    return false;
  if (error instanceof BusyError) return true;
  return error instanceof Error && ("$metadata" in error || "code" in error || error.name === "TimeoutError");
}

const BUSY = new Set([
  "InternalServerError",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "ServiceUnavailable",
  "ThrottlingException",
  "TimeoutError",
]);
/** Node's codes for an unreachable network. */
const UNREACHABLE = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EPIPE", "ETIMEDOUT"]);

/** Is AWS too busy, too slow or unreachable at the moment? Unlike a refusal, this passes by itself. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof BusyError || BUSY.has(error.name)) return true;
  return "code" in error && typeof error.code === "string" && UNREACHABLE.has(error.code);
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}

/** All items that a query finds, page by page. */
export async function* queryAll(
  { client, table }: Database,
  query: Omit<QueryCommandInput, "TableName">,
): AsyncGenerator<Record<string, unknown>> {
  let from: QueryCommandInput["ExclusiveStartKey"];
  do {
    const answer = await client.send(
      new QueryCommand({ TableName: table, ...query, ...(from ? { ExclusiveStartKey: from } : {}) }),
    );
    yield* answer.Items ?? [];
    from = answer.LastEvaluatedKey;
  } while (from);
}
