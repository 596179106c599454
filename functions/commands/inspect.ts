import { parseArgs } from "node:util";
import * as v from "valibot";
import { loadCatalog } from "../../lib/archive/catalog.ts";
import { blockSummaries } from "../../lib/archive/inspect.ts";
import { PageLog } from "../../lib/log/page-log.ts";
import { storageEnvironment } from "../../lib/runtime/config.ts";
import { openDatabase } from "../../lib/runtime/dynamodb.ts";
import { runCommand } from "./environment.ts";
import { STACK_OPTIONS, STACK_USAGE, stackSettings } from "./stack.ts";

const USAGE = `npm run inspect -- --stack NAME, and one of
  --message ID, --recipient TO, --hour YYYY-MM-DDTHH (of sending, in UTC), --log SOURCE

Says in words what the table holds of it: DynamoDB's own console shows bytes only.

${STACK_USAGE}`;

const HOUR = /^\d{4}-\d{2}-\d{2}T\d{2}$/;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      ...STACK_OPTIONS,
      help: { type: "boolean" },
      message: { type: "string" },
      recipient: { type: "string" },
      hour: { type: "string" },
      log: { type: "string" },
    },
  });
  const { message, recipient, hour, log } = values;
  const isClear = [message, recipient, hour, log].filter((given) => given !== undefined).length === 1;
  if (values.help || !isClear || !HOUR.test(hour ?? "2026-01-01T00")) {
    process.stdout.write(USAGE);
    process.exitCode = values.help ? 0 : 1;
    return;
  }
  const environment = await stackSettings(v.object(storageEnvironment), values, process.env);
  const db = openDatabase(environment.TABLE_NAME);
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  if (log !== undefined) return sayLog(new PageLog(db), log, say);
  const catalog = await loadCatalog(db);
  say(`${catalog.runs.length} settled runs; ${catalog.trash.length} things wait to be deleted`);
  for await (const line of blockSummaries(db, catalog, { message, recipient, hour })) say(line);
});

async function sayLog(log: PageLog, source: string, say: (line: string) => void): Promise<void> {
  const end = await log.end(source);
  say(
    end === 0
      ? `the log ${source} holds no page`
      : `the log ${source} ends with page ${end}; the last of its pages:`,
  );
  for await (const page of log.read(source, Math.max(0, end - 10))) {
    const bytes = (await log.load(page)).length;
    say(`  ${page.place}: ${bytes} bytes by ${page.way} at ${new Date(page.atMs).toISOString()}`);
  }
}
