import { keyPatterns, type TableRole } from "./kinds.ts";

/** What a Lambda may do with some items of the table, and with no others. */
export interface TableRight {
  /** DynamoDB's names, such as `GetItem`. */
  readonly actions: readonly string[];
  /** Partition keys, as IAM's `dynamodb:LeadingKeys` spells them: whole or, if one ends in `*`, how they begin. */
  readonly keys: readonly string[];
}

/** To the kinds that it writes, and to those that it only reads. */
type Actions = Readonly<Record<"writes" | "reads", readonly string[]>>;

const READ = ["BatchGetItem", "GetItem", "Query"];
/** A job that feeds or maintains the archive: its kinds of items by key, and queries; never a scan. */
const KEEPING: Actions = {
  writes: [...READ, "BatchWriteItem", "PutItem", "UpdateItem", "DeleteItem"],
  reads: READ,
};

/** Never a scan, and nothing that touches the table itself. */
const ACTIONS: Readonly<Record<TableRole, Actions>> = {
  ingest: KEEPING,
  reconcile: KEEPING,
  settle: KEEPING,
  // The world can call it. What it writes (rates, sessions, positions, requests about the quarantine) can all be written
  // by updates, and whoever can only update deletes nothing, and puts nothing in another's place unseen.
  query: { writes: ["UpdateItem"], reads: READ },
  // The world can call it, too: it writes what a merge does, and reads only what was pushed and its state.
  receive: { writes: ["BatchWriteItem", "PutItem", "UpdateItem"], reads: ["GetItem", "Query"] },
};

/** All that a Lambda may do with the table. The stack grants just this, and tests hold the handlers to it. */
export function tableRights(role: TableRole): TableRight[] {
  return (["writes", "reads"] as const)
    .map((access) => ({ actions: ACTIONS[role][access], keys: keyPatterns(role, access) }))
    .filter(({ keys }) => keys.length > 0);
}
