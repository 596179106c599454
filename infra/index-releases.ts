/**
 * The indexes of every release, the newest last: name and partition key. CloudFormation makes or removes one index of a
 * standing table in one update, so each release differs from the one before it by one; a test holds it to that, and the
 * newest to lib/store/table.ts. Append, never change: an owner who is several releases behind deploys each in turn
 * (`-c indexRelease=2`, then 3; see "Upgrading the indexes" in the runbook).
 *
 * To remove an index, stop using it in one release and drop it in the next. To change one, add it under a new name.
 */
export const INDEX_RELEASES: readonly Readonly<Record<string, string>>[] = [
  { byTime: "t", byRecipient: "r", byBulk: "b", byException: "x" },
];
