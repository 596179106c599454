import { Construct } from "constructs";
import type { Alarms } from "./alarms.ts";
import { DeadLetters } from "./dead-letters.ts";

/** In five minutes each: longer than most outages, which ring by themselves, and shorter than SQS counts without a visit. */
const PERIODS = 48;

/** What no scheduled Lambda could do, of all of them; each message says whose it is. */
export class Leftovers extends Construct {
  /** Runs that failed twice. */
  readonly failed: DeadLetters;
  /** Turns that could not even be handed to Lambda. */
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
