import { Duration } from "aws-cdk-lib";
import type { IAlarm } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import type { Alarms } from "./alarms.ts";
import { watchJobs } from "./job-alarms.ts";
import { ownMetric } from "./metrics.ts";
import { type JobProps, ScheduledFunction } from "./scheduled-function.ts";

export interface SettlerProps extends Omit<JobProps, "everyMinutes"> {
  readonly alarms: Alarms;
  /** While this rings, nothing has arrived that could be settled. */
  readonly unless: IAlarm;
}

const SETTLE_EVERY_MINUTES = 5;
/** Over before the next turn. */
const TIMEOUT_SECONDS = SETTLE_EVERY_MINUTES * 60 - 10;
/** New data waits for half an hour, or for a day if there is little of it; beyond that, settling lags. */
const LAGGING_SECONDS = 30 * 3_600;

/**
 * The Lambda that settles what is old enough in the archive. While it does not run, everything stays right but costs
 * more.
 */
export class Settler extends Construct {
  readonly job: ScheduledFunction;

  constructor(scope: Construct, id: string, { alarms, unless, ...rest }: SettlerProps) {
    super(scope, id);
    this.job = new ScheduledFunction(this, "Settle", {
      ...rest,
      everyMinutes: SETTLE_EVERY_MINUTES,
      description: "Settles what has come to rest in the archive, so that it is cheap to read",
      timeout: Duration.seconds(TIMEOUT_SECONDS),
      input: { job: "settle" },
    });
    const impact = "Answers stay whole, and cost more and more read units the longer it lasts.";
    const parts = watchJobs(this, alarms, { what: "Settle", jobs: [this.job], impact });
    alarms.together(this, { heading: "The archive is not settled", impact, alarms: parts, unless });
    alarms.add(this, {
      heading: "Settling lags",
      impact,
      metric: ownMetric(this, "settleWaitingSeconds", { statistic: "Maximum", minutes: 30 }),
      above: LAGGING_SECONDS,
      missing: "good",
    });
  }
}
