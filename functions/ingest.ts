import * as v from "valibot";
import { SOURCE_NAMES } from "../lib/infobip/sources.ts";
import { type PullRun, pullSource } from "../lib/ingest/pull.ts";
import { openIngest } from "../lib/ingest/services.ts";
import { ingestEnvironment, parseEnvironment } from "../lib/runtime/config.ts";
import { UpstreamRefusal } from "../lib/runtime/errors.ts";
import { parseInput, scheduledHandler } from "../lib/runtime/lambda.ts";
import { once } from "../lib/runtime/once.ts";
import type { Telemetry } from "../lib/runtime/telemetry.ts";

/** What the schedule sends. */
const input = v.object({ source: v.picklist(SOURCE_NAMES) });

const services = once(() => openIngest(parseEnvironment(ingestEnvironment, process.env)));

/**
 * Pulls the reports of one source into the archive. Input: `{"source": "sms"}`, from EventBridge Scheduler. Fails,
 * which raises the schedule's alarm, if DynamoDB or Infobip's authorisation does; may be repeated at any time.
 */
export const handler = scheduledHandler(
  "ingest",
  services,
  async ({ telemetry, ...shared }, event, context) => {
    const { source } = parseInput(input, event);
    const run = await pullSource(source, {
      ...shared,
      remainingMs: () => context.getRemainingTimeInMillis(),
    });
    tell(run, telemetry);
    // A missing key is not a failure of the run: the log says so, and it has an alarm of its own.
    const isFailed = run.refusal !== undefined && run.pulled === 0 && !run.isKeyMissing;
    if (isFailed) throw new UpstreamRefusal(run.refusal);
  },
);

/** The age of a source's last good pull if there has never been one: as long as Infobip keeps anything. */
const NEVER_SECONDS = 48 * 3_600;

function tell(run: PullRun, telemetry: Telemetry): void {
  const { source, reports, refusal, doubtReason, saturated, resumed, isKeyMissing, ...figures } = run;
  const { lastGoodPullAgeSeconds = NEVER_SECONDS, ...metrics } = figures;
  telemetry.run({
    what: "ingest",
    dimensions: { source },
    metrics: {
      ...metrics,
      lastGoodPullAgeSeconds,
      keyMissing: Number(isKeyMissing),
    },
    details: { refusal, doubtReason, saturated, resumed },
  });
  // Log lines without metrics, for the dashboard to add up: thirty metrics by channel and status would cost more.
  for (const { channel, status, count } of reports) {
    telemetry.run({ what: "reports", metrics: {}, details: { channel, status, count } });
  }
}
