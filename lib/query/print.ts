import { isJsonObject, type Json, type JsonObject, parseJson, printJson } from "../runtime/json.ts";
import { recordText } from "../store/codec.ts";
import { parseRecord, RECORD_FIELDS, recordOf } from "../store/record.ts";
import { orderOf } from "./collect.ts";
import { printCursor } from "./cursor.ts";
import type { LogsEndpoint } from "./endpoints.ts";
import type { Format } from "./formats.ts";
import type { LogsRequest } from "./parameters.ts";
import { isPassable } from "./responses.ts";
import type { Found } from "./search.ts";
import { printXml } from "./xml.ts";

export interface Printed {
  readonly body: string;
  /** In CSV and NDJSON, which have no place for it: the cursor, and whether the answer is incomplete. */
  readonly headers: Readonly<Record<string, string>>;
  readonly rows: number;
  readonly isIncomplete: boolean;
}

/** In most forms as much as passes through API Gateway and Lambda; where one needs more room for it, less is sent. */
const MOST_TEXT_BYTES = 2_500_000;

/**
 * The body of an answer: the records, and a cursor where there is more and it was asked for, or where the answer is
 * incomplete, because the search ended early or because it would be too large.
 */
export async function printLogs(
  format: Format,
  endpoint: LogsEndpoint,
  found: Found,
  request: LogsRequest,
  isTextHidden = false,
): Promise<Printed> {
  const texts = textsOf(found);
  for (let rows = texts.length; ; rows = Math.ceil(rows / 2)) {
    const printed = await printRows(
      format,
      endpoint,
      found,
      request,
      presented(texts.slice(0, rows), endpoint, isTextHidden),
    );
    if (rows <= 1 || isPassable(printed.body)) return printed;
  }
}

async function printRows(
  format: Format,
  endpoint: LogsEndpoint,
  found: Found,
  request: LogsRequest,
  records: readonly string[],
): Promise<Printed> {
  const { after, isIncomplete } = endOf(found, records.length);
  const isCursorGiven = after !== undefined && (request.useCursor || isIncomplete);
  const nextCursor = isCursorGiven ? printCursor(after, request.filter) : undefined;
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

/** The texts of as many records as an answer can hold; the first, however large it is. */
function textsOf({ items }: Found): string[] {
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

/** Where an answer of so many of the found records ends. */
function endOf(found: Found, rows: number): Pick<Found, "after" | "isIncomplete"> {
  const last = found.items[rows - 1];
  return last && rows < found.items.length ? { after: orderOf(last), isIncomplete: true } : found;
}

/** The records as their endpoint shows them, as JSON texts: where that is how they are stored, they need not be read. */
function presented(
  texts: readonly string[],
  { present }: LogsEndpoint,
  isTextHidden: boolean,
): readonly string[] {
  if (!present && !isTextHidden) return texts;
  return texts.map((text) => {
    const record = parseRecord(text);
    // The newer logs' name of it is hidden, too, should a report have brought it.
    const { text: _text, content: _content, ...withoutText } = record;
    const shown = isTextHidden ? recordOf(Object.entries(withoutText) as [string, Json][]) : record;
    return printJson(present ? present(shown) : shown);
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
  xml: (records, end, { xmlRoot }) => {
    const results: Json = records.length > 0 ? { result: records.map(parseJson) } : "";
    return printXml(xmlRoot, { results, ...end });
  },
  csv: async (records, _end, endpoint) => {
    // Asked for rarely, and loaded only then.
    const { printCsv } = await import("./csv.ts");
    return printCsv(records.map(parseJson).filter(isJsonObject), columnsOf(endpoint));
  },
};

/** The fields that an endpoint's spreadsheet has columns for, whatever the records at hand hold. */
function columnsOf({ present }: LogsEndpoint): readonly string[] {
  if (!present) return RECORD_FIELDS;
  const full = Object.fromEntries(RECORD_FIELDS.map((field) => [field, FULL[field] ?? field]));
  return Object.keys(present(full as never));
}

const FULL: JsonObject = {
  status: { id: 0 },
  error: { id: 0 },
  price: { currency: "" },
  platform: { entityId: "" },
};
