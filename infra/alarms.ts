import { Duration, Stack, Validations } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";

/** An alarm that somebody should act on. */
export interface AlarmProps {
  /** A heading of RUNBOOK.md, exactly as it is spelled there. */
  readonly heading: string;
  /** What the owner loses while it lasts, in one sentence. */
  readonly impact: string;
  readonly metric: cloudwatch.IMetric;
  /** Rings if the metric is above this … */
  readonly above?: number;
  /** … or below this. */
  readonly below?: number;
  /** For so many periods of the metric in a row; default 1. */
  readonly periods?: number;
  /** What missing data means; "same" keeps the previous state. */
  readonly missing: "good" | "bad" | "same";
}

/** Several alarms with one cause. */
export interface TogetherProps extends Pick<AlarmProps, "heading" | "impact"> {
  readonly alarms: readonly cloudwatch.IAlarm[];
  /** While this alarm rings, or is about to, it has said everything. */
  readonly unless: cloudwatch.IAlarm;
}

/** Alarms look at several minutes, so the one that silences others may ring slightly after them … */
const WAIT = Duration.minutes(5);
/** … and what was missing may take this long to catch up. */
const EXTENSION = Duration.hours(1);
const MISSING = {
  good: cloudwatch.TreatMissingData.NOT_BREACHING,
  bad: cloudwatch.TreatMissingData.BREACHING,
  same: cloudwatch.TreatMissingData.IGNORE,
};

/** Creates all alarms: each says what it means and where to read on, and notifies the topic. */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { email }: { email: string }) {
    super(scope, id);
    this.topic = new Topic(this, "Topic", { enforceSSL: true });
    Validations.of(this.topic).acknowledge({
      id: "AwsSolutions-SNS2",
      reason:
        "An alarm says its name and a figure, never data. CloudWatch cannot use AWS's own key, and one's own is $1 a month.",
    });
    const cloudWatch = new ServicePrincipal("cloudwatch.amazonaws.com", {
      conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
    });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ["sns:Publish"],
        resources: [this.topic.topicArn],
      }),
    );
    if (email) this.topic.addSubscription(new EmailSubscription(email));
  }

  /** The right to publish to the topic, for what is not a CloudWatch metric. */
  telling(): PolicyStatement {
    return new PolicyStatement({ actions: ["sns:Publish"], resources: [this.topic.topicArn] });
  }

  /** Creates an alarm that notifies the topic when it rings and when it is over. */
  add(scope: Construct, props: AlarmProps): cloudwatch.Alarm {
    const alarm = this.part(scope, props);
    this.#ring(alarm);
    return alarm;
  }

  /** Creates an alarm that does not notify by itself, as a part of one that rings for several. */
  part(scope: Construct, props: AlarmProps): cloudwatch.Alarm {
    const { heading, metric, above, below, periods = 1, missing } = props;
    const described = describe(Stack.of(this).stackName, props);
    const threshold = above ?? below;
    if (threshold === undefined) throw new Error(`${heading}: above or below what?`);
    return new cloudwatch.Alarm(scope, `Alarm ${heading}`, {
      ...described,
      metric,
      threshold,
      comparisonOperator:
        above === undefined
          ? cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
          : cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: MISSING[missing],
    });
  }

  /** Creates one alarm that rings once for several with the same cause. */
  together(scope: Construct, props: TogetherProps): void {
    const { compositeAlarmName, alarmDescription } = renamed(describe(Stack.of(this).stackName, props));
    const alarm = new cloudwatch.CompositeAlarm(scope, `Alarm ${props.heading}`, {
      compositeAlarmName,
      alarmDescription,
      alarmRule: cloudwatch.AlarmRule.anyOf(...props.alarms),
      actionsSuppressor: props.unless,
      actionsSuppressorWaitPeriod: WAIT,
      actionsSuppressorExtensionPeriod: EXTENSION,
    });
    this.#ring(alarm);
  }

  #ring(alarm: cloudwatch.AlarmBase): void {
    const ring = new SnsAction(this.topic);
    alarm.addAlarmAction(ring);
    alarm.addOkAction(ring);
  }
}

function renamed({ alarmName, alarmDescription }: ReturnType<typeof describe>) {
  return { compositeAlarmName: alarmName, alarmDescription };
}

function describe(stack: string, { heading, impact }: Pick<AlarmProps, "heading" | "impact">) {
  return {
    alarmName: `${stack}: ${heading}`,
    alarmDescription: `${impact} See "${heading}" in infra/RUNBOOK.md.`,
  };
}
