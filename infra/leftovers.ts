import { Construct } from "constructs";
import type { Alarms } from "./alarms.ts";
import { DeadLetters } from "./dead-letters.ts";

/**
 * Of five minutes each: longer than most outages, which raise their own alarms, and shorter than SQS sends metrics for
 * an idle queue.
 */
const PERIODS = 48;

/** What scheduled Lambdas could not do; each message says whose it is. */
export class Leftovers extends Construct {
  /** Runs that failed twice. */
  readonly failed: DeadLetters;
  /** Turns that Scheduler could not hand to Lambda. */
  readonly notInvoked: DeadLetters;

  constructor(scope: Construct, id: string, alarms: Alarms) {
    super(scope, id);
    this.failed = new DeadLetters(this, "Failed");
    this.notInvoked = new DeadLetters(this, "NotInvoked");
    const impact = "Nothing is lost by it: the next turns do the same work. But somebody should know why.";
    const common = { impact, above: 0, periods: PERIODS, missing: "same" } as const;
    alarms.add(this, { ...common, heading: "Failed runs are left over", metric: this.failed.waiting() });
    alarms.add(this, { ...common, heading: "Turns were not invoked", metric: this.notInvoked.waiting() });
  }
}
