/** The key of every item of the one table. */
export const TABLE_KEY = { partition: "pk", sort: "sk" } as const;

/** Seconds since 1970 from which on an item counts as gone; DynamoDB deletes it some hours or days later. */
export const EXPIRES_AT = "e";
