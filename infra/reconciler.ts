import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { Alarms } from "./alarms.ts";
import type { FunctionProps } from "./lambda-function.ts";
import { ownMetric } from "./metrics.ts";
import { watchQuarantine } from "./quarantine-alarm.ts";
import { ScheduledFunction } from "./scheduled-function.ts";

export interface ReconcilerProps
  extends Pick<FunctionProps, "code" | "environment" | "rights" | "logRetentionDays" | "alone"> {
  readonly everyMinutes: number;
  readonly alarms: Alarms;
}

/** Long enough for 600 windows at the usual pace, and over before the next turn where turns are close. */
const TIMEOUT_SECONDS = 600;
const BREATH_SECONDS = 5;
/** Four turns without a whole check, or an hour. */
const STALE_SECONDS = 3_600;
/** A lost page is up to 1,000 repairs; single ones happen when a report is later than ten minutes. */
const REPAIRS_AN_HOUR = 10;
const HOURS_LEFT = 12;

/** The Lambda that compares the archive with Infobip's logs and repairs it. */
export class Reconciler extends Construct {
  readonly job: ScheduledFunction;

  constructor(scope: Construct, id: string, { everyMinutes, alarms, ...rest }: ReconcilerProps) {
    super(scope, id);
    this.job = new ScheduledFunction(this, "Reconcile", {
      ...rest,
      description: "Compares the archive with the logs of Infobip, and repairs it",
      timeout: Duration.seconds(Math.min(TIMEOUT_SECONDS, everyMinutes * 60 - BREATH_SECONDS)),
      everyMinutes,
      input: {},
      alarms,
      what: "Reconcile",
      impact: "Reports that a pull lost are not repaired; after 48 hours nothing can repair them.",
    });
    this.#watchProgress(alarms, everyMinutes);
    this.#watchRepairs(alarms);
    watchQuarantine(this, alarms, everyMinutes);
  }

  #watchProgress(alarms: Alarms, everyMinutes: number): void {
    // Two turns at least in a period, so that it never lacks a figure while the reconciler runs.
    const minutes = Math.max(30, 2 * everyMinutes);
    alarms.add(this, {
      heading: "Reconcile is stale",
      impact: "The newest messages are not compared with Infobip's logs, so lost reports stay lost for now.",
      metric: ownMetric(this, "checkedUpToAgeSeconds", { statistic: "Minimum", minutes }),
      above: Math.max(STALE_SECONDS, 4 * 60 * everyMinutes),
      periods: 2,
      missing: "bad",
    });
    alarms.add(this, {
      heading: "The 48 hours are running out",
      impact: "What was lost in an outage is about to be forgotten by Infobip, and is then lost for good.",
      metric: ownMetric(this, "hoursLeft", { statistic: "Maximum", minutes }),
      below: HOURS_LEFT,
      periods: 2,
      missing: "bad",
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
