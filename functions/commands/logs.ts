#!/usr/bin/env node
import { parseArgs } from "node:util";
import { OMNI_PARAMETERS } from "../../lib/query/parameters.ts";
import { type Answer, askLogs, type Connection } from "../../lib/query/remote.ts";
import { ConfigurationError } from "../../lib/runtime/config.ts";
import { runCommand } from "./environment.ts";
import { printTable } from "./table.ts";

const FILTERS = OMNI_PARAMETERS.names.filter((name) => name !== "useCursor" && name !== "cursor");
const USAGE = `npm run logs -- [filters] [--output table|json|csv|ndjson] [--follow] [--all]

  filters    ${FILTERS.map((name) => `--${name}`).join(" ")}
             as /omni/1/logs has them: --to 41793026727 --generalStatus REJECTED --sentSince 2026-11-22T08:00:00+01:00
  --all      everything that matches, page after page, not only the newest --limit
  --follow   goes on and shows new messages as they arrive
From the environment: OMNILOG_URL (default http://localhost:3000), and OMNILOG_AUTHORIZATION, the whole header
(App …, Basic …), or OMNILOG_CREDENTIALS, user:password (default: the example of Infobip's documents).
`;
const FOLLOW_EVERY_MS = 2_000;

await runCommand(async () => {
  const filters = Object.fromEntries(
    FILTERS.map((name) => [name, { type: "string", multiple: true } as const]),
  );
  const { values } = parseArgs({
    options: {
      ...filters,
      output: { type: "string" },
      follow: { type: "boolean" },
      all: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const query = new URLSearchParams(
    FILTERS.flatMap((name) =>
      ((values as Record<string, string[] | undefined>)[name] ?? []).map((value): [string, string] => [
        name,
        value,
      ]),
    ),
  );
  const connection = readConnection(process.env);
  const output = outputOf(values.output);
  if (values.follow) return follow(query, connection, output === "json" ? "ndjson" : output);
  await show(query, connection, output, values.all === true);
});

type Output = "table" | "json" | "csv" | "ndjson";

function outputOf(value = "table"): Output {
  if (value === "table" || value === "json" || value === "csv" || value === "ndjson") return value;
  throw new ConfigurationError("--output must be table, json, csv or ndjson");
}

function readConnection(environment: NodeJS.ProcessEnv): Connection {
  const pair = environment.OMNILOG_CREDENTIALS ?? "Aladdin:open sesame";
  return {
    url: environment.OMNILOG_URL ?? "http://localhost:3000",
    authorization: environment.OMNILOG_AUTHORIZATION ?? `Basic ${Buffer.from(pair).toString("base64")}`,
  };
}

async function show(
  query: URLSearchParams,
  connection: Connection,
  output: Output,
  isAll: boolean,
): Promise<void> {
  if (isAll) {
    query.set("limit", query.get("limit") ?? "1000");
    query.set("useCursor", "true");
  }
  for (let isFirst = true; ; isFirst = false) {
    const answer = await askLogs(query, connection, output === "table" ? "json" : output);
    print(answer, output, isFirst);
    if (!isAll || answer.nextCursor === undefined) {
      if (answer.nextCursor) process.stderr.write("There is more: --all shows it.\n");
      return;
    }
    query.set("cursor", answer.nextCursor);
  }
}

/** Asks again and again for what was sent since, and shows each message when it is new or its status is. */
async function follow(query: URLSearchParams, connection: Connection, output: Output): Promise<void> {
  const shown = new Map<string, string>();
  query.set("limit", query.get("limit") ?? "100");
  for (let isFirst = true; ; isFirst = false) {
    const { records } = await askLogs(query, connection, "json");
    const fresh = records.filter(
      (record) => shown.get(`${record.messageId} ${record.channel}`) !== JSON.stringify(record.status),
    );
    for (const record of fresh)
      shown.set(`${record.messageId} ${record.channel}`, JSON.stringify(record.status));
    if (output === "table") printTable(fresh.reverse(), isFirst);
    else for (const record of fresh.reverse()) process.stdout.write(`${JSON.stringify(record)}\n`);
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_EVERY_MS));
  }
}

function print(answer: Answer, output: Output, isFirst: boolean): void {
  if (output === "table") {
    printTable(answer.records, isFirst);
    return;
  }
  const lines = answer.body.replace(/\r?\n$/, "");
  // Of the pages of one spreadsheet only the first has a header row.
  process.stdout.write(`${output === "csv" && !isFirst ? lines.slice(lines.indexOf("\n") + 1) : lines}\n`);
}
