import { recordText } from "../archive/codec.ts";
import type { SearchAnswer } from "../archive/search/answer.ts";
import { isJsonObject, type Json, type JsonObject, parseJson, printJson } from "../message/json.ts";
import { parseRecord } from "../message/record.ts";
import type { LogsEndpoint } from "./endpoints.ts";
import type { Format } from "./formats.ts";
import type { LogsRequest } from "./parameters.ts";
import { columnsOf, present } from "./present.ts";
import { isPassable } from "./responses.ts";
import { shownTo } from "./rights.ts";

export interface Printed {
  readonly body: string;
  /** For CSV and NDJSON, which have no room for it in the body: the cursor, and whether the answer is incomplete. */
  readonly headers: Readonly<Record<string, string>>;
  readonly rows: number;
  readonly isIncomplete: boolean;
}

/** Makes the cursor for an order key. */
export type SealCursor = (after: string) => string;

/**
 * The most text that passes through API Gateway and Lambda in most formats. In those that need more room, fewer records
 * are sent.
 */
const MOST_TEXT_BYTES = 2_500_000;

/**
 * The body of an answer: the records, and a cursor if there are more and it was asked for, or if the answer is
 * incomplete because the search stopped early or the records would not fit.
 */
export async function printLogs(
  format: Format,
  endpoint: LogsEndpoint,
  found: SearchAnswer,
  request: LogsRequest,
  sealCursor: SealCursor,
  isTextHidden = false,
): Promise<Printed> {
  const texts = textsOf(found);
  for (let rows = texts.length; ; rows = Math.ceil(rows / 2)) {
    const printed = await printRows(
      format,
      endpoint,
      found,
      request,
      sealCursor,
      presented(texts.slice(0, rows), endpoint, isTextHidden),
    );
    if (rows <= 1 || isPassable(printed.body)) return printed;
  }
}

async function printRows(
  format: Format,
  endpoint: LogsEndpoint,
  found: SearchAnswer,
  request: LogsRequest,
  sealCursor: SealCursor,
  records: readonly string[],
): Promise<Printed> {
  const { after, isIncomplete } = endOf(found, records.length);
  const isCursorGiven = after !== undefined && (request.useCursor || isIncomplete);
  const nextCursor = isCursorGiven ? sealCursor(after) : undefined;
  const end = {
    ...(nextCursor === undefined ? {} : { cursor: { limit: request.limit, nextCursor } }),
    ...(isIncomplete ? { incomplete: true } : {}),
  };
  const headers = {
    ...(nextCursor === undefined ? {} : { "omnilog-next-cursor": nextCursor }),
    ...(isIncomplete ? { "omnilog-incomplete": "true" } : {}),
  };
  const body = await PRINTERS[format](records, end, endpoint);
  return { body, headers, rows: records.length, isIncomplete };
}

/** The texts of as many records as fit into an answer; always at least the first, however large. */
function textsOf({ items }: SearchAnswer): string[] {
  const texts: string[] = [];
  let bytes = 0;
  for (const item of items) {
    const text = recordText(item);
    bytes += Buffer.byteLength(text);
    if (bytes > MOST_TEXT_BYTES && texts.length > 0) return texts;
    texts.push(text);
  }
  return texts;
}

/** Where an answer with so many of the found records ends. */
function endOf(found: SearchAnswer, rows: number): Pick<SearchAnswer, "after" | "isIncomplete"> {
  const last = found.items[rows - 1];
  return last && rows < found.items.length ? { after: last.order, isIncomplete: true } : found;
}

/** The records as their endpoint shows them, as JSON texts. If that is how they are stored, they need not be parsed. */
function presented(
  texts: readonly string[],
  { style }: LogsEndpoint,
  isTextHidden: boolean,
): readonly string[] {
  if (style === "omni" && !isTextHidden) return texts;
  return texts.map((text) => {
    const shown = shownTo({ isTextHidden }, parseRecord(text));
    return printJson(style === "omni" ? shown : present(shown, style));
  });
}

type Printer = (
  records: readonly string[],
  end: JsonObject,
  endpoint: LogsEndpoint,
) => string | Promise<string>;

const PRINTERS: Readonly<Record<Format, Printer>> = {
  json: (records, end) => {
    const fields = Object.entries(end).map(([name, value]) => `,${printJson(name)}:${printJson(value)}`);
    return `{"results":[${records.join(",")}]${fields.join("")}}`;
  },
  ndjson: (records) => records.map((record) => `${record}\n`).join(""),
  xml: async (records, end, { xmlRoot }) => {
    const { printXml } = await import("./xml.ts");
    const results: Json = records.length > 0 ? { result: records.map(parseJson) } : "";
    return printXml(xmlRoot, { results, ...end });
  },
  csv: async (records, _end, endpoint) => {
    // Rarely needed, so it is loaded on demand.
    const { printCsv } = await import("./csv.ts");
    return printCsv(records.map(parseJson).filter(isJsonObject), columnsOf(endpoint.style));
  },
};
