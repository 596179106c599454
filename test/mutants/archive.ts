import type { Mutant } from "./mutant.ts";

const TESTS = ["test/archive"];

/** Bugs in how records are kept and found. */
export const ARCHIVE: readonly Mutant[] = [
  {
    name: "forgets unprocessed writes",
    file: "lib/runtime/batch.ts",
    search: "left = (answer.UnprocessedItems?.[db.table] ?? []) as Write[];",
    replace: "left = [];",
    harm: "what a busy database leaves for later is never written",
    tests: ["test/ingest/passing.fault.test.ts"],
  },
  {
    name: "forgets unprocessed keys",
    file: "lib/runtime/batch.ts",
    search: "left = answer.UnprocessedKeys?.[db.table]?.Keys ?? [];",
    replace: "left = [];",
    harm: "what a busy database leaves for later counts as not there",
  },
  {
    name: "settled blocks under a page's key",
    file: "lib/archive/settle.ts",
    search: "packBlocks(alive, SETTLED)",
    replace: 'packBlocks(alive, "sms#1")',
    harm: "a repeated page has the key of a settled block, and takes it along when it is deleted",
  },
  {
    name: "deletes without grace",
    file: "lib/archive/trash.ts",
    search: "export const GRACE_MS = 10 * 60_000;",
    replace: "export const GRACE_MS = 0;",
    harm: "a query that began before settling loses what it was about to read",
  },
  {
    name: "blocks before what tells of them",
    file: "lib/archive/archive.ts",
    search: "    await putAll(this.#db, [...formats, ...freshFormats, ...fresh], this.#clock);\n",
    replace:
      "    setImmediate(() => void putAll(this.#db, [...formats, ...freshFormats, ...fresh], this.#clock).catch(() => undefined));\n",
    harm: "a block that settling never comes across, and no look-up finds",
    tests: ["test/simulation/append-order.test.ts"],
  },
  {
    name: "asks no run that it knows nothing of",
    file: "lib/archive/run-values.ts",
    search: "return own === undefined || conditions",
    replace: "return own !== undefined && conditions",
    harm: "what was settled a moment ago is not found by its values",
    tests: TESTS,
  },
  {
    name: "a merged run has the values of one",
    file: "lib/archive/run-values.ts",
    search: "new Set(all.flatMap((own) => [...(own ?? [])]))",
    replace: "new Set(all[0])",
    harm: "what only the others had is not found by its values any more",
  },
  {
    name: "merged runs keep their old numbers",
    file: "lib/archive/merge-runs.ts",
    search: "postings.add(fingerprint, placeOf(block, places[n]))",
    replace: "postings.add(fingerprint, block)",
    harm: "the index of a merged run leads to other blocks",
    tests: TESTS,
  },
  {
    name: "takes every run for sorted",
    file: "lib/archive/search/block-source.ts",
    search: "if (run.isSorted && last)",
    replace: "if (last)",
    harm: "in a run of an earlier version newer records come after older ones, or never",
    tests: TESTS,
  },
  {
    name: "moves on over what it does not know",
    file: "lib/archive/search/block-source.ts",
    search: "return Math.max(unknownMs(), known[0]?.newestMs ?? -Infinity);",
    replace: "return known[0]?.newestMs ?? unknownMs();",
    harm: "a page of an answer ends before records that belong to it",
    tests: TESTS,
  },
  {
    name: "merges runs from stale reads",
    file: "lib/archive/merge-runs.ts",
    search: "const items = await getAll(db, keys, clock, { consistent: true });",
    replace: "const items = await getAll(db, keys, clock);",
    harm: "what was settled a moment before is never found by its ids and values again",
  },
  {
    name: "settles half-written pages into nothing",
    file: "lib/archive/settle.ts",
    search: "    if (read.pages.size === 0) continue;\n",
    replace: "",
    harm: "met twice, the catalog names what is replaced twice, and every later run fails",
    tests: ["test/archive/settle.fault.test.ts"],
  },
  {
    name: "wants all from one report",
    file: "lib/archive/search/candidates.ts",
    search: ": answer.mayMatch({ version, order: orderKey(version.record) });",
    replace: ": answer.isMatch({ version, order: orderKey(version.record) });",
    harm: "a message is not found by what a settled report and a fresh one say only together",
    tests: ["test/archive/search/spread.integration.test.ts"],
  },
];
