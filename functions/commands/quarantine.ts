import { parseArgs } from "node:util";
import * as v from "valibot";
import type { MergeServices } from "../../lib/ingest/merge-log.ts";
import { replay } from "../../lib/ingest/replay.ts";
import { openStores } from "../../lib/ingest/stores.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import { systemClock } from "../../lib/runtime/clock.ts";
import { storageEnvironment } from "../../lib/runtime/config.ts";
import { openDatabase } from "../../lib/runtime/dynamodb.ts";
import { runCommand } from "./environment.ts";
import { STACK_OPTIONS, STACK_USAGE, stackSettings } from "./stack.ts";

const ACTIONS = ["list", "show", "replay", "drop"] as const;

const A_DAY_MS = 86_400_000;

const USAGE = `npm run quarantine -- --stack NAME       lists what could not be parsed, and why
npm run quarantine -- show              the same, with the texts as they came (they name recipients)
npm run quarantine -- replay            reads it all again, stores what can be read now, and lets go of it
npm run quarantine -- drop              lets go of everything as it is: look first

${STACK_USAGE}`;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { ...STACK_OPTIONS, help: { type: "boolean" } },
  });
  const action = v.safeParse(v.picklist(ACTIONS), positionals[0] ?? "list");
  if (values.help || !action.success) {
    process.stdout.write(USAGE);
    process.exitCode = values.help ? 0 : 1;
    return;
  }
  const environment = await stackSettings(v.object(storageEnvironment), values, process.env);
  const stores = openStores(openDatabase(environment.TABLE_NAME), environment, systemClock);
  await walk(action.output, { ...stores, clock: systemClock, remainingMs: () => A_DAY_MS });
});

type Action = (typeof ACTIONS)[number];

async function walk(action: Action, services: MergeServices): Promise<void> {
  const { quarantine } = services;
  let entries = 0;
  for await (const entry of quarantine.list()) {
    entries++;
    const place = entry.place < 0 ? "the page, or the rest of it" : `record ${entry.place}`;
    const line = `${formatMoment(entry.atMs)}  ${entry.source}  ${entry.page}  ${place}: ${entry.reason}`;
    process.stdout.write(`${line}\n`);
    if (action === "show") process.stdout.write(`${await quarantine.load(entry)}\n`);
    if (action === "drop") await quarantine.release(entry);
    if (action !== "replay") continue;
    const { stored, reason } = await replay(entry, services);
    process.stdout.write(`  ${reason ? `stays: ${reason}` : "let go"}; records stored: ${stored}\n`);
  }
  process.stdout.write(`${entries} in quarantine\n`);
}
