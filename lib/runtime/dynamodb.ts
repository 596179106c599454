import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, QueryCommand, type QueryCommandInput } from "@aws-sdk/lib-dynamodb";
import { BrokenRecordError } from "../message/errors.ts";
import { BrokenItemError, BusyError } from "./errors.ts";

/** The document client, and the name of the one table that everything is in. */
export interface Database {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
}

/** At most so many requests at a time from one process: past it, two cores are busy and latency only grows. */
export const DATABASE_CONCURRENCY = 48;

/** How long a call of the database is tried. */
export interface Patience {
  readonly attempts: number;
  readonly attemptMs: number;
}

/** Where one process does several things, how much of the database one of them may take. */
export interface DatabaseShare {
  /** Requests at a time; DATABASE_CONCURRENCY unless it is said. */
  readonly connections?: number;
  /** What is waited for before each request; what it gives is called when that is over. */
  readonly turn?: () => Promise<() => void>;
}

/** For what runs by itself, and is better late than never. */
const PATIENT: Patience = { attempts: 8, attemptMs: 5_000 };
/** For what somebody waits for: a call that fails gives up after some 10 seconds. */
export const HASTY: Patience = { attempts: 3, attemptMs: 3_000 };

/**
 * Opens the table. The SDK retries throttling, 5xx and time-outs with backoff and jitter; every write that we make may
 * be repeated, so that is safe.
 */
export function openDatabase(
  table: string,
  { attempts, attemptMs } = PATIENT,
  { connections = DATABASE_CONCURRENCY, turn }: DatabaseShare = {},
): Database {
  const client = new DynamoDBClient({
    maxAttempts: attempts,
    requestHandler: {
      connectionTimeout: Math.min(2_000, attemptMs),
      requestTimeout: attemptMs,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: connections },
      httpsAgent: { keepAlive: true, maxSockets: connections },
    },
  });
  // It walks through every answer to redact it for a log that nobody writes: a fifth of the time to decode 1,000 rows.
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

/** Did a condition of ours fail? Somebody else wrote first; not a fault. */
export function isConditionFailure(error: unknown): boolean {
  return nameOf(error) === "ConditionalCheckFailedException";
}

/** Does DynamoDB refuse this very item (too large, a key too long)? Trying again would not help. */
function isRefusal(error: unknown): boolean {
  return (
    nameOf(error) === "ValidationException" || nameOf(error) === "ItemCollectionSizeLimitExceededException"
  );
}

/** Is this DynamoDB, or the way to it, having trouble? Then the same call may be made again later. */
export function isTransient(error: unknown): boolean {
  // What is broken has a code, as what Node throws has; but it stays as it is.
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
/** Of the way to AWS, as Node calls them. */
const UNREACHABLE = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EPIPE", "ETIMEDOUT"]);

/** Is AWS too busy, too slow, or out of reach just now? Unlike a refusal, that passes by itself. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof BusyError || BUSY.has(error.name)) return true;
  return "code" in error && typeof error.code === "string" && UNREACHABLE.has(error.code);
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}

/** Every item that a query finds, page after page. */
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
