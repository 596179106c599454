import { parseArgs } from "node:util";
import * as v from "valibot";
import { replay } from "../../lib/ingest/replay.ts";
import { parseEnvironment, storageEnvironment } from "../../lib/runtime/config.ts";
import { openDatabase } from "../../lib/runtime/dynamodb.ts";
import { formatMoment } from "../../lib/runtime/time.ts";
import { Archive } from "../../lib/store/archive.ts";
import { Quarantine } from "../../lib/store/quarantine.ts";
import { runCommand, useLocalDefaults } from "./environment.ts";

const ACTIONS = ["list", "show", "replay", "drop"] as const;

const USAGE = `npm run quarantine               lists what could not be parsed, and why
npm run quarantine -- show       the same, with the texts as they came (they name recipients)
npm run quarantine -- replay     reads it all again, stores what can be read now, and lets go of it
npm run quarantine -- drop       lets go of everything as it is: look first

  --table NAME   the DynamoDB table (default: TABLE_NAME, or omnilog)
Credentials and region come from the AWS environment; AWS_ENDPOINT_URL_DYNAMODB points to a local database.
`;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { table: { type: "string" }, help: { type: "boolean" } },
  });
  const action = v.safeParse(v.picklist(ACTIONS), positionals[0] ?? "list");
  if (values.help || !action.success) {
    process.stdout.write(USAGE);
    process.exitCode = values.help ? 0 : 1;
    return;
  }
  useLocalDefaults(process.env);
  const environment = parseEnvironment(v.object(storageEnvironment), {
    ...process.env,
    ...(values.table ? { TABLE_NAME: values.table } : {}),
  });
  const db = openDatabase(environment.TABLE_NAME);
  const quarantine = new Quarantine(db, environment.RETENTION_HOURS);
  const archive = new Archive(db, {
    shards: environment.SHARDS,
    retentionHours: environment.RETENTION_HOURS,
  });
  await walk(action.output, quarantine, archive);
});

type Action = (typeof ACTIONS)[number];

async function walk(action: Action, quarantine: Quarantine, archive: Archive): Promise<void> {
  let entries = 0;
  for await (const entry of quarantine.list()) {
    entries++;
    const place = entry.place < 0 ? "the page, or the rest of it" : `record ${entry.place}`;
    const line = `${formatMoment(entry.atMs)}  ${entry.source}  ${entry.page}  ${place}: ${entry.reason}`;
    process.stdout.write(`${line}\n`);
    if (action === "show") process.stdout.write(`${await quarantine.load(entry)}\n`);
    if (action === "drop") await quarantine.release(entry);
    if (action !== "replay") continue;
    const { stored, reason } = await replay(entry, { archive, quarantine });
    process.stdout.write(`  ${reason ? `stays: ${reason}` : "let go"}; records stored: ${stored}\n`);
  }
  process.stdout.write(`${entries} in quarantine\n`);
}
