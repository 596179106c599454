/** What reads and writes the table when it is deployed. Commands, which a person runs, have that person's rights. */
export type TableRole = "ingest" | "reconcile" | "settle" | "query" | "receive";

/** A kind of item of the one table: what begins its partition key, who needs it, and how long it lives. */
export interface Kind {
  readonly name: string;
  /** The whole of `pk`, or, when it ends in `#`, its beginning. */
  readonly pk: string;
  /** Which Lambdas write it: jobs read it, too. */
  readonly writtenBy: readonly TableRole[];
  /** Which Lambdas read it: those that only do, and the receiver. */
  readonly readBy: readonly TableRole[];
  /** How the keys begin of those that the receiver, which the world can call, may touch; all of the kind, where it is not said. */
  readonly pushed?: string;
  /** When TTL removes it. */
  readonly lives: string;
}

const FEEDING = ["ingest", "reconcile"] as const;
const KEEPING = [...FEEDING, "settle"] as const;
/** Whoever merges into the archive. */
const MERGING = [...FEEDING, "receive"] as const;
const QUERY = ["query"] as const;

/**
 * Every kind of item, each named once. The module of a kind makes its keys; the rights of the Lambdas (infra) are made
 * from these patterns, so that a kind which is missing here cannot be written when deployed.
 */
export const KINDS = [
  { name: "block", pk: "d#", writtenBy: [...KEEPING, "receive"], readBy: QUERY, lives: "the retention" },
  { name: "run", pk: "run#", writtenBy: ["settle"], readBy: [...QUERY, ...FEEDING], lives: "the retention" },
  {
    name: "fresh",
    pk: "fresh",
    writtenBy: [...KEEPING, "receive"],
    readBy: QUERY,
    lives: "until it is settled",
  },
  {
    name: "fresh ids",
    pk: "fresh-ids",
    writtenBy: [...KEEPING, "receive"],
    readBy: QUERY,
    lives: "until it is settled",
  },
  { name: "statistics", pk: "stats#", writtenBy: ["settle"], readBy: QUERY, lives: "400 days" },
  { name: "usual", pk: "usual", writtenBy: ["settle"], readBy: [], lives: "2 days" },
  { name: "alerts", pk: "alerts", writtenBy: ["settle"], readBy: QUERY, lives: "for good" },
  { name: "incident", pk: "incident", writtenBy: ["settle"], readBy: QUERY, lives: "400 days" },
  { name: "trash", pk: "trash", writtenBy: ["settle"], readBy: [], lives: "until it is emptied" },
  { name: "days", pk: "archive", writtenBy: [...KEEPING, "receive"], readBy: QUERY, lives: "for good" },
  {
    name: "log",
    pk: "log#",
    pushed: "log#push-",
    writtenBy: MERGING,
    readBy: [...QUERY, "settle", "receive"],
    lives: "the retention",
  },
  {
    name: "piece",
    pk: "piece#",
    pushed: "piece#push-",
    writtenBy: MERGING,
    readBy: [...QUERY, "settle", "receive"],
    lives: "its owner's",
  },
  { name: "seen", pk: "seen#", writtenBy: MERGING, readBy: [...QUERY, "receive"], lives: "the retention" },
  {
    name: "reports",
    pk: "reports#",
    writtenBy: MERGING,
    readBy: [...QUERY, "receive"],
    lives: "a day longer than the page",
  },
  { name: "event", pk: "event#", writtenBy: [...MERGING, "settle"], readBy: QUERY, lives: "the retention" },
  { name: "position", pk: "position", writtenBy: QUERY, readBy: [...QUERY, "reconcile"], lives: "for good" },
  {
    name: "source",
    pk: "source#",
    pushed: "source#push-",
    writtenBy: [...KEEPING, "receive"],
    readBy: ["receive", "query"],
    lives: "for good",
  },
  { name: "doubt", pk: "doubt", writtenBy: MERGING, readBy: QUERY, lives: "72 hours" },
  { name: "quarantine", pk: "quarantine", writtenBy: MERGING, readBy: QUERY, lives: "the retention" },
  {
    name: "quarantine request",
    pk: "quarantine-request",
    writtenBy: ["query", "reconcile"],
    readBy: QUERY,
    lives: "its entry's",
  },
  { name: "reconcile", pk: "reconcile", writtenBy: ["reconcile"], readBy: QUERY, lives: "for good" },
  { name: "retention", pk: "retention", writtenBy: [], readBy: [], lives: "30 days" },
  { name: "client", pk: "client", writtenBy: [], readBy: QUERY, lives: "for good" },
  { name: "session", pk: "session", writtenBy: QUERY, readBy: QUERY, lives: "12 hours" },
  { name: "rate", pk: "rate#", writtenBy: QUERY, readBy: [], lives: "400 days" },
] as const satisfies readonly Kind[];

/** The kinds that a partition key belongs to: one, unless something is wrong. */
export function kindsOf(pk: string): readonly Kind[] {
  return KINDS.filter((kind) => (kind.pk.endsWith("#") ? pk.startsWith(kind.pk) : pk === kind.pk));
}

/** The key patterns that a Lambda may write or only read, in the spelling of IAM's `dynamodb:LeadingKeys`. */
export function keyPatterns(reader: TableRole, access: "writes" | "reads"): string[] {
  const all: readonly Kind[] = KINDS;
  return all
    .filter((kind) => (access === "writes" ? kind.writtenBy : kind.readBy).includes(reader))
    .map(({ pk, pushed }) => {
      const start = (reader === "receive" ? pushed : undefined) ?? pk;
      return start === pk && !pk.endsWith("#") ? pk : `${start}*`;
    });
}
