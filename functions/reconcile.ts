import { Pace } from "../lib/ingest/pace.ts";
import { reconcile } from "../lib/ingest/reconcile.ts";
import { openIngest } from "../lib/ingest/services.ts";
import { parseEnvironment, reconcileEnvironment } from "../lib/runtime/config.ts";
import { scheduledHandler } from "../lib/runtime/lambda.ts";
import { once } from "../lib/runtime/once.ts";

const services = once(() => {
  const environment = parseEnvironment(reconcileEnvironment, process.env);
  const shared = openIngest(environment);
  return { ...shared, pace: new Pace(environment.RECONCILE_REQUESTS_PER_MINUTE, shared.clock) };
});

/**
 * Compares the archive with Infobip's logs, and repairs it. The input is not looked at: how far it has checked is in
 * the table. May be repeated at any time, and beside the ingest.
 */
export const handler = scheduledHandler(
  "reconcile",
  services,
  async ({ telemetry, ...shared }, _event, context) => {
    const report = await reconcile({ ...shared, remainingMs: () => context.getRemainingTimeInMillis() });
    const { stopped, requests, settledDoubts, lastGoodPullAgeSeconds, ...metrics } = report;
    telemetry.run({ what: "reconcile", metrics, details: { stopped, requests, settledDoubts } });
    for (const [source, age] of Object.entries(lastGoodPullAgeSeconds)) {
      telemetry.run({ what: "health", dimensions: { source }, metrics: { lastGoodPullAgeSeconds: age } });
    }
  },
);
