import type { Mutant } from "./mutant.ts";

/** Bugs in what is counted, and in how long anything is kept. */
export const STATISTICS: readonly Mutant[] = [
  {
    name: "what was replaced goes before it is counted",
    file: "lib/statistics/count.ts",
    search: "return { isWhole, trash: isWhole ? trash : new Set(), hours,",
    replace: "return { isWhole, trash, hours,",
    harm: "an hour of which a page was not counted looks as if nothing were missing in it",
    tests: ["test/statistics/state.test.ts"],
  },
  {
    name: "does not note which hours wait",
    file: "lib/statistics/count.ts",
    search: "stale: waiting.union(plan.later).union(plan.days)",
    replace: "stale: waiting.union(plan.days)",
    harm: "an hour that is counted later is forgotten once its pages are settled",
    tests: ["test/statistics/state.test.ts"],
  },
  {
    name: "counts a page of which a block is not there yet",
    file: "lib/statistics/count-hour.ts",
    search: "pages.filter((page) => isWhole(page, hourMs, blocks))",
    replace: "pages.filter(() => true)",
    harm: "what comes a moment later is never counted",
    tests: ["test/statistics/state.test.ts"],
  },
  {
    name: "the state is put whoever has put another",
    file: "lib/statistics/state.ts",
    search: 'n === 0 ? "attribute_not_exists(pk)" : "n = :n"',
    replace: 'n === 0 ? "attribute_not_exists(pk)" : "n >= :n"',
    harm: "of two that count at once the slower one takes away what the other has noted as waiting",
    tests: ["test/statistics/state.test.ts"],
  },
  {
    name: "a block goes with its first record",
    file: "lib/archive/block.ts",
    search: "e: Math.max(...entries.map(({ known }) => expiryOf(known))) + LINGER_SECONDS,",
    replace: "e: Math.min(...entries.map(({ known }) => expiryOf(known))) + LINGER_SECONDS,",
    harm: "records that are to be served for days yet are deleted with those of their block that are not",
    tests: ["test/archive/format.test.ts"],
  },
  {
    name: "a day goes with its first page",
    file: "lib/archive/days.ts",
    search: '"attribute_not_exists(#day) OR #day < :until"',
    replace: '"attribute_not_exists(#day)"',
    harm: "what comes late for a day is not found any more once the first of it has expired",
    tests: ["test/archive/days.integration.test.ts"],
  },
  {
    name: "what expires on the way is served",
    file: "lib/archive/archive.ts",
    search: "expiresAtSeconds(record, this.#settings.retentionHours) * 1000 > nowMs",
    replace: "expiresAtSeconds(record, this.#settings.retentionHours) * 1000 > 0",
    harm: "the last pass brings back what has expired, and every reader gets it as news",
    tests: ["test/ingest/passing.fault.test.ts"],
  },
  {
    name: "whoever keeps a moment for a shorter time has the last word",
    file: "lib/log/moments.ts",
    search: "attribute_not_exists(pk) OR #e < :e",
    replace: "attribute_not_exists(pk) OR #e > :e",
    harm: "of a message whose reports disagree on when it was sent, some are not in its history any more",
    tests: ["test/log/moments.test.ts"],
  },
];
