import { Duration, Stack, Validations } from "aws-cdk-lib";
import { HttpApi, HttpNoneAuthorizer } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Construct } from "constructs";
import { AccessLog } from "./access-log.ts";
import type { Alarms } from "./alarms.ts";
import type { Config } from "./config.ts";
import { type FunctionProps, OwnFunction } from "./lambda-function.ts";

export interface QueryEndpointProps
  extends Pick<FunctionProps, "code" | "environment" | "rights" | "logRetentionDays"> {
  readonly throttle: Pick<Config, "throttleRatePerSecond" | "throttleBurst">;
  readonly alarms: Alarms;
}

/** One second below what API Gateway waits; a query stops by itself before (QUERY_TIMEOUT_MS). */
const TIMEOUT_SECONDS = 29;
const SLOW_MS = 5_000;
const THROTTLED_IN_FIVE_MINUTES = 20;

/** `GET /omni/1/logs` for the world: an HTTP API and the Lambda behind it. */
export class QueryEndpoint extends Construct {
  readonly function: OwnFunction;
  readonly api: HttpApi;
  readonly accessLog: AccessLog;
  readonly url: string;

  constructor(scope: Construct, id: string, { throttle, alarms, ...rest }: QueryEndpointProps) {
    super(scope, id);
    this.function = new OwnFunction(this, "Query", {
      ...rest,
      description: "Answers questions about the archive",
      timeout: Duration.seconds(TIMEOUT_SECONDS),
    });
    this.api = new HttpApi(this, "Api", {
      apiName: Stack.of(this).stackName,
      defaultIntegration: new HttpLambdaIntegration("Integration", this.function.lambda),
      defaultAuthorizer: new HttpNoneAuthorizer(),
      createDefaultStage: false,
    });
    Validations.of(this.api).acknowledge({
      id: "AwsSolutions-APIG4",
      reason:
        "The Lambda checks Basic credentials, as Infobip does, and refuses in the shape of Infobip's errors.",
    });
    this.accessLog = new AccessLog(this, "AccessLog", rest.logRetentionDays);
    this.api.addStage("Stage", {
      stageName: "$default",
      autoDeploy: true,
      accessLogSettings: this.accessLog,
      throttle: { rateLimit: throttle.throttleRatePerSecond, burstLimit: throttle.throttleBurst },
    });
    this.url = `${this.api.apiEndpoint}/omni/1/logs`;
    this.#watchAnswers(alarms);
    this.#watchThrottles(alarms);
  }

  #watchAnswers(alarms: Alarms): void {
    const period = Duration.minutes(5);
    alarms.add(this, {
      heading: "Query answers with errors",
      impact: "Clients get an error from us instead of an answer; the archive itself goes on growing.",
      metric: this.api.metricServerError({ statistic: "Sum", period }),
      above: 0,
      missing: "good",
    });
    alarms.add(this, {
      heading: "Query is slow",
      impact: "Clients wait longer than they may have time for.",
      metric: this.api.metricLatency({ statistic: "p90", period }),
      above: SLOW_MS,
      periods: 3,
      missing: "good",
    });
  }

  #watchThrottles(alarms: Alarms): void {
    alarms.add(this, {
      heading: "Query is throttled",
      impact: "Clients are told to come back later (429), because they ask more than the stack allows.",
      metric: this.accessLog.throttled,
      above: THROTTLED_IN_FIVE_MINUTES,
      missing: "good",
    });
    alarms.add(this, {
      heading: "Query Lambda is throttled",
      impact: "Clients get errors (503), because the account runs all the Lambdas it may.",
      metric: this.function.lambda.metricThrottles({ statistic: "Sum", period: Duration.minutes(5) }),
      above: 0,
      missing: "good",
    });
  }
}
