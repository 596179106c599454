import * as v from "valibot";
import { pullSource } from "../lib/ingest/pull.ts";
import { openIngest } from "../lib/ingest/services.ts";
import { SOURCE_NAMES } from "../lib/ingest/sources.ts";
import { ingestEnvironment, parseEnvironment } from "../lib/runtime/config.ts";
import type { RunContext } from "../lib/runtime/lambda.ts";
import { parseInput } from "../lib/runtime/lambda.ts";
import { once } from "../lib/runtime/once.ts";

/** What the schedule sends. */
const input = v.object({ source: v.picklist(SOURCE_NAMES) });

const services = once(() => openIngest(parseEnvironment(ingestEnvironment, process.env)));

/**
 * Pulls the reports of one source into the archive. Input: `{"source": "sms"}`, from EventBridge Scheduler. Fails, for
 * the schedule's alarm to see, when DynamoDB or Infobip's authorisation does; may be repeated at any time.
 */
export async function handler(event: unknown, context: RunContext): Promise<void> {
  const { telemetry, ...shared } = services();
  try {
    const { source } = parseInput(input, event);
    const report = await pullSource(source, {
      ...shared,
      remainingMs: () => context.getRemainingTimeInMillis(),
    });
    const { refusal, saturated, source: _source, lastGoodPullAgeSeconds, ...counts } = report;
    telemetry.run({
      what: "ingest",
      dimensions: { source },
      metrics: {
        ...counts,
        saturated: Number(saturated),
        ...(lastGoodPullAgeSeconds === undefined ? {} : { lastGoodPullAgeSeconds }),
      },
      details: { refusal },
    });
    if (refusal !== undefined && report.pulled === 0) throw new UpstreamRefusal(refusal);
  } catch (error) {
    telemetry.fault("ingest", error);
    throw error;
  }
}

/** Infobip refused the request: a wrong key, a wrong address, too many requests, or nobody there. */
class UpstreamRefusal extends Error {
  override readonly name = "UpstreamRefusal";
  readonly code: string;

  constructor(reason: string) {
    super(`Infobip refused the request: ${reason}`);
    this.code = reason;
  }
}
