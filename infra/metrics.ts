import { Duration, Stack } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { METRIC_NAMESPACE } from "../lib/runtime/telemetry.ts";

export interface MetricProps {
  readonly statistic: "Sum" | "Maximum" | "Minimum" | "Average" | "p50" | "p99";
  readonly minutes: number;
  readonly label?: string;
}

/** A metric that our Lambdas send (lib/runtime/telemetry.ts); the dimension `stack` distinguishes stacks. */
export function ownMetric(scope: Construct, metricName: string, props: MetricProps): Metric {
  const { statistic, minutes, label } = props;
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { stack: Stack.of(scope).stackName },
    statistic,
    period: Duration.minutes(minutes),
    ...(label ? { label } : {}),
  });
}
