import type { MergedPage } from "../ingest/merge-page.ts";
import type { Telemetry } from "../runtime/telemetry.ts";
import type { MergedLeft } from "./merge-pushed.ts";
import type { PushRequest } from "./push.ts";
import type { Received } from "./receive.ts";

/**
 * Tells that a kind of push has been silent for too long, and says nothing otherwise: CloudWatch charges for
 * a metric only while it is sent.
 */
export function tellSilence(
  telemetry: Telemetry,
  { silencePercent: percent = 0, silentKind: kind }: MergedLeft,
): void {
  if (percent <= 100) return;
  telemetry.run({ what: "silence", metrics: { pushSilencePercent: percent }, details: { kind } });
}

/** One line a push. */
export function tellPush(
  telemetry: Telemetry,
  request: PushRequest,
  received: Received,
  pushMs: number,
): void {
  const { response, kind, cause } = received;
  const { statusCode: status } = response;
  if (cause !== undefined) telemetry.fault("push", cause, { requestId: request.id, status });
  telemetry.run({
    what: "push",
    metrics: {
      pushMs,
      bytes: request.body.length,
      ...(status === 401 || status === 403 ? { pushesRefused: 1 } : {}),
      ...(status === 503 ? { pushesNotLanded: 1 } : {}),
    },
    details: { status, kind, requestId: request.id },
  });
}

/** What was merged, in one line; and what it was. */
export function tellMerged(telemetry: Telemetry, pages: readonly MergedPage[]): void {
  if (pages.length === 0) return;
  const sum = (figure: (page: MergedPage) => number) =>
    pages.reduce((total, page) => total + figure(page), 0);
  const metrics = {
    pages: pages.length,
    merged: sum(({ count }) => count),
    events: sum(({ events }) => events),
    quarantined: sum(({ quarantined }) => quarantined),
    senderWarnings: sum(({ warnings }) => warnings.length),
  };
  telemetry.run({
    what: "merge of pushes",
    metrics,
    details: { warning: pages.flatMap(({ warnings }) => warnings)[0] },
  });
  // Lines without metrics: the dashboard adds them up.
  for (const { channel, status, count } of pages.flatMap(({ reports }) => reports))
    telemetry.run({ what: "reports", metrics: {}, details: { channel, status, count } });
}
