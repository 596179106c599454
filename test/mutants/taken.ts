import type { Mutant } from "./mutant.ts";

/** Bugs in how what is pushed is received, and what could not be read is tried again. */
export const TAKEN: readonly Mutant[] = [
  {
    name: "answers a push before it has landed",
    file: "lib/receive/receive.ts",
    search:
      "if (isLanded) await within(LANDING_MS, () => land(address.kind, body, services), services.clock);",
    replace:
      "if (isLanded) void within(LANDING_MS, () => land(address.kind, body, services), services.clock).catch(() => undefined);",
    harm: "Infobip is told that a report is held which is not, and never sends it again",
    tests: ["test/ingest/pushed.fault.test.ts"],
  },
  {
    name: "a push lands at the beginning of an emptied log",
    file: "lib/receive/receive.ts",
    search: "find: async () => (await states.load(source)).merged,",
    replace: "find: async () => 0,",
    harm: "when time to live has emptied a log, what lands there is before its position, and is never merged",
    tests: ["test/ingest/pushed.fault.test.ts"],
  },
  {
    name: "a pull lands at the beginning of an emptied log",
    file: "lib/ingest/pull.ts",
    search: "{ body: answer.body, after: merged }",
    replace: "{ body: answer.body, after: 0 }",
    harm: "when time to live has emptied a log, what lands there is before its position, and is never merged",
    tests: ["test/ingest/pull.fault.test.ts"],
  },
  {
    name: "releases what was read in part",
    file: "lib/ingest/replay.ts",
    search: "if (reason !== undefined) return { stored, reason };",
    replace: "if (reason !== undefined && stored === 0) return { stored, reason };",
    harm: "what is still unreadable in an entry is thrown away with what was read of it",
    tests: ["test/ingest/replay.integration.test.ts"],
  },
  {
    name: "readers do not get what the archive has already",
    file: "lib/ingest/replay.ts",
    search: "...(isPage ? content.texts : news",
    replace: "...(isPage && news.length > 0 ? content.texts : news",
    harm: "a page that was set aside after it had reached the archive is never given to who pulls from here",
    tests: ["test/ingest/replay.integration.test.ts"],
  },
  {
    name: "a round passes by those for whom there was no time",
    file: "lib/ingest/replay-rounds.ts",
    search: "const upTo = tried.length < left.length ? tried.map(skOf).at(-1) : next;",
    replace: "const upTo = next;",
    harm: "entries behind the first few are tried again only the next day, or never",
    tests: ["test/ingest/replay-rounds.integration.test.ts"],
  },
  {
    name: "a pass goes on exactly where it stopped",
    file: "lib/ingest/standing.ts",
    search: "export const OVERLAP_MS = 120_000;",
    replace: "export const OVERLAP_MS = 0;",
    harm: "a message that the logs list a little late is passed by, and waits for the next pass",
    tests: ["test/simulation/scenarios.test.ts"],
  },
  {
    name: "releases what the archive does not take",
    file: "lib/ingest/replay.ts",
    search: "content.rejects[0]?.reason ?? (refused > 0 ? entry.reason : undefined)",
    replace: "content.rejects[0]?.reason",
    harm: "the only copy of a record that is too large is deleted when it is tried again",
    tests: ["test/ingest/replay.integration.test.ts"],
  },
  {
    name: "what could not land takes room for ever",
    file: "lib/receive/places.ts",
    search: ".finally(() => this.#waiting.set(source, (this.#waiting.get(source) ?? 0) - bytes));",
    replace: ".then(() => void this.#waiting.set(source, (this.#waiting.get(source) ?? 0) - bytes));",
    harm: "after some faults of the database a process refuses every push",
    tests: ["test/receive/places.test.ts"],
  },
  {
    name: "nobody looks again after giving back the lease",
    file: "lib/receive/merge-pushed.ts",
    search:
      "if (isTimeOver || (done.unmerged === 0 && (await log.end(source)) <= done.merged)) return pages;",
    replace: "if (isTimeOver || done.unmerged === 0) return pages;",
    harm: "what has landed meanwhile waits for the next push, or the schedule",
    tests: ["test/ingest/pushed.fault.test.ts"],
  },
  {
    name: "a kind that cannot be merged is not told of",
    file: "lib/receive/merge-pushed.ts",
    search: "  if (fault !== undefined) throw fault;\n",
    replace: "",
    harm: "its reports wait, and nobody is woken",
    tests: ["test/ingest/pushed.fault.test.ts"],
  },
];
