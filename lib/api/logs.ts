import { search } from "../archive/search/search.ts";
import type { Admission } from "./admission.ts";
import { logsBinding } from "./cursor.ts";
import type { LogsEndpoint } from "./endpoints.ts";
import { type LogsRequest, parseLogsRequest } from "./parameters.ts";
import { printLogs } from "./print.ts";
import { badRequest } from "./refusals.ts";
import type { HttpRequest } from "./requests.ts";
import { ok, type Reply } from "./responses.ts";
import { type Client, restrict } from "./rights.ts";
import type { ApiServices } from "./services.ts";

/** Answers one of the logs endpoints. Throws a Refusal, and what DynamoDB and Secrets Manager throw. */
export async function answerLogs(
  endpoint: LogsEndpoint,
  { queryString, body: sent }: HttpRequest,
  { client, format }: Admission,
  services: ApiServices,
): Promise<Reply> {
  // The POSTs in the document have no body. A client that sends filters in one must not get everything instead.
  if (sent.trim() !== "")
    throw badRequest({ body: ["must be empty: the filters stand in the query string"] });
  const cursors = await services.cursors();
  const parsed = parseLogsRequest(queryString, endpoint.parameters, endpoint.channel, (cursor, filter) =>
    cursors.open(cursor, logsBinding(client.id, filter)),
  );
  if ("violations" in parsed) throw badRequest(parsed.violations);
  const { request } = parsed;
  const found = await findAllowed(request, client, services);
  const seal = (after: string) => cursors.seal(after, logsBinding(client.id, request.filter));
  const printed = await printLogs(format, endpoint, found, request, seal, client.isTextHidden);
  const { body, rows, isIncomplete } = printed;
  const headers = {
    ...printed.headers,
    ...linkTo(printed.headers["omnilog-next-cursor"], endpoint, queryString),
  };
  return {
    response: ok(format, body, headers),
    client: client.name,
    rows,
    isIncomplete,
    readUnits: found.spentUnits,
  };
}

/** The records that a client may see. If it may see none, the archive is not searched. */
function findAllowed(request: LogsRequest, client: Client, { db, limits, now }: ApiServices) {
  const filter = restrict(request.filter, client);
  if (!filter) return { items: [], isIncomplete: false, spentUnits: 0 };
  return search(db, { ...request, filter }, limits, now);
}

/** API Gateway accepts about 10 kB of headers. For longer queries there is only the cursor, and no link. */
const MOST_LINK_CHARACTERS = 4_000;

/** The header with the link to the next page (RFC 8288), if there is one. */
function linkTo(cursor: string | undefined, { path }: LogsEndpoint, queryString: string): { link?: string } {
  if (cursor === undefined) return {};
  const given = [...new URLSearchParams(queryString)].filter(([name]) => !/^cursor(\[\])?$/i.test(name));
  const query = new URLSearchParams([...given, ["cursor", cursor]]);
  const link = `<${path}?${query}>; rel="next"`;
  return link.length > MOST_LINK_CHARACTERS ? {} : { link };
}
