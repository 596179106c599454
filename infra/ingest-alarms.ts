import type { IAlarm } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import type { Alarms } from "./alarms.ts";
import { watchJobs } from "./job-alarms.ts";
import { ownMetric } from "./metrics.ts";
import type { ScheduledFunction } from "./scheduled-function.ts";

export interface IngestAlarmProps {
  readonly alarms: Alarms;
  readonly jobs: readonly ScheduledFunction[];
  readonly everyMinutes: number;
}

/** A source without a good pull for this long, or for three turns, is stale. */
const STALE_SECONDS = 600;
const BEHIND_SECONDS = 900;

/** Watches the pulls of all sources together; the log says which source it is. */
export class IngestAlarms extends Construct {
  /** Alarms that do not notify by themselves: causes of "Reports do not arrive". */
  readonly parts: readonly IAlarm[];
  /** Rings from the first deployment until Infobip's key has been set. */
  readonly noKey: IAlarm;

  constructor(scope: Construct, id: string, { alarms, jobs, everyMinutes }: IngestAlarmProps) {
    super(scope, id);
    const impact = "New reports are not archived; after 48 hours Infobip forgets them.";
    const minutes = Math.max(5, everyMinutes);
    const stale = alarms.part(this, {
      heading: "Ingest is stale",
      impact: "The pull of a source runs but gets no good answer, so its new reports are not archived.",
      metric: ownMetric(this, "lastGoodPullAgeSeconds", { statistic: "Maximum", minutes }),
      above: Math.max(STALE_SECONDS, 3 * 60 * everyMinutes),
      periods: 3,
      // Sent by each run in which it is so (telemetry.ts). Runs that fail, or are missing, raise the other two alarms.
      missing: "good",
    });
    this.parts = [...watchJobs(this, alarms, { what: "Ingest", jobs, impact }), stale];
    this.noKey = alarms.add(this, {
      heading: "There is no key yet",
      impact: "Nothing is pulled and nothing is lost: nobody has put Infobip's key into its secret.",
      metric: ownMetric(this, "keyMissing", { statistic: "Maximum", minutes }),
      above: 0,
      missing: "good",
    });
    alarms.add(this, {
      heading: "Ingest falls behind",
      impact: "Reports come faster than they are pulled; after 48 hours Infobip forgets what waits.",
      metric: ownMetric(this, "backlogSeconds", { statistic: "Maximum", minutes }),
      above: BEHIND_SECONDS,
      periods: 3,
      missing: "good",
    });
  }
}
