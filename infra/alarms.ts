import { RemovalPolicy, Stack } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";

/** One thing that wakes somebody. */
export interface AlarmProps {
  /** A heading of RUNBOOK.md, letter by letter. */
  readonly heading: string;
  /** Which of several alike, such as the source. */
  readonly of?: string;
  /** What its owner loses while it lasts: one sentence. */
  readonly impact: string;
  readonly metric: cloudwatch.IMetric;
  /** Rings when the metric is above this … */
  readonly above?: number;
  /** … or below this. */
  readonly below?: number;
  /** For so many of the metric's periods in a row; default 1. */
  readonly periods?: number;
  /** What to think when there is no figure. */
  readonly missing: "good" | "bad";
}

/** The one way to make an alarm: each says what it means, where to read on, and is heard by the topic. */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { email }: { email: string }) {
    super(scope, id);
    // CloudWatch may not use the key that AWS manages for SNS, so an encrypted topic needs its own.
    const key = new Key(this, "Key", {
      description: `Encrypts the alarms of ${Stack.of(this).stackName}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.topic = new Topic(this, "Topic", { masterKey: key, enforceSSL: true });
    const cloudWatch = new ServicePrincipal("cloudwatch.amazonaws.com", {
      conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
    });
    key.grant(cloudWatch, "kms:Decrypt", "kms:GenerateDataKey");
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ["sns:Publish"],
        resources: [this.topic.topicArn],
      }),
    );
    if (email) this.topic.addSubscription(new EmailSubscription(email));
  }

  /** Makes an alarm, heard by the topic when it rings and when it is over. */
  add(scope: Construct, props: AlarmProps): void {
    const { heading, metric, above, below, periods = 1, missing } = props;
    const { alarmName, alarmDescription } = describe(Stack.of(this).stackName, props);
    const threshold = above ?? below;
    if (threshold === undefined) throw new Error(`${alarmName}: above or below what?`);
    const alarm = new cloudwatch.Alarm(scope, `Alarm ${heading}`, {
      alarmName,
      alarmDescription,
      metric,
      threshold,
      comparisonOperator:
        above === undefined
          ? cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
          : cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData:
        missing === "bad" ? cloudwatch.TreatMissingData.BREACHING : cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    const ring = new SnsAction(this.topic);
    alarm.addAlarmAction(ring);
    alarm.addOkAction(ring);
  }
}

function describe(stack: string, { heading, of, impact }: Pick<AlarmProps, "heading" | "of" | "impact">) {
  return {
    alarmName: `${stack}: ${heading}${of ? ` (${of})` : ""}`,
    alarmDescription: `${impact} See "${heading}" in infra/RUNBOOK.md.`,
  };
}
