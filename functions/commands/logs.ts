#!/usr/bin/env node
import { parseArgs } from "node:util";
import { OMNI_PARAMETERS } from "../../lib/query/parameters.ts";
import { type Answer, askLogs, type Connection, TemporaryError } from "../../lib/query/remote.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";
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

// Whoever reads our output may have seen enough (`| head`).
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

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
  const query = queryOf(values as Record<string, string[] | undefined>);
  const connection = readConnection(process.env);
  const output = outputOf(values.output);
  if (values.follow) return follow(query, connection, output === "json" ? "ndjson" : output);
  await show(query, connection, output, values.all === true);
});

function queryOf(values: Readonly<Record<string, readonly string[] | undefined>>): URLSearchParams {
  const given = FILTERS.flatMap((name) =>
    (values[name] ?? []).map((value): [string, string] => [name, value]),
  );
  return new URLSearchParams(given);
}

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

/** Prints one answer or, with `isAll`, every page of it. */
async function show(query: URLSearchParams, connection: Connection, output: Output, isAll: boolean) {
  if (isAll) return showAll(query, connection, output);
  const answer = await askLogs(query, connection, output === "table" ? "json" : output);
  if (output === "table") printTable(answer.records, true);
  else process.stdout.write(output === "json" ? `${answer.body}\n` : answer.body);
  if (answer.nextCursor) process.stderr.write("There is more: --all shows it.\n");
}

async function showAll(query: URLSearchParams, connection: Connection, output: Output): Promise<void> {
  query.set("limit", query.get("limit") ?? "1000");
  query.set("useCursor", "true");
  // One JSON document of many pages is put together from lines, in which every number keeps its digits.
  const form = output === "table" ? "json" : output === "json" ? "ndjson" : output;
  if (output === "json") process.stdout.write('{"results":[');
  for (let page = 0; ; page++) {
    const answer = await askLogs(query, connection, form);
    printPage(answer, output, page === 0);
    if (answer.nextCursor === undefined) break;
    query.set("cursor", answer.nextCursor);
  }
  if (output === "json") process.stdout.write("]}\n");
}

function printPage({ records, body }: Answer, output: Output, isFirst: boolean): void {
  if (output === "table") printTable(records, isFirst);
  else if (output === "json") {
    const lines = body.trimEnd().replaceAll("\n", ",\n");
    if (lines) process.stdout.write(`${isFirst ? "" : ",\n"}${lines}`);
  } else {
    // Of the pages of one spreadsheet only the first has a header row.
    process.stdout.write(output === "csv" && !isFirst ? body.slice(body.indexOf("\n") + 1) : body);
  }
}

/** Asks again and again, and shows each message when it is new or its status is. */
async function follow(query: URLSearchParams, connection: Connection, output: Output): Promise<void> {
  if (output === "csv")
    throw new ConfigurationError("--follow shows a table or, with --output ndjson, lines");
  let shown: ReadonlyMap<string, string> = new Map();
  const atFirst = Number(query.get("limit") ?? 50);
  query.set("limit", "1000");
  for (let isFirst = true; ; isFirst = false) {
    const records = await askAgain(query, connection, isFirst);
    const states = records.map((record) => [keyOf(record), JSON.stringify(record.status)] as const);
    const fresh = records
      .filter((_, n) => shown.get(states[n]?.[0] ?? "") !== states[n]?.[1])
      .slice(0, isFirst ? atFirst : undefined)
      .reverse();
    if (output === "table") printTable(fresh, isFirst);
    else for (const record of fresh) process.stdout.write(`${JSON.stringify(record)}\n`);
    // What is no longer among the newest is forgotten, or a week of following would fill the memory.
    if (records.length > 0) shown = new Map(states);
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_EVERY_MS));
  }
}

/** The newest records; once it has worked, a fault that may pass is told and waited out. */
async function askAgain(query: URLSearchParams, connection: Connection, isFirst: boolean) {
  try {
    return (await askLogs(query, connection, "json")).records;
  } catch (error) {
    if (isFirst || !(error instanceof TemporaryError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return [];
  }
}

function keyOf({ messageId, channel }: Answer["records"][number]): string {
  return `${channel} ${messageId}`;
}
