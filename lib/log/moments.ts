import { PutCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import { MOST_ID_BYTES } from "../message/event.ts";
import { type Database, isConditionFailure, queryAll } from "../runtime/dynamodb.ts";
import { EXPIRES_AT } from "../runtime/table.ts";
import { MOMENT, momentItem, parseEventMoment } from "./events.ts";

/** A message whose reports disagree about when it was sent. */
interface Moved {
  readonly messageId: string;
  readonly momentsMs: ReadonlySet<number>;
  readonly keepSeconds: number;
}

/** Reports arrive within days after the message was sent. */
const REPORTED_WITHIN_SECONDS = 7 * 86_400;
const CONCURRENCY = 16;

/**
 * Stores the sending moments of messages whose reports disagree about them. An item that is kept for longer already is
 * left alone: a later writer may know fewer moments, or a retention from before it was raised. May be repeated. Throws
 * what DynamoDB throws.
 */
export async function keepMoments(db: Database, moved: readonly Moved[]): Promise<void> {
  const items = moved
    .filter(({ messageId }) => Buffer.byteLength(messageId) <= MOST_ID_BYTES)
    .flatMap(({ messageId, momentsMs, keepSeconds }) => {
      const expiresAt = endOf(momentsMs, keepSeconds);
      return [...momentsMs].map((atMs) => momentItem(messageId, atMs, expiresAt));
    });
  await pMap(items, (item) => putLonger(db, item), { concurrency: CONCURRENCY });
}

/**
 * Until when all moments in the partition of a message must be kept, in seconds since 1970. Throws what DynamoDB
 * throws.
 */
export async function momentsKeptUntil(db: Database, pk: string, keepSeconds: number): Promise<number> {
  const query = {
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :moment)",
    ExpressionAttributeValues: { ":pk": pk, ":moment": MOMENT },
  };
  return endOf((await Array.fromAsync(queryAll(db, query))).map(parseEventMoment), keepSeconds);
}

/**
 * All of them live as long as the message, which the latest one decides, plus the days in which reports may still
 * arrive.
 */
function endOf(momentsMs: Iterable<number>, keepSeconds: number): number {
  return Math.ceil(Math.max(...momentsMs) / 1000) + keepSeconds + REPORTED_WITHIN_SECONDS;
}

async function putLonger({ client, table }: Database, Item: ReturnType<typeof momentItem>): Promise<void> {
  try {
    await client.send(
      new PutCommand({
        TableName: table,
        Item,
        ConditionExpression: "attribute_not_exists(pk) OR #e < :e",
        ExpressionAttributeNames: { "#e": EXPIRES_AT },
        ExpressionAttributeValues: { ":e": Item[EXPIRES_AT] },
      }),
    );
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
  }
}
