import { Duration, Stack, Validations } from "aws-cdk-lib";
import { HttpApi, HttpNoneAuthorizer, type IHttpStage } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Construct } from "constructs";
import { CONSOLE_PATH } from "../lib/site/serve.ts";
import { AccessLog } from "./access-log.ts";
import type { Alarms } from "./alarms.ts";
import type { Config } from "./config.ts";
import { type FunctionProps, OwnFunction } from "./lambda-function.ts";
import { OwnDomain } from "./own-domain.ts";

export interface QueryEndpointProps
  extends Pick<FunctionProps, "code" | "environment" | "rights" | "logRetentionDays"> {
  readonly config: Pick<
    Config,
    | "throttleRatePerSecond"
    | "throttleBurst"
    | "queryConcurrency"
    | "reserveConcurrency"
    | "domainName"
    | "certificateArn"
    | "hostedZoneId"
  >;
  readonly alarms: Alarms;
}

/** One second less than API Gateway waits; a query stops by itself earlier (QUERY_TIMEOUT_MS). */
const TIMEOUT_SECONDS = 29;
/** As many as one client may ask at once, so that a client meets its own rate first. */
const MOST_QUERIES = 200;
const SLOW_MS = 5_000;
const THROTTLED_IN_FIVE_MINUTES = 20;
const REFUSED_IN_FIVE_MINUTES = 100;

/** `GET /omni/1/logs` for the world: an HTTP API and its Lambda. */
export class QueryEndpoint extends Construct {
  readonly function: OwnFunction;
  readonly api: HttpApi;
  readonly stage: IHttpStage;
  readonly accessLog: AccessLog;
  /** The base URL, without a slash at the end. */
  readonly host: string;
  readonly url: string;
  /** The URL that Infobip pushes to, without the kind at its end. */
  readonly pushUrl: string;
  readonly consoleUrl: string;
  /** Where a custom domain name has to point (CNAME), if there is one. */
  readonly domainTarget: string | undefined;

  constructor(scope: Construct, id: string, { config, alarms, ...rest }: QueryEndpointProps) {
    super(scope, id);
    this.function = new OwnFunction(this, "Query", {
      ...rest,
      description: "Answers questions about the archive",
      timeout: Duration.seconds(TIMEOUT_SECONDS),
      most: mostQueries(config),
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
    this.stage = this.api.addStage("Stage", {
      stageName: "$default",
      autoDeploy: true,
      accessLogSettings: this.accessLog,
      throttle: { rateLimit: config.throttleRatePerSecond, burstLimit: config.throttleBurst },
    });
    const domain = config.domainName
      ? new OwnDomain(this, "Domain", { ...config, api: this.api, stage: this.stage })
      : undefined;
    this.host = domain?.url ?? this.api.apiEndpoint;
    this.url = `${this.host}/omni/1/logs`;
    this.pushUrl = `${this.host}/push`;
    this.consoleUrl = this.host + CONSOLE_PATH;
    this.domainTarget = domain?.target;
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
      heading: "Sign-ins are refused",
      impact: "Somebody tries credentials, or a client's were changed under it and it gets no answers.",
      metric: this.accessLog.refused,
      above: REFUSED_IN_FIVE_MINUTES,
      missing: "good",
    });
    alarms.add(this, {
      heading: "Query Lambda is throttled",
      impact: "Clients get errors (503), because as many questions are being answered as may be.",
      metric: this.function.lambda.metricThrottles({ statistic: "Sum", period: Duration.minutes(5) }),
      above: 0,
      missing: "good",
    });
  }
}

/** Callers from outside must not take capacity from whatever else runs in the account; undefined: no limit. */
function mostQueries({
  queryConcurrency,
  reserveConcurrency,
}: Pick<Config, "queryConcurrency" | "reserveConcurrency">): number | undefined {
  return (queryConcurrency ?? (reserveConcurrency ? MOST_QUERIES : 0)) || undefined;
}
