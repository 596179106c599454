import { join } from "node:path";
import * as v from "valibot";
import { consoleEnvironment, parseEnvironment } from "../lib/runtime/config.ts";
import { once } from "../lib/runtime/once.ts";
import { FILES_FOLDER, readFiles } from "../lib/site/files.ts";
import { type SiteResponse, serve } from "../lib/site/serve.ts";

/** The part of an API Gateway HTTP API event (payload format 2.0) that is used. Header names are in lower case. */
const httpEvent = v.object({
  rawPath: v.string(),
  headers: v.optional(v.record(v.string(), v.string()), {}),
  requestContext: v.object({ http: v.object({ method: v.string() }) }),
});

const files = once(() => {
  const { CONSOLE_FILES: folder } = parseEnvironment(consoleEnvironment, process.env);
  return readFiles(folder ?? join(import.meta.dirname, FILES_FOLDER));
});

/**
 * Serves the console's page. It knows no table, no secret and no client: whatever the page shows it gets from the API,
 * with the rights of whoever has signed in.
 */
export async function handler(event: unknown): Promise<SiteResponse> {
  const { rawPath: path, headers, requestContext } = v.parse(httpEvent, event);
  return serve({ method: requestContext.http.method, path, headers }, files());
}
