import { PageLog } from "../log/page-log.ts";
import { Positions } from "../log/positions.ts";
import { ReportIndex } from "../log/report-index.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { ReportPages } from "./report-pages.ts";
import type { ReportServices } from "./report-services.ts";

/** What the reports endpoints and the feed need, created once per process. */
export function openReports(db: Database, now: () => number): ReportServices {
  return {
    index: new ReportIndex(db),
    pages: new ReportPages(new PageLog(db)),
    positions: new Positions(db),
    now,
  };
}
