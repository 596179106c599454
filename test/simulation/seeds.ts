import type { Size } from "./sizes.ts";

/**
 * Seeds that once failed, each in the size in which it did, with what it found: they are played by every run, before the
 * new ones. From before there were sizes, all are large. What a seed draws changes with schedule.ts and sizes.ts; the bugs
 * themselves stand among those that are planted (test/mutants/archive.ts).
 */
export const ONCE_FAILED: readonly {
  readonly seed: number;
  readonly size: Size;
  readonly found: string;
}[] = [
  {
    seed: 3022,
    size: "large",
    found: "runs were merged from reads that lag: terms of the last one were lost for good",
  },
  {
    seed: 1539465653,
    size: "large",
    found: "pages without blocks were settled into nothing, twice under the same name",
  },
  {
    seed: 1644,
    size: "large",
    found: "a class of blocks that the version before does not know: it passed them by instead of refusing",
  },
  {
    seed: 41,
    size: "small",
    found: "who saw a run in the catalog, but not yet its items, missed what it had settled, for a second",
  },
];
