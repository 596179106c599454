import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import { type FunctionProps, OwnFunction } from "./lambda-function.ts";
import type { Leftovers } from "./leftovers.ts";
import { Schedule } from "./schedule.ts";

export interface ScheduledProps extends FunctionProps {
  readonly everyMinutes: number;
  /** The input of the Lambda, which also identifies it among the leftovers. */
  readonly input: Readonly<Record<string, string>>;
  readonly leftovers: Leftovers;
}

/** What the stack gives to each construct of a scheduled Lambda. */
export type JobProps = Pick<
  ScheduledProps,
  "code" | "environment" | "rights" | "logRetentionDays" | "alone" | "everyMinutes" | "leftovers"
>;

/** A Lambda that runs on a schedule. Its alarms are made where it is created (job-alarms.ts). */
export class ScheduledFunction extends Construct {
  readonly function: OwnFunction;
  readonly everyMinutes: number;

  constructor(scope: Construct, id: string, props: ScheduledProps) {
    super(scope, id);
    const { description, everyMinutes, input, leftovers } = props;
    this.everyMinutes = everyMinutes;
    this.function = new OwnFunction(this, "Job", { ...props, deadLetters: leftovers.failed.queue });
    const { lambda } = this.function;
    lambda.configureAsyncInvoke({
      // One retry after a minute, for a hiccup; the next turn does the same work anyway.
      retryAttempts: 1,
      maxEventAge: Duration.minutes(Math.max(2, everyMinutes)),
    });
    const deadLetters = leftovers.notInvoked;
    new Schedule(this, "Turns", { description, everyMinutes, input, target: lambda, deadLetters });
  }
}
