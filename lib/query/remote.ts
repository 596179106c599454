import * as v from "valibot";
import { ConfigurationError } from "../runtime/errors.ts";

/** An endpoint of this archive, as a client sees it. */
export interface Connection {
  readonly url: string;
  /** The whole Authorization header. */
  readonly authorization: string;
}

/** What the command line looks at in a record. */
const record = v.looseObject({
  messageId: v.string(),
  channel: v.string(),
  status: v.optional(v.looseObject({ groupName: v.optional(v.string()), name: v.optional(v.string()) })),
});
const answer = v.object({
  results: v.array(record),
  cursor: v.optional(v.object({ nextCursor: v.string() })),
});

export interface Answer {
  /** The body as it came. */
  readonly body: string;
  /** Its records, where the form is JSON. */
  readonly records: readonly v.InferOutput<typeof record>[];
  readonly nextCursor?: string | undefined;
}

const ACCEPT = { json: "application/json", csv: "text/csv", ndjson: "application/x-ndjson" };

/** An answer that may be another one a little later: too many requests, a fault there, or nobody there. */
export class TemporaryError extends ConfigurationError {}

/** Asks `/omni/1/logs`. Throws ConfigurationError, with the endpoint's own words, when it refuses. */
export async function askLogs(
  query: URLSearchParams,
  { url, authorization }: Connection,
  form: keyof typeof ACCEPT,
): Promise<Answer> {
  const target = new URL("omni/1/logs", url.endsWith("/") ? url : `${url}/`);
  target.search = query.toString();
  const response = await fetch(target, { headers: { authorization, accept: ACCEPT[form] } }).catch(() => {
    throw new TemporaryError(`nobody answers at ${target.origin}: set OMNILOG_URL`);
  });
  const body = await response.text();
  if (!response.ok) {
    const isTemporary = response.status === 429 || response.status >= 500;
    const Fault = isTemporary ? TemporaryError : ConfigurationError;
    throw new Fault(`${response.status} ${response.statusText}: ${body}`);
  }
  if (form !== "json")
    return { body, records: [], nextCursor: response.headers.get("omnilog-next-cursor") ?? undefined };
  const { results, cursor } = v.parse(answer, JSON.parse(body));
  return { body, records: results, nextCursor: cursor?.nextCursor };
}
