import { Duration } from "aws-cdk-lib";
import type { IAlarm } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import type { Alarms } from "./alarms.ts";
import { watchJobs } from "./job-alarms.ts";
import { ownMetric } from "./metrics.ts";
import { watchQuarantine } from "./quarantine-alarm.ts";
import { type JobProps, ScheduledFunction } from "./scheduled-function.ts";

export interface ReconcilerProps extends JobProps {
  readonly alarms: Alarms;
}

/** Enough for 600 windows at the usual pace. */
const TIMEOUT_SECONDS = 600;
const BREATH_SECONDS = 5;
/** Four turns without a complete check, or an hour. */
const STALE_SECONDS = 3_600;
/** A lost page is up to 1,000 repairs; single ones occur when a report is more than ten minutes late. */
const REPAIRS_AN_HOUR = 10;
const HOURS_LEFT = 12;
/** Of the retention: after as long again, unread reports expire. */
const LAG_PERCENT = 50;

/** The Lambda that compares the archive with Infobip's logs and repairs it. */
export class Reconciler extends Construct {
  readonly job: ScheduledFunction;
  /** Alarms that do not notify by themselves: causes of "Reports do not arrive". */
  readonly parts: readonly IAlarm[];

  constructor(scope: Construct, id: string, { alarms, ...rest }: ReconcilerProps) {
    super(scope, id);
    const { everyMinutes } = rest;
    this.job = new ScheduledFunction(this, "Reconcile", {
      ...rest,
      description: "Compares the archive with the logs of Infobip, and repairs it",
      timeout: Duration.seconds(Math.min(TIMEOUT_SECONDS, everyMinutes * 60 - BREATH_SECONDS)),
      input: { job: "reconcile" },
    });
    // At least two turns per period, so that there is always data while the reconciler runs.
    const minutes = Math.max(30, 2 * everyMinutes);
    const impact = "Reports that a pull lost are not repaired; after 48 hours nothing can repair them.";
    this.parts = [
      ...watchJobs(this, alarms, { what: "Reconcile", jobs: [this.job], impact }),
      this.#watchProgress(alarms, minutes),
    ];
    this.#watchTheEnd(alarms, minutes);
    this.#watchRepairs(alarms);
    watchQuarantine(this, alarms, everyMinutes);
    this.#watchReaders(alarms, everyMinutes);
  }

  #watchProgress(alarms: Alarms, minutes: number): IAlarm {
    return alarms.part(this, {
      heading: "Reconcile is stale",
      impact: "The newest messages are not compared with Infobip's logs, so lost reports stay lost for now.",
      metric: ownMetric(this, "freshBehindSeconds", { statistic: "Minimum", minutes }),
      above: Math.max(STALE_SECONDS, 2 * 60 * minutes),
      periods: 2,
      // Sent by each run in which it is so (telemetry.ts). Runs that fail, or are missing, raise the other two alarms.
      missing: "good",
    });
  }

  #watchTheEnd(alarms: Alarms, minutes: number): void {
    alarms.add(this, {
      heading: "The 48 hours are running out",
      impact: "What was lost in an outage is about to be forgotten by Infobip, and is then lost for good.",
      metric: ownMetric(this, "hoursLeft", { statistic: "Minimum", minutes }),
      below: HOURS_LEFT,
      // Missing data is another alarm's business: "Reports do not arrive" has rung by then.
      missing: "same",
    });
    alarms.add(this, {
      heading: "A millisecond holds too many messages",
      impact: "The logs do not show all messages of one millisecond, so that these cannot be compared.",
      metric: ownMetric(this, "fullMilliseconds", { statistic: "Sum", minutes }),
      above: 0,
      missing: "good",
    });
  }

  #watchReaders(alarms: Alarms, everyMinutes: number): void {
    alarms.add(this, {
      heading: "A reader is behind",
      impact:
        "Somebody who pulls reports from here does so no more, or too slowly, and is about to lose some.",
      metric: ownMetric(this, "readerLagPercent", {
        statistic: "Maximum",
        minutes: Math.max(30, 2 * everyMinutes),
      }),
      above: LAG_PERCENT,
      missing: "good",
    });
  }

  #watchRepairs(alarms: Alarms): void {
    alarms.add(this, {
      heading: "Reconcile repairs too much",
      impact: "Reports do not arrive by the pull; the archive is right, but late by up to an hour or more.",
      metric: ownMetric(this, "repaired", { statistic: "Sum", minutes: 60 }),
      above: REPAIRS_AN_HOUR,
      missing: "good",
    });
  }
}
