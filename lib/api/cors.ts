import type { HttpRequest } from "./requests.ts";
import type { Response } from "./responses.ts";

/** What scripts of other origins may read of an answer beside its body. */
const EXPOSED =
  "link, omnilog-incomplete, omnilog-more, omnilog-next-cursor, omnilog-position, omnilog-skipped-pages, retry-after, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, x-request-id";
const SENT = "accept, authorization, content-type, omnilog-ack";
/** Browsers keep the answer to a preflight for so long. */
const KEPT_SECONDS = 7_200;

/** The same response, readable by scripts of the origins that may (Fetch Standard, CORS protocol). */
export function withCors(
  { method, headers: { origin } }: HttpRequest,
  response: Response,
  origins: readonly string[],
  allow: string,
): Response {
  const vary = [response.headers.vary, "origin"].filter(Boolean).join(", ");
  const isAllowed = origin !== undefined && (origins.includes("*") || origins.includes(origin));
  if (!isAllowed) return withMore(response, { vary });
  return withMore(response, {
    vary,
    "access-control-allow-origin": origins.includes("*") ? "*" : origin,
    "access-control-expose-headers": EXPOSED,
    ...(method === "OPTIONS"
      ? {
          "access-control-allow-methods": allow,
          "access-control-allow-headers": SENT,
          "access-control-max-age": String(KEPT_SECONDS),
        }
      : {}),
  });
}

// Not the one of responses.ts: sharing it would cut that file out of what a cold start loads at once.
function withMore(response: Response, headers: Readonly<Record<string, string>>): Response {
  return { ...response, headers: { ...response.headers, ...headers } };
}
