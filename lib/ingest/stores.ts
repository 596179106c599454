import { Archive } from "../archive/archive.ts";
import { Events } from "../log/events.ts";
import { PageLog } from "../log/page-log.ts";
import { openPublisher } from "../log/publish.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Database } from "../runtime/dynamodb.ts";
import type { CarryOutServices } from "./carry-out.ts";
import { Checkpoints } from "./checkpoint.ts";
import { Doubts } from "./doubts.ts";
import { OpenPulls } from "./open-pulls.ts";
import { Quarantine } from "./quarantine.ts";
import { QuarantineRequests } from "./quarantine-requests.ts";
import { SourceStates } from "./source-state.ts";

/** The stores of the ingesting Lambdas, created once per process. */
export function openStores(
  db: Database,
  settings: { readonly RETENTION_HOURS: number },
  clock: Clock,
): Omit<CarryOutServices, "clock" | "remainingMs"> & { openPulls: OpenPulls; checkpoints: Checkpoints } {
  const { RETENTION_HOURS: retentionHours } = settings;
  return {
    archive: new Archive(db, { retentionHours }, clock),
    log: new PageLog(db, retentionHours),
    states: new SourceStates(db),
    doubts: new Doubts(db),
    reports: openPublisher(db, retentionHours, clock),
    events: new Events(db, retentionHours),
    openPulls: new OpenPulls(db),
    quarantine: new Quarantine(db, retentionHours),
    quarantineRequests: new QuarantineRequests(db),
    checkpoints: new Checkpoints(db),
  };
}
