import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { Alarms } from "./alarms.ts";
import { DeadLetters } from "./dead-letters.ts";
import { type FunctionProps, OwnFunction } from "./lambda-function.ts";
import { Schedule } from "./schedule.ts";

export interface ScheduledProps extends FunctionProps {
  readonly everyMinutes: number;
  readonly input: Readonly<Record<string, string>>;
  readonly alarms: Alarms;
  /** "ingest" or "reconcile": how the runbook calls it. */
  readonly what: string;
  readonly of?: string;
  /** What is lost while it does not work. */
  readonly impact: string;
}

/** A Lambda that runs by the clock, and the alarms that every such Lambda has. */
export class ScheduledFunction extends Construct {
  readonly function: OwnFunction;
  readonly #props: ScheduledProps;
  /** How long an alarm adds up: one turn at least, and never a hectic minute. */
  readonly #period: Duration;

  constructor(scope: Construct, id: string, props: ScheduledProps) {
    super(scope, id);
    this.#props = props;
    this.#period = Duration.minutes(Math.max(5, props.everyMinutes));
    const failed = new DeadLetters(this, "Failed");
    this.function = new OwnFunction(this, "Job", { ...props, deadLetters: failed.queue });
    const { lambda } = this.function;
    lambda.configureAsyncInvoke({
      // Once more after a minute, for a hiccup; then the next turn does the same work anyway.
      retryAttempts: 1,
      maxEventAge: Duration.minutes(Math.max(2, props.everyMinutes)),
    });
    const { description, everyMinutes, input } = props;
    const schedule = new Schedule(this, "Turns", { description, everyMinutes, input, target: lambda });
    this.#watchRuns();
    this.#watchDeadLetters(failed, "has failed runs");
    this.#watchDeadLetters(schedule.deadLetters, "was not invoked");
  }

  #watchRuns(): void {
    const { alarms, what, of = "", impact } = this.#props;
    const { lambda } = this.function;
    const figures = { statistic: "Sum", period: this.#period };
    alarms.add(this, {
      heading: `${what} is failing`,
      of,
      impact,
      metric: lambda.metricErrors(figures),
      above: 0,
      periods: 2,
      missing: "good",
    });
    alarms.add(this, {
      heading: `${what} is not running`,
      of,
      impact,
      metric: lambda.metricInvocations(figures),
      below: 1,
      periods: 3,
      missing: "bad",
    });
  }

  #watchDeadLetters(letters: DeadLetters, problem: string): void {
    const { alarms, what, of = "" } = this.#props;
    alarms.add(this, {
      heading: `${what} ${problem}`,
      of,
      impact: "Nothing is lost yet: the next turn does the same work, but these turns came to nothing.",
      metric: letters.waiting(),
      above: 0,
      missing: "good",
    });
  }
}
