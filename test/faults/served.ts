import { AUTHORIZATION } from "../../infra/local/imitation/server.ts";
import { isJsonObject, type JsonObject, parseJson } from "../../lib/message/json.ts";

type QueryHandler = (event: unknown) => Promise<{ statusCode: number; body: string }>;

/** Everything that the query handler serves, page after page. Throws when it answers anything but 200. */
export async function walk(name: string): Promise<JsonObject[]> {
  const { handler } = (await import(`../../functions/query.ts?${name}`)) as { handler: QueryHandler };
  const records: JsonObject[] = [];
  let cursor = "";
  do {
    const { statusCode, body } = await handler(eventOf(`limit=300&useCursor=true${cursor}`));
    if (statusCode !== 200)
      throw new Error(`the query handler answered ${statusCode}: ${body.slice(0, 300)}`);
    const page = parseJson(body) as { results: JsonObject[]; cursor?: JsonObject };
    records.push(...page.results);
    const next = isJsonObject(page.cursor) ? page.cursor.nextCursor : undefined;
    cursor = typeof next === "string" ? `&cursor=${encodeURIComponent(next)}` : "";
  } while (cursor !== "");
  return records;
}

function eventOf(rawQueryString: string) {
  return {
    rawPath: "/omni/1/logs",
    rawQueryString,
    headers: { authorization: AUTHORIZATION, accept: "application/json" },
    requestContext: { requestId: "faults", http: { method: "GET" } },
  };
}
