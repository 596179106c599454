import type { Mutant } from "./mutant.ts";

/** Bugs in what readers are told, how far they have read, and how an answer goes on. */
export const READERS: readonly Mutant[] = [
  {
    name: "a page is published once more",
    file: "lib/log/publish.ts",
    search: "const left = parts.filter(({ page }) => (tail.entered[page.source] ?? 0) < page.place);",
    replace: "const left = parts;",
    harm: "whoever merges a page again gives its reports to everybody again",
    tests: ["test/log/publish.integration.test.ts"],
    isOnlyForTests: true,
  },
  {
    name: "who died before the end was noted leaves it so",
    file: "lib/log/publish.ts",
    search: "if (end) return this.#index.rememberEnd(stream, end);",
    replace:
      "if (end && left.length === 0) return;\n      if (end) return this.#index.rememberEnd(stream, end);",
    harm: "when time to live has emptied the stream, places are given a second time, which readers have passed",
    tests: ["test/log/publish.integration.test.ts"],
    isOnlyForTests: true,
  },
  {
    name: "the end goes back",
    file: "lib/log/report-index.ts",
    search: '"attribute_not_exists(pk) OR place < :place"',
    replace: '"attribute_not_exists(pk) OR place <> :place"',
    harm: "a slow writer notes an end that others have long passed: places are given a second time",
    tests: ["test/log/publish.integration.test.ts"],
    isOnlyForTests: true,
  },
  {
    name: "who comes when all has expired is told nothing",
    file: "lib/api/feed-read.ts",
    search: "if (!first) return place <= (await index.tail(stream)).place;",
    replace: "if (!first) return false;",
    harm: "a reader does not know that it has missed reports",
    tests: ["test/log/publish.integration.test.ts"],
    isOnlyForTests: true,
  },
  {
    name: "a move whose answer was lost was not made",
    file: "lib/log/positions.ts",
    search: "      if (await this.#isMadeBy(client, stream, by)) return true;\n      throw error;",
    replace: "      throw error;",
    harm: "reports are counted as given whose answer nobody got",
    tests: ["test/log/positions.integration.test.ts"],
    isOnlyForTests: true,
  },
  {
    name: "who is put back begins with the first version",
    file: "lib/log/positions.ts",
    search: "readingFrom(place, current.version + 1)",
    replace: "readingFrom(place)",
    harm: "a poll that began before moves the position on from where it was: being put back is undone",
    tests: ["test/log/positions.integration.test.ts"],
    isOnlyForTests: true,
  },
  {
    name: "a cursor is anybody's",
    file: "lib/api/cursor.ts",
    search: 'JSON.stringify(["logs", clientId, conditions])',
    replace: 'JSON.stringify(["logs", conditions])',
    harm: "a cursor of one client goes on with another's query, from a message that it must not see",
    tests: ["test/api/cursor.property.test.ts"],
    isOnlyForTests: true,
  },
];
