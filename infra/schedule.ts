import { ArnFormat, Duration, Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { CfnSchedule } from "aws-cdk-lib/aws-scheduler";
import { Construct } from "constructs";
import type { DeadLetters } from "./dead-letters.ts";

export interface ScheduleProps {
  readonly everyMinutes: number;
  readonly target: IFunction;
  readonly input: Readonly<Record<string, string>>;
  readonly description: string;
  /** Where a turn goes that could not be handed to Lambda. */
  readonly deadLetters: DeadLetters;
}

/** Invokes a Lambda at an interval of minutes. */
export class Schedule extends Construct {
  constructor(scope: Construct, id: string, props: ScheduleProps) {
    super(scope, id);
    const { everyMinutes, target, input, description, deadLetters } = props;
    // Not CDK's LambdaInvoke target, whose role may invoke every version of the function, by a wildcard.
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: {
          StringEquals: { "aws:SourceAccount": Stack.of(this).account },
          ArnEquals: { "aws:SourceArn": this.#groupArn() },
        },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [target.functionArn] }),
    );
    role.addToPolicy(
      new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [deadLetters.queue.queueArn] }),
    );
    new CfnSchedule(this, "Schedule", {
      description,
      scheduleExpression: `rate(${everyMinutes} ${everyMinutes === 1 ? "minute" : "minutes"})`,
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn: target.functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify(input),
        deadLetterConfig: { arn: deadLetters.queue.queueArn },
        // After the next turn has begun, a retry of this one is useless.
        retryPolicy: {
          maximumRetryAttempts: 2,
          maximumEventAgeInSeconds: Duration.minutes(everyMinutes).toSeconds(),
        },
      },
    }).node.addDependency(role);
  }

  /** The ARN of the default schedule group, which Scheduler sends as the source of its calls. */
  #groupArn(): string {
    const group = { service: "scheduler", resource: "schedule-group", resourceName: "default" };
    return Stack.of(this).formatArn({ ...group, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
  }
}
