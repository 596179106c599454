import { Duration } from "aws-cdk-lib";
import { type CfnStage, type HttpApi, HttpMethod, type IHttpStage } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import type { Alarms } from "./alarms.ts";
import type { Config } from "./config.ts";
import { ownMetric } from "./metrics.ts";
import { type JobProps, ScheduledFunction } from "./scheduled-function.ts";

export interface ReceiverProps extends Omit<JobProps, "everyMinutes" | "alone"> {
  readonly alarms: Alarms;
  /** The API of the query endpoint, so that pushes go to the same host. */
  readonly api: HttpApi;
  readonly stage: IHttpStage;
  readonly config: Pick<Config, "pushConcurrency" | "pushRatePerSecond" | "reserveConcurrency">;
}

/** What is stored is merged at once; this is for what a burst or a crash has left. */
const MERGE_EVERY_MINUTES = 2;
/**
 * Shorter than the read time-out of Infobip's profile (60 s). Pushes are answered much sooner: this is for merging what
 * is left.
 */
const TIMEOUT_SECONDS = 55;
/** Only these: what is pulled for mobile push begins with /push, too. */
const PATHS = ["/push/{kind}", "/push/{kind}/{secret}"];
const BURST_SECONDS = 2;
const REFUSED_IN_FIVE_MINUTES = 20;

/** `POST /push/…`: the Lambda that stores what Infobip pushes, and merges it. */
export class Receiver extends Construct {
  readonly job: ScheduledFunction;

  constructor(scope: Construct, id: string, { alarms, api, stage, config, ...rest }: ReceiverProps) {
    super(scope, id);
    this.job = new ScheduledFunction(this, "Receive", {
      ...rest,
      everyMinutes: MERGE_EVERY_MINUTES,
      description: "Lands what Infobip pushes, and merges it into the archive",
      timeout: Duration.seconds(TIMEOUT_SECONDS),
      input: { job: "merge" },
      // If more arrive at once they are told to come back, which Infobip does: they must not take capacity from pulls
      // and queries.
      most: config.reserveConcurrency ? config.pushConcurrency : undefined,
    });
    const integration = new HttpLambdaIntegration("Push", this.job.function.lambda);
    const routes = PATHS.flatMap((path) => api.addRoutes({ path, methods: [HttpMethod.POST], integration }));
    const rate = config.pushRatePerSecond;
    // CloudFormation's own names, which CDK passes on unchanged.
    const settings = { ThrottlingRateLimit: rate, ThrottlingBurstLimit: Math.ceil(rate * BURST_SECONDS) };
    const stageResource = stage.node.defaultChild as CfnStage;
    const pushes = Object.fromEntries(PATHS.map((path) => [`POST ${path}`, settings]));
    stageResource.routeSettings = { ...stageResource.routeSettings, ...pushes };
    for (const route of routes) stage.node.addDependency(route);
    this.#watch(alarms);
  }

  #watch(alarms: Alarms): void {
    const period = Duration.minutes(5);
    const { lambda } = this.job.function;
    alarms.add(this, {
      heading: "Pushes are refused",
      impact:
        "Infobip pushes with credentials that are not known here, and gives up after 41 hours; or somebody else tries.",
      metric: ownMetric(this, "pushesRefused", { statistic: "Sum", minutes: 5 }),
      above: REFUSED_IN_FIVE_MINUTES,
      missing: "good",
    });
    alarms.add(this, {
      heading: "Pushes are not landed",
      impact: "Infobip is told to push again, and gives up after 41 hours; or what has landed is not merged.",
      metric: new MathExpression({
        expression: "FILL(refused, 0) + FILL(errors, 0) + IF(FILL(runs, 0) < 1, 1, 0)",
        usingMetrics: {
          runs: lambda.metricInvocations({ statistic: "Sum", period }),
          refused: ownMetric(this, "pushesNotLanded", { statistic: "Sum", minutes: 5 }),
          errors: lambda.metricErrors({ statistic: "Sum", period }),
        },
        period,
      }),
      above: 0,
      periods: 3,
      // Before the first run there is no data.
      missing: "same",
    });
    alarms.add(this, {
      heading: "A channel pushes no more",
      impact:
        "Nothing has been pushed for twice as long as ever lately: reports of a channel may be lost at Infobip.",
      metric: ownMetric(this, "pushSilencePercent", { statistic: "Maximum", minutes: 5 }),
      above: 100,
      periods: 3,
      missing: "good",
    });
    alarms.add(this, {
      heading: "A sender is warned",
      impact:
        "Infobip is about to block a domain that e-mail is sent from, or has, since too much of it bounces.",
      metric: ownMetric(this, "senderWarnings", { statistic: "Sum", minutes: 5 }),
      above: 0,
      missing: "good",
    });
  }
}
