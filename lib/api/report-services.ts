import type { Positions } from "../log/positions.ts";
import type { ReportIndex } from "../log/report-index.ts";
import type { ReportPages } from "./report-pages.ts";

/** What it takes to read a stream. */
export interface StreamReader {
  readonly index: ReportIndex;
  readonly pages: ReportPages;
}

/** What the reports endpoints need. */
export interface ReportServices extends StreamReader {
  readonly positions: Positions;
  readonly now: () => number;
}
