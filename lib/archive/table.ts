import { EXPIRES_AT, TABLE_KEY } from "../runtime/table.ts";

interface Index {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
}

/** The shape of the table, from which the deployed stack and the local database are made. Every key is a string. */
export const TABLE = {
  partitionKey: TABLE_KEY.partition,
  sortKey: TABLE_KEY.sort,
  timeToLive: EXPIRES_AT,
  /** None: what an index would store is in blocks, runs and second sets, for a tenth of the price. */
  indexes: [] as readonly Index[],
} as const;
