import type { Positions } from "../log/positions.ts";
import type { ReportIndex } from "../log/report-index.ts";
import type { ReportPages } from "./report-pages.ts";

/** What reading a stream takes. */
export interface StreamReader {
  readonly index: ReportIndex;
  readonly pages: ReportPages;
}

/** What the reports endpoints work with. */
export interface ReportServices extends StreamReader {
  readonly positions: Positions;
  readonly now: () => number;
}
