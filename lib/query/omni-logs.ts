import { type Json, parseJson, printJson } from "../runtime/json.ts";
import { recordText } from "../store/codec.ts";
import { printCursor } from "./cursor.ts";
import type { LogsRequest } from "./parameters.ts";
import type { Format } from "./responses.ts";
import type { Found } from "./search.ts";
import { printXml } from "./xml.ts";

/** The root of the XML answer, as the seeds' omni logs document has it. */
const XML_ROOT = "omniLogsResponse";

/** The body of `/omni/1/logs`: `results`, and `cursor` where there is more and it was asked for, or the search ended early. */
export function printOmniLogs(
  format: Format,
  found: Found,
  { filter, limit, useCursor }: LogsRequest,
): string {
  const texts = found.items.map(recordText);
  const isCursorGiven = found.after !== undefined && (useCursor || found.isIncomplete);
  const cursor = isCursorGiven ? { limit, nextCursor: printCursor(found.after ?? "", filter) } : undefined;
  const rest = { ...(cursor ? { cursor } : {}), ...(found.isIncomplete ? { incomplete: true } : {}) };
  if (format === "json") {
    // A record is stored as the text that is served, so that it need not be read to be printed.
    return `{"results":[${texts.join(",")}]${Object.entries(rest)
      .map(([name, value]) => `,"${name}":${printJson(value)}`)
      .join("")}}`;
  }
  const results: Json = texts.length > 0 ? { result: texts.map(parseJson) } : "";
  return printXml(XML_ROOT, { results, ...rest });
}
