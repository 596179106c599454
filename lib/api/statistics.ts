import { printJson } from "../message/json.ts";
import { formatMoment } from "../message/moment.ts";
import { type StatisticsQuestion, StatisticsTable, type Table } from "../statistics/answer.ts";
import { CHANNEL, DIMENSIONS } from "../statistics/dimensions.ts";
import { type Gathered, gather } from "../statistics/gather.ts";
import type { Admission } from "./admission.ts";
import { type Format, mediaTypesOf } from "./formats.ts";
import { badRequest, notAcceptable } from "./refusals.ts";
import type { HttpRequest } from "./requests.ts";
import { isPassable, ok, type Reply } from "./responses.ts";
import type { Client } from "./rights.ts";
import type { ApiServices } from "./services.ts";
import { parseStatisticsRequest, type StatisticsRequest } from "./statistics-request.ts";

/** The last moment for which a date has enough digits. */
const LAST_MS = Date.UTC(10_000, 0) - 1;

/**
 * Answers `GET` and `POST /omnilog/1/statistics` like Infobip's metrics-api (OpenAPI 3.210.0), but synchronously.
 * Throws a Refusal, and what DynamoDB throws.
 */
export async function answerStatistics(
  request: HttpRequest,
  { client, format }: Admission,
  { db, limits, now }: Pick<ApiServices, "db" | "limits" | "now">,
): Promise<Reply> {
  const asked = parseStatisticsRequest(request, now());
  const question = questionOf(asked, client);
  const answer = new StatisticsTable(question);
  const period = { ...asked.period, looksAt: looksAt(question) };
  const gathered = await gather(db, period, limits, now, (startMs, cells) => answer.add(startMs, cells));
  const table = answer.table();
  const body = await PRINTERS[format](table, asked, gathered);
  if (!isPassable(body))
    throw badRequest({
      aggregateBy: [`makes ${table.rows.length} rows, more than an answer holds: ask for less at once`],
    });
  return {
    response: ok(format, body, headersOf(gathered)),
    client: client.name,
    rows: table.rows.length,
    readUnits: gathered.spentUnits,
    isIncomplete: gathered.isIncomplete,
  };
}

/** The question, restricted to what the client may see. */
function questionOf({ filters, columns, metrics }: StatisticsRequest, client: Client): StatisticsQuestion {
  const asked = DIMENSIONS.flatMap((dimension) => {
    const values = filters[dimension.filter ?? ""];
    return values ? [{ dimension, values: new Set(values) }] : [];
  });
  const sender = DIMENSIONS.find(({ filter }) => filter === "senders");
  const allowed = [
    ...(client.channels ? [{ dimension: CHANNEL, values: new Set(client.channels) }] : []),
    ...(client.senders && sender ? [{ dimension: sender, values: new Set(client.senders) }] : []),
  ];
  return { wanted: [...asked, ...allowed], columns, metrics };
}

function looksAt({ wanted, columns }: StatisticsQuestion) {
  const dimensions = [
    ...wanted.map(({ dimension }) => dimension),
    ...columns.flatMap((column) => (column.kind === "dimension" ? [column.dimension] : [])),
  ];
  const isLookedAt = (names: readonly string[]) => dimensions.some(({ name }) => names.includes(name));
  return {
    senders: isLookedAt(["SENDER"]),
    networks: isLookedAt(["NETWORK_ID", "COUNTRY_CODE", "COUNTRY_NAME"]),
  };
}

function headersOf({ asOfMs, isIncomplete }: Gathered): Record<string, string> {
  return {
    ...(asOfMs === undefined ? {} : { "omnilog-as-of": formatMoment(asOfMs) }),
    ...(isIncomplete ? { "omnilog-incomplete": "true" } : {}),
  };
}

type Printer = (table: Table, asked: StatisticsRequest, gathered: Gathered) => string | Promise<string>;

const PRINTERS: Readonly<Record<Format, Printer>> = {
  json: ({ columns, rows }, { period }, { asOfMs, isIncomplete }) =>
    printJson({
      requestedPeriod: {
        sentSince: formatMoment(period.sinceMs),
        sentUntil: formatMoment(Math.min(period.untilMs, LAST_MS)),
      },
      totalRows: rows.length,
      columns,
      rows,
      ...(asOfMs === undefined ? {} : { asOf: formatMoment(asOfMs) }),
      ...(isIncomplete ? { incomplete: true } : {}),
    }),
  ndjson: ({ columns, rows }) =>
    rows
      .map((row) => printJson(Object.fromEntries(columns.map(({ columnName }, n) => [columnName, row[n]]))))
      .map((line) => `${line}\n`)
      .join(""),
  csv: async ({ columns, rows }) => {
    const { printCells } = await import("./csv.ts");
    return printCells(
      columns.map(({ columnName }) => columnName),
      rows,
    );
  },
  xml: () => {
    throw notAcceptable(mediaTypesOf(["json", "csv", "ndjson"]));
  },
};
