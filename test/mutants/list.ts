import { ARCHIVE } from "./archive.ts";
import { INGEST } from "./ingest.ts";
import { MESSAGE } from "./message.ts";
import type { Mutant } from "./mutant.ts";
import { READERS } from "./readers.ts";
import { RECONCILE } from "./reconcile.ts";
import { REPORTS_MUTANTS } from "./reports.ts";
import { SETTLING } from "./settling.ts";
import { STATISTICS } from "./statistics.ts";
import { TAKEN } from "./taken.ts";
import { VERSIONS } from "./versions.ts";

/** Every bug that is planted. */
export const MUTANTS: readonly Mutant[] = [
  ...INGEST,
  ...RECONCILE,
  ...MESSAGE,
  ...ARCHIVE,
  ...SETTLING,
  ...REPORTS_MUTANTS,
  ...READERS,
  ...STATISTICS,
  ...TAKEN,
  ...VERSIONS,
];
