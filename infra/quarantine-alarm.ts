import type { Construct } from "constructs";
import type { Alarms } from "./alarms.ts";
import { ownMetric } from "./metrics.ts";

/** Rings while anything is in quarantine, from any source: the reconciler checks on each run. */
export function watchQuarantine(scope: Construct, alarms: Alarms, everyMinutes: number): void {
  alarms.add(scope, {
    heading: "The quarantine is not empty",
    impact: "Some reports were not understood: they are kept as they came, but no query finds them.",
    metric: ownMetric(scope, "quarantineNotEmpty", { statistic: "Maximum", minutes: 2 * everyMinutes }),
    above: 0,
    missing: "good",
  });
}
