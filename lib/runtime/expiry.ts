import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type Database, isConditionFailure } from "./dynamodb.ts";
import { ConfigurationError } from "./errors.ts";
import { EXPIRES_AT, TABLE_KEY } from "./table.ts";

/**
 * When something that came at a moment (milliseconds since 1970) expires: seconds since 1970. Throws ConfigurationError without
 * a retention: the store was opened to read, and what it wrote would be gone at once.
 */
export function expiryAfterArrival(atMs: number, retentionHours: number | undefined): number {
  if (retentionHours === undefined)
    throw new ConfigurationError("RETENTION_HOURS was not given: this was opened only to read");
  return Math.ceil(atMs / 1000) + Math.round(retentionHours * 3600);
}

/**
 * Extends the life of an item to `expiresAt` (seconds since 1970). Never shortens it, and never revives what has
 * expired by `nowMs`: readers have said that it is gone, and DynamoDB may have deleted part of what belongs to it.
 * Returns whether anything changed. May be repeated. Throws what DynamoDB throws.
 */
export async function extendLife(
  { client, table }: Database,
  key: Readonly<Record<string, unknown>>,
  expiresAt: number,
  nowMs: number,
): Promise<boolean> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: { [TABLE_KEY.partition]: key[TABLE_KEY.partition], [TABLE_KEY.sort]: key[TABLE_KEY.sort] },
        UpdateExpression: "SET #e = :e",
        ConditionExpression: "#e < :e AND #e > :now",
        ExpressionAttributeNames: { "#e": EXPIRES_AT },
        ExpressionAttributeValues: { ":e": expiresAt, ":now": nowMs / 1000 },
      }),
    );
    return true;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return false;
  }
}
