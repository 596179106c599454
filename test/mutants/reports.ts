import type { Mutant } from "./mutant.ts";

const REPORTS = ["test/api/reports.integration.test.ts"];
const READERS = ["test/simulation/readers.test.ts", ...REPORTS];

/** Bugs in how reports are given to clients. The simulation's schedules have no clients: tests play these. */
export const REPORTS_MUTANTS: readonly Mutant[] = [
  {
    name: "position before the answer is made",
    file: "lib/api/reports.ts",
    search: "const next = nextAfter(rest.next, found.looked, given);",
    replace: "const next = nextAfter(rest.next, found.looked, found.given);",
    harm: "what did not fit into the answer is never given",
    tests: REPORTS,
    isOnlyForTests: true,
  },
  {
    name: "counts as given without acknowledgement",
    file: "lib/log/position.ts",
    search: "const isBatch = after !== undefined && rows.size > 0;",
    replace: "const isBatch = false;",
    harm: "a client that dies before it has kept an answer never gets it again",
    tests: READERS,
    isOnlyForTests: true,
  },
  {
    name: "answers though the position was moved by another",
    file: "lib/api/reports.ts",
    search: "if (await positions.move(client.id, endpoint.stream, offer.reading, change)) return offer;",
    replace: "await positions.move(client.id, endpoint.stream, offer.reading, change);\n    return offer;",
    harm: "two polls at once are given the same reports",
    tests: READERS,
    isOnlyForTests: true,
  },
  {
    name: "gives again what a poll at the same time has just been given",
    file: "lib/log/position.ts",
    search: "const candidates = batches.filter(({ given, atMs }) => given <= seen && atMs <= arrivedAtMs);",
    replace: "const candidates = batches;",
    harm: "two polls at once that acknowledge are given the same reports",
    tests: ["test/log/position.test.ts", ...READERS],
    isOnlyForTests: true,
  },
  {
    name: "forgets what filters took",
    file: "lib/log/position.ts",
    search: "taken: rowsFrom(union(reading.taken, rows), next),",
    replace: "taken: rowsFrom(rows, next),",
    harm: "what was taken out of order is given again",
    tests: REPORTS,
    isOnlyForTests: true,
  },
  {
    name: "a place is given twice",
    file: "lib/log/report-index.ts",
    search: "parseStored(tailSchema, sk === END ? item : { ...item, place: Number(sk) })",
    replace:
      "sk === END && Items.length > 1 ? NOTHING : parseStored(tailSchema, sk === END ? item : { ...item, place: Number(sk) })",
    harm: "when time to live has taken the newest entry first, what comes next is hidden from whoever had read that",
    tests: ["test/log/publish.integration.test.ts"],
    isOnlyForTests: true,
  },
  {
    name: "passes over what expired in silence",
    file: "lib/api/report-collect.ts",
    search: "skippedPages += entry.place - expected + Number(hasNews(entry) && !isRead);",
    replace: "",
    harm: "a client that came too late is never told what it missed",
    tests: REPORTS,
    isOnlyForTests: true,
  },
];
