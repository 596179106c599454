import { parseArgs } from "node:util";
import * as v from "valibot";
import { extendAll } from "../../lib/ingest/extend-retention.ts";
import { storageEnvironment } from "../../lib/runtime/config.ts";
import { openDatabase } from "../../lib/runtime/dynamodb.ts";
import { extendStatistics } from "../../lib/statistics/extend-retention.ts";
import { runCommand } from "./environment.ts";
import { STACK_OPTIONS, STACK_USAGE, stackSettings } from "./stack.ts";

const USAGE = `npm run retention -- extend --stack NAME     lets what is stored live as long as the stack's retention says

A retention that is raised holds for what is stored from then on; this extends the rest: deploy first, then run it. What
has expired stays expired, nothing is shortened, and it may be run again: it goes on where it ended.

${STACK_USAGE}`;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { ...STACK_OPTIONS, help: { type: "boolean" } },
  });
  if (values.help || positionals.join(" ") !== "extend") {
    process.stdout.write(USAGE);
    process.exitCode = values.help ? 0 : 1;
    return;
  }
  const environment = await stackSettings(v.object(storageEnvironment), values, process.env);
  const db = openDatabase(environment.TABLE_NAME);
  const living = { retentionHours: environment.RETENTION_HOURS, nowMs: Date.now() };
  // Statistics come first: they may be told until the end of the records that live longer.
  const hours = await extendStatistics(db, living);
  const extended = await extendAll({
    db,
    settings: { retentionHours: environment.RETENTION_HOURS },
    nowMs: living.nowMs,
    onProgress: ({ records, extended }) =>
      process.stderr.write(`${records} records looked at, ${extended} extended\n`),
  });
  process.stdout.write(`${JSON.stringify({ ...extended, hours })}\n`);
});
