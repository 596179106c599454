import * as v from "valibot";
import { type PullReport, pullSource } from "../lib/ingest/pull.ts";
import { openIngest } from "../lib/ingest/services.ts";
import { SOURCE_NAMES } from "../lib/ingest/sources.ts";
import { ingestEnvironment, parseEnvironment } from "../lib/runtime/config.ts";
import { UpstreamRefusal } from "../lib/runtime/errors.ts";
import { parseInput, scheduledHandler } from "../lib/runtime/lambda.ts";
import { once } from "../lib/runtime/once.ts";
import type { Telemetry } from "../lib/runtime/telemetry.ts";

/** What the schedule sends. */
const input = v.object({ source: v.picklist(SOURCE_NAMES) });

const services = once(() => openIngest(parseEnvironment(ingestEnvironment, process.env)));

/**
 * Pulls the reports of one source into the archive. Input: `{"source": "sms"}`, from EventBridge Scheduler. Fails, for
 * the schedule's alarm to see, when DynamoDB or Infobip's authorisation does; may be repeated at any time.
 */
export const handler = scheduledHandler(
  "ingest",
  services,
  async ({ telemetry, ...shared }, event, context) => {
    const { source } = parseInput(input, event);
    const report = await pullSource(source, {
      ...shared,
      remainingMs: () => context.getRemainingTimeInMillis(),
    });
    tell(report, telemetry);
    if (report.refusal !== undefined && report.pulled === 0) throw new UpstreamRefusal(report.refusal);
  },
);

function tell(report: PullReport, telemetry: Telemetry): void {
  const { source, refusal, saturated, resumed, lastGoodPullAgeSeconds, reports, ...metrics } = report;
  const age = lastGoodPullAgeSeconds === undefined ? {} : { lastGoodPullAgeSeconds };
  telemetry.run({
    what: "ingest",
    dimensions: { source },
    metrics: { ...metrics, ...age },
    details: { refusal, saturated, resumed },
  });
  // Lines without metrics: the dashboard adds them up, and thirty metrics by channel and status would cost more.
  for (const { channel, status, count } of reports) {
    telemetry.run({ what: "reports", metrics: {}, details: { channel, status, count } });
  }
}
