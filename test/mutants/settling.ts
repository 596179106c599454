import type { Mutant } from "./mutant.ts";

const SETTLE = ["test/archive/settle.fault.test.ts"];
const EARLIER = ["test/archive/earlier.test.ts"];
const MERGE_RUNS = ["test/archive/merge-runs.test.ts"];
const ORDER = ["test/simulation/append-order.test.ts"];
const DAYS = ["test/archive/days.integration.test.ts"];
const EXTEND = ["test/ingest/extend-retention.integration.test.ts"];

/** Bugs in how records are settled, and in what leads to them afterwards. */
export const SETTLING: readonly Mutant[] = [
  {
    name: "settles a page that is written in part",
    file: "lib/archive/page-blocks.ts",
    search: "refs.every((ref) => blocks.has",
    replace: "refs.some((ref) => blocks.has",
    harm: "what its writer adds a moment later is deleted as replaced, and nowhere else",
    tests: SETTLE,
  },
  {
    name: "a run counts before it is noted what moved",
    file: "lib/archive/settle.ts",
    search: "await noteMoved?.([...moved, ...earlier.moments.moved()]);",
    replace: "void noteMoved?.([...moved, ...earlier.moments.moved()]);",
    harm: "dead then, nobody knows any more when each report says that a message was sent",
    tests: SETTLE,
  },
  {
    name: "forgets the trash that somebody has yet to look at",
    file: "lib/archive/trash.ts",
    search: "  return due.map(({ name }) => name);",
    replace: "  return trash.filter(({ atMs }) => atMs + GRACE_MS <= clock.now()).map(({ name }) => name);",
    harm: "it is never deleted, and what it replaced waits to be settled again",
    tests: SETTLE,
  },
  {
    name: "a run is dropped a day before it has expired",
    file: "lib/archive/settle.ts",
    search: "expiresAt > nowSeconds),",
    replace: "expiresAt > nowSeconds + DAY_SECONDS),",
    harm: "messages are served that no look-up finds",
    tests: SETTLE,
  },
  {
    name: "the first and the last moment of a run lie outside of it",
    file: "lib/archive/earlier.ts",
    search: "const isWithin = ({ at }: { at: number }) => at >= run.sinceMs && at <= run.untilMs;",
    replace: "const isWithin = ({ at }: { at: number }) => at > run.sinceMs && at < run.untilMs;",
    harm: "what it has of a message is not merged with what comes later, and served as it was",
    tests: EARLIER,
  },
  {
    name: "what moved and says nothing new is not noted",
    file: "lib/archive/earlier.ts",
    search: "if (isMoved || !isSame(before, merged)) again.add(term);",
    replace: "if (!isSame(before, merged)) again.add(term);",
    harm: "for ten minutes a message is served with an older status, on a day that is not its own",
    tests: EARLIER,
  },
  {
    name: "merged runs forget what moved",
    file: "lib/archive/merge-runs.ts",
    search: 'else if (sk === "moved") for (const one of parseSet(item)) moved.add(one);',
    replace: "",
    harm: "a message is served on two days, on one of them as it was",
    tests: MERGE_RUNS,
  },
  {
    name: "a slice of merged buckets ends too early",
    file: "lib/archive/merge-runs.ts",
    search: "Math.min(run.buckets - 1, Math.ceil((end / buckets) * run.buckets));",
    replace: "Math.min(run.buckets, Math.floor((end / buckets) * run.buckets)) - 1;",
    harm: "in a large archive some messages are not found by some of their ids and values any more",
    tests: MERGE_RUNS,
  },
  {
    name: "a merged run has the values that are known of some",
    file: "lib/archive/run-values.ts",
    search: "    if (all.includes(undefined)) continue;\n",
    replace: "",
    harm: "what the others had is not found by its values any more",
    tests: MERGE_RUNS,
  },
  {
    name: "what an earlier version did not write is not outdated",
    file: "lib/archive/merge-runs.ts",
    search: "new Set(stale === undefined ? ownAgain : outdated)",
    replace: "new Set(outdated)",
    harm: "of its runs messages are served as pending that have been delivered",
    tests: MERGE_RUNS,
  },
  {
    name: "one message alone is never outdated",
    file: "lib/archive/search/index-reader.ts",
    search: "...(run.stale > 0 ?",
    replace: "...(run.stale > 1 ?",
    harm: "it is served as pending, though it has been delivered",
    tests: MERGE_RUNS,
  },
  {
    name: "a day counts as listed before it is",
    file: "lib/archive/days.ts",
    search:
      '    await this.#update("SET #day = :until", "attribute_not_exists(#day) OR #day < :until", day, until);\n    this.#written.set(day, until);',
    replace:
      '    this.#written.set(day, until);\n    await this.#update("SET #day = :until", "attribute_not_exists(#day) OR #day < :until", day, until);',
    harm: "after a fault of the database nothing that this process writes of the day is found",
    tests: ORDER,
  },
  {
    name: "a day's format counts as written before it is",
    file: "lib/archive/archive.ts",
    search:
      "    await putAll(this.#db, [...formats, ...freshFormats, ...fresh], this.#clock);\n    this.#formats.remember(formats);",
    replace:
      "    this.#formats.remember(formats);\n    await putAll(this.#db, [...formats, ...freshFormats, ...fresh], this.#clock);",
    harm: "the version before passes by blocks of a class that it does not know, and does not notice",
    tests: ORDER,
  },
  {
    name: "a day is forgotten though it was extended meanwhile",
    file: "lib/archive/days.ts",
    search: '"#day = :until"',
    replace: '"#day >= :until"',
    harm: "what has just come for it is not found",
    tests: DAYS,
  },
  {
    name: "of several moments only rising ones are noted",
    file: "lib/archive/moments.ts",
    search: "if (known) known.momentsMs.add(atMs);",
    replace: "if (known && atMs > first) known.momentsMs.add(atMs);",
    harm: "reports of a message are not found by the moment at which they say that it was sent",
    tests: ["test/archive/moments.test.ts"],
  },
  {
    name: "a longer retention does not reach the days",
    file: "lib/archive/extend-retention.ts",
    search: '  if (isFirst) await days.ensure(item.pk.slice(blockPartition("").length), expiresAt);\n',
    replace: "",
    harm: "they are forgotten while messages of them are to be served for days yet",
    tests: EXTEND,
  },
  {
    name: "a longer retention does not reach the repairs",
    file: "lib/ingest/extend-retention.ts",
    search: "...PUSH_KINDS.map(pushedSource), REPAIRS]",
    replace: "...PUSH_KINDS.map(pushedSource)]",
    harm: "readers who are late are not given what the reconciler found",
    tests: EXTEND,
  },
  {
    name: "the catalog is put whoever has put another",
    file: "lib/archive/catalog.ts",
    search: '"attribute_not_exists(pk)" : "n = :n"',
    replace: '"attribute_not_exists(pk)" : "n >= :n"',
    harm: "of two that settle at once one takes away the other's run: nobody finds any more what is in it",
    tests: MERGE_RUNS,
  },
  {
    name: "what an earlier version did not count is not there",
    file: "lib/archive/search/sources.ts",
    search: "return exceptions === undefined ? Infinity :",
    replace: "return exceptions === undefined ? 0 :",
    harm: "of its runs nothing is found that was not delivered",
    tests: MERGE_RUNS,
  },
  {
    name: "each part of a run's trash lacks its last",
    file: "lib/archive/trash.ts",
    search: "const part = trash.keys.slice(n * MOST_KEYS, (n + 1) * MOST_KEYS);",
    replace: "const part = trash.keys.slice(n * MOST_KEYS, (n + 1) * MOST_KEYS - 1);",
    harm: "pages that are settled wait for ever, half of them deleted",
    tests: ["test/archive/trash.test.ts"],
  },
];
