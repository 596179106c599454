import { Duration } from "aws-cdk-lib";
import { type IAlarm, type IMetric, MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import type { Alarms } from "./alarms.ts";
import type { ScheduledFunction } from "./scheduled-function.ts";

export interface JobAlarmProps {
  /** Its name in the runbook. */
  readonly what: string;
  /** All Lambdas of the kind, such as one for each source; their logs say which one it is. */
  readonly jobs: readonly ScheduledFunction[];
  /** What is lost while it does not work. */
  readonly impact: string;
}

/**
 * Two of the questions about a scheduled Lambda: is it failing, and is it not running? They use Lambda's own metrics,
 * which are free.
 */
export function watchJobs(scope: Construct, alarms: Alarms, { what, jobs, impact }: JobAlarmProps): IAlarm[] {
  // At least one turn, and never so short that a busy minute raises an alarm.
  const period = Duration.minutes(Math.max(5, ...jobs.map(({ everyMinutes }) => everyMinutes)));
  const figures = { statistic: "Sum", period };
  const lambdas = jobs.map((job) => job.function.lambda);
  const failing = alarms.part(scope, {
    heading: `${what} is failing`,
    impact,
    metric: over(
      "SUM",
      lambdas.map((lambda) => lambda.metricErrors(figures)),
      period,
    ),
    above: 0,
    periods: 2,
    missing: "good",
  });
  const notRunning = alarms.part(scope, {
    heading: `${what} is not running`,
    impact,
    metric: over(
      "MIN",
      lambdas.map((lambda) => lambda.metricInvocations(figures)),
      period,
    ),
    below: 1,
    periods: 3,
    missing: "bad",
  });
  return [failing, notRunning];
}

/** Combines several metrics; one without data counts as 0. */
function over(how: "SUM" | "MIN", metrics: readonly IMetric[], period: Duration): IMetric {
  const [only] = metrics;
  if (metrics.length === 1 && only) return only;
  const names = metrics.map((_, n) => `m${n}`);
  return new MathExpression({
    expression: `${how}([${names.map((name) => `FILL(${name}, 0)`).join(", ")}])`,
    usingMetrics: Object.fromEntries(metrics.map((metric, n) => [`m${n}`, metric])),
    period,
  });
}
