import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import { type IAccessLogSettings, LogGroupLogDestination } from "aws-cdk-lib/aws-apigatewayv2";
import type { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { FilterPattern, LogGroup, MetricFilter } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { METRIC_NAMESPACE } from "../lib/runtime/telemetry.ts";
import { ownMetric } from "./metrics.ts";

/** The endpoint's access log, and metrics counted from it. */
export class AccessLog extends Construct implements IAccessLogSettings {
  readonly logGroup: LogGroup;
  readonly destination: LogGroupLogDestination;
  readonly format: AccessLogFormat;
  /** Requests answered with 429; HTTP APIs have no metric of their own for these. */
  readonly throttled: Metric;
  /** Requests answered with 401. */
  readonly refused: Metric;

  constructor(scope: Construct, id: string, retention: number) {
    super(scope, id);
    const { stackName } = Stack.of(this);
    this.logGroup = new LogGroup(this, "Log", {
      // With this prefix, API Gateway's right to write does not use up the account's few log policies.
      logGroupName: `/aws/vendedlogs/${stackName}/access`,
      retention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.destination = new LogGroupLogDestination(this.logGroup);
    this.format = formatOf(stackName);
    this.throttled = this.#count("throttledRequests", "429");
    this.refused = this.#count("refusedRequests", "401");
  }

  /** A metric that has no data costs nothing. */
  #count(metricName: string, status: string): Metric {
    new MetricFilter(this, metricName, {
      logGroup: this.logGroup,
      filterPattern: FilterPattern.stringValue("$.status", "=", status),
      metricNamespace: METRIC_NAMESPACE,
      metricName,
      metricValue: "1",
      dimensions: { stack: "$.stack" },
    });
    return ownMetric(this, metricName, { statistic: "Sum", minutes: 5 });
  }
}

/** One JSON line per request, without path and query string, which may contain a recipient. */
function formatOf(stack: string): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      stack,
      requestId: "$context.requestId",
      time: "$context.requestTime",
      from: "$context.identity.sourceIp",
      method: "$context.httpMethod",
      route: "$context.routeKey",
      status: "$context.status",
      bytes: "$context.responseLength",
      latencyMs: "$context.responseLatency",
      integrationLatencyMs: "$context.integrationLatency",
      error: "$context.error.message",
    }),
  );
}
