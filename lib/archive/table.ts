import { EXPIRES_AT, TABLE_KEY } from "../runtime/table.ts";

interface Index {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
}

/** The table's shape, of which both the deployed stack and the local database are made. Every key is a string. */
export const TABLE = {
  partitionKey: TABLE_KEY.partition,
  sortKey: TABLE_KEY.sort,
  timeToLive: EXPIRES_AT,
  /** None: what an index would hold, blocks, runs and the second set hold for a tenth of its price. */
  indexes: [] as readonly Index[],
} as const;
