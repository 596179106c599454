import { parseArgs } from "node:util";
import { Presets, SingleBar } from "cli-progress";
import { Pace } from "../../lib/infobip/pace.ts";
import { LOGS_REACH_MS } from "../../lib/infobip/sources.ts";
import type { Window } from "../../lib/infobip/windows.ts";
import { backfill } from "../../lib/ingest/reconcile.ts";
import { openIngest } from "../../lib/ingest/services.ts";
import { reconcileEnvironment } from "../../lib/runtime/config.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";
import { runCommand } from "./environment.ts";
import { momentOf } from "./flags.ts";
import { STACK_OPTIONS, STACK_USAGE, stackSettings } from "./stack.ts";

const USAGE = `npm run backfill -- --stack NAME [--since DATE] [--until DATE]
                         compares the archive with Infobip's logs and repairs it

  --since, --until   send times, such as 2026-11-22T08:00:00+01:00 (default: the 48 hours that the logs reach)
${STACK_USAGE}`;
const A_DAY_MS = 24 * 3_600_000;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      ...STACK_OPTIONS,
      since: { type: "string" },
      until: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const environment = await stackSettings(reconcileEnvironment, values, process.env);
  const services = openIngest(environment);
  const nowMs = services.clock.now();
  const window = {
    sinceMs: momentOf("--since", values.since) ?? nowMs - LOGS_REACH_MS,
    untilMs: momentOf("--until", values.until) ?? nowMs,
  };
  const summary = await run(window, services, environment.RECONCILE_REQUESTS_PER_MINUTE);
  await services.infobip.close();
  const { stopped, disagreeing: _, ...figures } = summary;
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  if (stopped)
    throw new ConfigurationError(`it stopped before the end: ${stopped}. Run it again: it may be repeated.`);
});

async function run(window: Window, services: ReturnType<typeof openIngest>, perMinute: number) {
  const bar = new SingleBar(
    { format: "{bar} {percentage}%  {checked} checked  {eta_formatted} left", hideCursor: true },
    Presets.shades_grey,
  );
  bar.start(window.untilMs - window.sinceMs, 0, { checked: 0 });
  const summary = await backfill(window, {
    ...services,
    pace: new Pace(perMinute, services.clock),
    remainingMs: () => A_DAY_MS,
    onProgress: (done) => bar.update(done.window.untilMs - done.from, { checked: done.checked }),
  });
  bar.stop();
  return summary;
}
