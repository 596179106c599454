import { parseArgs } from "node:util";
import { Presets, SingleBar } from "cli-progress";
import type { Window } from "../../lib/ingest/logs.ts";
import { Pace } from "../../lib/ingest/pace.ts";
import { backfill } from "../../lib/ingest/reconcile.ts";
import { openIngest } from "../../lib/ingest/services.ts";
import { LOGS_REACH_MS } from "../../lib/ingest/sources.ts";
import { parseEnvironment, reconcileEnvironment } from "../../lib/runtime/config.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";
import { parseMoment } from "../../lib/runtime/time.ts";
import { runCommand, useLocalDefaults } from "./environment.ts";

const USAGE = `npm run backfill -- [--since DATE] [--until DATE]     compares the archive with Infobip's logs and repairs it

  --since, --until   send times, such as 2026-11-22T08:00:00+01:00 (default: the 48 hours that the logs reach)
Needs INFOBIP_BASE_URL and INFOBIP_AUTHORIZATION, and TABLE_NAME where it is not omnilog. Credentials and region come
from the AWS environment; AWS_ENDPOINT_URL_DYNAMODB points to a local database.
`;
const A_DAY_MS = 24 * 3_600_000;

await runCommand(async () => {
  const { values } = parseArgs({
    options: { since: { type: "string" }, until: { type: "string" }, help: { type: "boolean" } },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  useLocalDefaults(process.env);
  const environment = parseEnvironment(reconcileEnvironment, process.env);
  const services = openIngest(environment);
  const nowMs = services.clock.now();
  const window = {
    sinceMs: dateOf("--since", values.since, nowMs - LOGS_REACH_MS),
    untilMs: dateOf("--until", values.until, nowMs),
  };
  const report = await run(window, services, environment.RECONCILE_REQUESTS_PER_MINUTE);
  await services.infobip.close();
  const { requests, checked, inserted, enriched, repaired, quarantined, fullMilliseconds, stopped } = report;
  process.stdout.write(
    `${JSON.stringify({ requests, checked, inserted, enriched, repaired, quarantined, fullMilliseconds })}\n`,
  );
  if (stopped)
    throw new ConfigurationError(`it stopped before the end: ${stopped}. Run it again: it may be repeated.`);
});

async function run(window: Window, services: ReturnType<typeof openIngest>, perMinute: number) {
  const bar = new SingleBar(
    { format: "{bar} {percentage}%  {checked} checked  {eta_formatted} left", hideCursor: true },
    Presets.shades_grey,
  );
  bar.start(window.untilMs - window.sinceMs, 0, { checked: 0 });
  const report = await backfill(window, {
    ...services,
    pace: new Pace(perMinute, services.clock),
    remainingMs: () => A_DAY_MS,
    onProgress: (done) => bar.update(done.window.untilMs - done.from, { checked: done.checked }),
  });
  bar.stop();
  return report;
}

function dateOf(flag: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const moment = parseMoment(text);
  if (!moment) throw new ConfigurationError(`${flag} must be a date such as 2026-11-22T08:00:00+01:00`);
  return moment.epochMs;
}
