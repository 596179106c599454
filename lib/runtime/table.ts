/** The key of every item of the one table. */
export const TABLE_KEY = { partition: "pk", sort: "sk" } as const;

/**
 * The attribute for TTL: seconds since 1970 from which on an item counts as expired. DynamoDB deletes it hours or days
 * later.
 */
export const EXPIRES_AT = "e";
