import { ATTRIBUTES, INDEXES, type IndexName, TABLE_KEY } from "./keys.ts";

/** The table's shape, of which both the deployed stack and the local database are made. Every key is a string. */
export const TABLE = {
  partitionKey: TABLE_KEY.partition,
  sortKey: TABLE_KEY.sort,
  timeToLive: ATTRIBUTES.expiresAt,
  /** Each projects all attributes: what a query finds in an index, it need not fetch again. */
  indexes: (Object.keys(INDEXES) as IndexName[]).map((name) => ({
    name,
    partitionKey: INDEXES[name],
    sortKey: ATTRIBUTES.order,
  })),
} as const;
