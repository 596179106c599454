import { Checkpoints } from "../ingest/checkpoint.ts";
import { Doubts } from "../ingest/doubts.ts";
import { Quarantine } from "../ingest/quarantine.ts";
import { QuarantineRequests } from "../ingest/quarantine-requests.ts";
import { SourceStates } from "../ingest/source-state.ts";
import { PageLog } from "../log/page-log.ts";
import { Positions } from "../log/positions.ts";
import { ReportIndex } from "../log/report-index.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import type { Database } from "../runtime/dynamodb.ts";
import type { HealthStores } from "./health.ts";

export type { QuarantinedItem } from "../ingest/quarantine.ts";
export type { QuarantineRequest } from "../ingest/quarantine-requests.ts";

export interface HealthServices extends HealthStores {
  readonly quarantineRequests: QuarantineRequests;
}

/** What it takes to read the state of the archive, created once per process. */
export function openHealth(db: Database, clock: Clock = systemClock): HealthServices {
  return {
    db,
    clock,
    states: new SourceStates(db),
    doubts: new Doubts(db),
    quarantine: new Quarantine(db),
    quarantineRequests: new QuarantineRequests(db),
    checkpoints: new Checkpoints(db),
    log: new PageLog(db),
    positions: new Positions(db),
    index: new ReportIndex(db),
  };
}
