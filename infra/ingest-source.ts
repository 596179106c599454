import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { SourceName } from "../lib/ingest/sources.ts";
import type { Alarms } from "./alarms.ts";
import type { FunctionProps } from "./lambda-function.ts";
import { ownMetric } from "./metrics.ts";
import { ScheduledFunction } from "./scheduled-function.ts";

export interface IngestSourceProps
  extends Pick<FunctionProps, "code" | "environment" | "rights" | "logRetentionDays" | "alone"> {
  readonly source: SourceName;
  readonly everyMinutes: number;
  readonly alarms: Alarms;
}

/** Below the shortest interval, so that a turn is over before the next one. */
const TIMEOUT_SECONDS = 55;
/** A source that had no good pull for so long, or for three turns, is stale. */
const STALE_SECONDS = 600;

/** The Lambda that pulls one source; a source of its own each, so that a slow or refused one holds up no other. */
export class IngestSource extends Construct {
  readonly job: ScheduledFunction;

  constructor(scope: Construct, id: string, props: IngestSourceProps) {
    super(scope, id);
    const { source, everyMinutes, alarms, ...rest } = props;
    this.job = new ScheduledFunction(this, "Ingest", {
      ...rest,
      description: `Pulls the ${source} reports of Infobip into the archive`,
      timeout: Duration.seconds(TIMEOUT_SECONDS),
      everyMinutes,
      input: { source },
      alarms,
      what: "Ingest",
      of: source,
      impact: "New reports of this source are not archived; after 48 hours Infobip forgets them.",
    });
    alarms.add(this, {
      heading: "Ingest is stale",
      of: source,
      impact: "The pull runs but gets no good answer, so new reports of this source are not archived.",
      // Also reported by the reconciler, for a pull that dies before it can say anything.
      metric: ownMetric(this, "lastGoodPullAgeSeconds", {
        statistic: "Maximum",
        minutes: Math.max(5, everyMinutes),
        source,
      }),
      above: Math.max(STALE_SECONDS, 3 * 60 * everyMinutes),
      periods: 3,
      missing: "bad",
    });
  }
}
