import type { Mutant } from "./mutant.ts";

/** What is stored becomes something else under the same number: it is right by itself, and wrong beside the version before. */
export const VERSIONS: readonly Mutant[] = [
  {
    name: "terms of fresh pages have other bits",
    file: "lib/archive/fresh.ts",
    search: "const BITS = { [FRESH]: 16, [FRESH_IDS]: 26 } as const;",
    replace: "const BITS = { [FRESH]: 20, [FRESH_IDS]: 26 } as const;",
    harm: "while it is deployed, what the other version has taken in is not found by its values",
  },
  {
    name: "messages have other terms",
    file: "lib/archive/terms.ts",
    search: "number => hash32(`m",
    replace: "number => hash32(`i",
    harm: "what was settled before is not found by its id, nor merged with what comes later",
  },
  {
    name: "days do not say which blocks they have",
    file: "lib/archive/day-format.ts",
    search: "(this.#written.get(pk) ?? 0) < seconds",
    replace: "(this.#written.get(pk) ?? Infinity) < seconds",
    harm: "the version before passes by blocks of a class that it does not know, and does not notice",
    tests: ["test/archive/format.test.ts"],
  },
  {
    name: "ids do not say that there are others elsewhere",
    file: "lib/archive/fresh-format.ts",
    search: "if (until <= this.#until) return [];",
    replace: "if (until <= Infinity) return [];",
    harm: "the version before does not find by its id what came alone, and does not notice",
    tests: ["test/archive/format.test.ts"],
  },
];
