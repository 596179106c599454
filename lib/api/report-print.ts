import { type JsonObject, printJson } from "../message/json.ts";
import type { Format } from "./formats.ts";
import type { ReportsEndpoint } from "./report-endpoints.ts";
import { printXml } from "./xml.ts";

/** The body of a reports endpoint's answer, as in the seeds. */
export function printReports(
  format: Format,
  { xmlRoot }: Pick<ReportsEndpoint, "xmlRoot">,
  reports: readonly JsonObject[],
): string {
  if (format !== "xml") return printJson({ results: reports });
  return printXml(xmlRoot, { results: reports.length > 0 ? { result: reports } : "" });
}
