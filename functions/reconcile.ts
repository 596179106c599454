import { Pace } from "../lib/infobip/pace.ts";
import { reconcile } from "../lib/ingest/reconcile.ts";
import { openIngest } from "../lib/ingest/services.ts";
import { type Lag, lags, readerFigures } from "../lib/log/lag.ts";
import { parseEnvironment, reconcileEnvironment } from "../lib/runtime/config.ts";
import { scheduledHandler } from "../lib/runtime/lambda.ts";
import { once } from "../lib/runtime/once.ts";
import type { Telemetry } from "../lib/runtime/telemetry.ts";

const services = once(() => {
  const environment = parseEnvironment(reconcileEnvironment, process.env);
  const shared = openIngest(environment);
  return { ...shared, pace: new Pace(environment.RECONCILE_REQUESTS_PER_MINUTE, shared.clock) };
});

/**
 * Compares the archive with Infobip's logs, and repairs it. The input is ignored: how far it has checked is stored in
 * the table. May be repeated at any time, and run beside the ingest.
 */
export const handler = scheduledHandler(
  "reconcile",
  services,
  async ({ telemetry, ...shared }, _event, context) => {
    const run = await reconcile({ ...shared, remainingMs: () => context.getRemainingTimeInMillis() });
    const { stopped, windows, settledDoubts, gaps, reachHours, disagreeing, behindSeconds, ...figures } = run;
    const { lastGoodPullAgeSeconds, ...metrics } = figures;
    const behind = Object.fromEntries(
      Object.entries(behindSeconds).map(([pass, seconds]) => [`${pass}BehindSeconds`, Math.round(seconds)]),
    );
    const details = { stopped, windows, settledDoubts, gaps, reachHours, disagreeing };
    telemetry.run({ what: "reconcile", metrics: { ...metrics, ...behind }, details });
    await tellReaders(shared, telemetry);
    for (const [source, age] of Object.entries(lastGoodPullAgeSeconds)) {
      // Only logged: a source that was removed from the settings must not raise an alarm.
      telemetry.run({ what: "health", metrics: {}, details: { source, lastGoodPullAgeSeconds: age } });
    }
  },
);

/**
 * How far the clients that pull reports from here are behind, so that one that died is noticed before its reports
 * expire.
 */
async function tellReaders(
  {
    positions,
    reportIndex,
    clock,
  }: Pick<ReturnType<typeof openIngest>, "positions" | "reportIndex" | "clock">,
  telemetry: Telemetry,
): Promise<void> {
  const found: Lag[] = [];
  for await (const lag of lags(positions, reportIndex, clock.now())) found.push(lag);
  const figures = readerFigures(found);
  if (figures) telemetry.run({ what: "readers", metrics: { ...figures } });
  for (const { client, stream, pages, lagMs } of found) {
    if (pages === 0) continue;
    const details = { client, source: stream, pages, lagSeconds: Math.round(lagMs / 1000) };
    telemetry.run({ what: "reader", metrics: {}, details });
  }
}
