import { arrivalLagMs } from "../lib/ingest/arrival-lag.ts";
import { keepMoments } from "../lib/log/moments.ts";
import { systemClock } from "../lib/runtime/clock.ts";
import { parseEnvironment, settleEnvironment } from "../lib/runtime/config.ts";
import { openDatabase } from "../lib/runtime/dynamodb.ts";
import { scheduledHandler } from "../lib/runtime/lambda.ts";
import { once } from "../lib/runtime/once.ts";
import { openTelemetry } from "../lib/runtime/telemetry.ts";
import { type Alerting, alertingOf } from "../lib/statistics/alerts/alerting.ts";
import { evaluate } from "../lib/statistics/alerts/evaluate.ts";
import type { Counted } from "../lib/statistics/count.ts";
import { countAndSettle } from "../lib/statistics/count-and-settle.ts";

const services = once(() => {
  const environment = parseEnvironment(settleEnvironment, process.env);
  return {
    db: openDatabase(environment.TABLE_NAME),
    clock: systemClock,
    telemetry: openTelemetry(environment),
    alerting: alertingOf(environment, process.env),
  };
});

/**
 * Every few minutes: counts what has arrived, settles what is old enough, and checks deliveries for alerts. The input
 * is ignored: what waits is stored in the table. May be repeated at any time, and run twice at once. If it lags,
 * answers stay complete but cost more.
 */
export const handler = scheduledHandler(
  "settle",
  services,
  async ({ telemetry, alerting, ...shared }, _event, context) => {
    const remainingMs = () => context.getRemainingTimeInMillis();
    const { settled, counted, fault } = await countAndSettle({
      ...{ ...shared, remainingMs },
      noteMoved: (moved) => keepMoments(shared.db, moved),
    });
    const { waitingPages, waitingSeconds, records, runs, ...details } = settled;
    telemetry.run({
      what: "settle",
      metrics: { settledRecords: records, settleWaitingSeconds: waitingSeconds, waitingPages, runs },
      details: { ...details, countedHours: counted?.hours.size, staleCubes: counted?.stale },
    });
    // Without a complete count no judgement is possible.
    if (counted?.isWhole) await judge({ ...shared, telemetry, alerting, counted });
    if (fault !== undefined) throw fault;
  },
);

interface Judging extends Pick<ReturnType<typeof services>, "db" | "clock" | "telemetry"> {
  readonly alerting: Alerting;
  readonly counted: Counted;
}

/** Compares the latest counts with what is usual, and reports what is worse. */
async function judge({ db, clock, telemetry, alerting, counted }: Judging): Promise<void> {
  const { settings, mutes, noticeOf, publish } = alerting;
  const judged = await evaluate({
    ...{ db, clock, settings, mutes, lagMs: await arrivalLagMs(db, clock.now()) },
    ...{ counted: counted.hours, countLeft: counted.countLeft },
    tell: async (event) => {
      const notice = noticeOf(event);
      telemetry.run({ what: "alert", metrics: { [event.what]: 1 }, details: { text: notice.message } });
      await publish(notice);
    },
  });
  const { isBehind, ...metrics } = judged;
  telemetry.run({ what: "judge", metrics: { ...metrics }, details: { isBehind } });
}
