/** The Lambdas that access the table. Commands run with the rights of the person who runs them. */
export type TableRole = "ingest" | "reconcile" | "settle" | "query" | "receive";

/** How long an item lives: with the retention, or for so long whatever that is. */
type Life =
  | "the retention"
  | "a day longer than the page"
  | "its owner's"
  | "its entry's"
  | "until it is settled"
  | "until it is emptied"
  | "for good"
  | `${number} ${"hours" | "days"}`;

/** A kind of item in the one table: what its partition key begins with, who may access it, and how long it lives. */
export interface Kind {
  readonly name: string;
  /** The whole `pk` or, if it ends in `#`, its prefix. */
  readonly pk: string;
  /**
   * The Lambdas that write it, each with its own actions (table-rights.ts): the query Lambda may only update, and the
   * receiver may not delete. Scheduled Lambdas may then read it, too.
   */
  readonly writtenBy: readonly TableRole[];
  /** The Lambdas that only read it; and the query Lambda and the receiver, if they read what they write. */
  readonly readBy: readonly TableRole[];
  /**
   * The prefix of the keys that the receiver may access, since the whole world can call it; all keys of the kind if
   * absent.
   */
  readonly pushed?: string;
  /** When TTL deletes it. What lives for the retention, or with what does, is extended when that is raised. */
  readonly lives: Life;
}

const FEEDING = ["ingest", "reconcile"] as const;
const KEEPING = [...FEEDING, "settle"] as const;
/** The Lambdas that merge into the archive. */
const MERGING = [...FEEDING, "receive"] as const;
const QUERY = ["query"] as const;

/**
 * Every kind of item, listed once. Each kind's module makes its keys; the rights of the Lambdas (infra) are made from
 * these patterns, so a kind that is missing here cannot be written when deployed.
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
  { name: "client", pk: "client", writtenBy: [], readBy: QUERY, lives: "for good" },
  { name: "session", pk: "session", writtenBy: QUERY, readBy: QUERY, lives: "12 hours" },
  { name: "rate", pk: "rate#", writtenBy: QUERY, readBy: QUERY, lives: "400 days" },
] as const satisfies readonly Kind[];

/** The kinds that a partition key belongs to. More or fewer than one is an error. */
export function kindsOf(pk: string): readonly Kind[] {
  return KINDS.filter((kind) => (kind.pk.endsWith("#") ? pk.startsWith(kind.pk) : pk === kind.pk));
}

/** The key patterns that a Lambda may write, or only read, as IAM's `dynamodb:LeadingKeys` spells them. */
export function keyPatterns(reader: TableRole, access: "writes" | "reads"): string[] {
  const all: readonly Kind[] = KINDS;
  return all
    .filter((kind) => (access === "writes" ? kind.writtenBy : kind.readBy).includes(reader))
    .map(({ pk, pushed }) => {
      const start = (reader === "receive" ? pushed : undefined) ?? pk;
      return start === pk && !pk.endsWith("#") ? pk : `${start}*`;
    });
}
