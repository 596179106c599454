#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import * as v from "valibot";
import { OMNI_PARAMETERS } from "../../lib/api/parameters.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";
import { runCommand } from "./environment.ts";
import { numberOf } from "./flags.ts";
import { follow } from "./follow.ts";
import { type Output, openPrinter, type Printer } from "./output.ts";
import { persist, type RetryPatience } from "./patience.ts";
import { askLogs, type Connection, readConnection } from "./remote.ts";

/** A week. */
const MOST_WINDOW_MINUTES = 7 * 24 * 60;
const FILTERS = OMNI_PARAMETERS.names.filter((name) => name !== "useCursor" && name !== "cursor");
const USAGE = `npm run logs -- [filters] [--output table|json|csv|ndjson] [--bom] [--all | --follow [--window MINUTES]]

  filters    ${FILTERS.map((name) => `--${name}`).join(" ")}
             as /omni/1/logs has them: --to 41793026727 --generalStatus REJECTED --sentSince 2026-11-22T08:00:00+01:00
  --all      everything that matches, page after page, not only the newest --limit
  --follow   goes on and shows new messages as they arrive, and those whose status changes, as far as they were sent
             within the window before (default: 60 minutes)
  --bom      begins a CSV with a byte order mark, by which Excel knows that it is UTF-8
  --version  the version
From the environment: OMNILOG_URL (default http://localhost:3000), and OMNILOG_AUTHORIZATION, the whole header
(App …, Basic …), or OMNILOG_CREDENTIALS, user:password (default: the example of Infobip's documents).
`;

const OPTIONS = {
  output: { type: "string" },
  bom: { type: "boolean" },
  follow: { type: "boolean" },
  window: { type: "string" },
  all: { type: "boolean" },
  version: { type: "boolean" },
  help: { type: "boolean" },
} as const;

const givenFlags = v.object({
  output: v.optional(v.string(), "table"),
  bom: v.optional(v.boolean(), false),
  follow: v.optional(v.boolean(), false),
  window: v.optional(v.string()),
  all: v.optional(v.boolean(), false),
  version: v.optional(v.boolean(), false),
  help: v.optional(v.boolean(), false),
});
type Flags = v.InferOutput<typeof givenFlags>;

const PATIENCE: RetryPatience = {
  // With the waits in between, about two minutes.
  mostAttempts: 10,
  random: Math.random,
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  onFault: (message) => process.stderr.write(`${message}\n`),
};

await runCommand(async () => {
  const filters = Object.fromEntries(
    FILTERS.map((name) => [name, { type: "string", multiple: true } as const]),
  );
  const { values } = parseArgs({ options: { ...filters, ...OPTIONS } });
  const flags = v.parse(givenFlags, values);
  if (flags.help) process.stdout.write(USAGE);
  else if (flags.version) process.stdout.write(`${readVersion()}\n`);
  else await answer(flags, queryOf(values as Record<string, string[] | undefined>));
});

function answer(flags: Flags, query: URLSearchParams): Promise<void> {
  const output = outputOf(flags.output);
  const connection = readConnection(process.env);
  if (flags.bom && output !== "csv") throw new ConfigurationError("--bom is for --output csv");
  if (flags.follow) return showNews(query, connection, output, flags);
  const printer = openPrinter(output, flags.bom);
  return flags.all ? showAll(query, connection, printer) : showOne(query, connection, printer);
}

function queryOf(values: Readonly<Record<string, readonly string[] | undefined>>): URLSearchParams {
  const given = FILTERS.flatMap((name) =>
    (values[name] ?? []).map((value): [string, string] => [name, value]),
  );
  return new URLSearchParams(given);
}

function outputOf(value: string): Output {
  if (value === "table" || value === "json" || value === "csv" || value === "ndjson") return value;
  throw new ConfigurationError("--output must be table, json, csv or ndjson");
}

function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return v.parse(v.object({ version: v.string() }), JSON.parse(text)).version;
}

/** Prints one answer. */
async function showOne(query: URLSearchParams, connection: Connection, printer: Printer): Promise<void> {
  const { nextCursor } = await printer.one((form) => askLogs(query, connection, form));
  if (nextCursor) process.stderr.write("There is more: --all shows it.\n");
}

/**
 * Prints every page of an answer, each once it is complete. Whatever happens, stdout ends with a whole record, and a
 * JSON document is closed; stderr and the exit code say if it is incomplete.
 */
async function showAll(query: URLSearchParams, connection: Connection, printer: Printer): Promise<void> {
  query.set("limit", query.get("limit") ?? "1000");
  query.set("useCursor", "true");
  const stopped = () => {
    printer.end();
    process.exit(130);
  };
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, stopped);
  for (let pages = 0; ; pages++) {
    const { nextCursor } = await persist(
      () => askLogs(query, connection, printer.form),
      pages === 0,
      PATIENCE,
    )
      .then((page) => printer.page(page))
      .catch((error: unknown) => {
        if (pages > 0) printer.end();
        throw pages > 0 && error instanceof ConfigurationError ? incomplete(error, pages) : error;
      });
    if (nextCursor === undefined) return printer.end();
    query.set("cursor", nextCursor);
  }
}

function incomplete(error: ConfigurationError, pages: number): ConfigurationError {
  return new ConfigurationError(`not everything: it ends after page ${pages}. ${error.message}`);
}

/** Asks again and again, and shows each message when it is new or its status changes. */
async function showNews(
  query: URLSearchParams,
  connection: Connection,
  output: Output,
  { window }: Flags,
): Promise<void> {
  if (output === "csv")
    throw new ConfigurationError("--follow shows a table or, with --output ndjson, lines");
  if (query.has("sentUntil")) throw new ConfigurationError("--follow has no end: leave --sentUntil out");
  const windowMs = (numberOf("--window", window, { least: 1, most: MOST_WINDOW_MINUTES }) ?? 60) * 60_000;
  // Following should continue after an outage, however long.
  const patience = { ...PATIENCE, mostAttempts: Infinity };
  let isFirst = true;
  const ask = async (asked: URLSearchParams) => {
    const page = await persist(() => askLogs(asked, connection, "ndjson"), isFirst, patience);
    isFirst = false;
    return page;
  };
  const printer = openPrinter(output === "table" ? "table" : "ndjson", false);
  const following = { ask, now: Date.now, wait: PATIENCE.wait, windowMs };
  for await (const lines of follow(query, { ...following, atFirst: Number(query.get("limit") ?? 50) }))
    printer.lines(lines);
}
