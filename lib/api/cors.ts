import type { HttpRequest } from "./requests.ts";
import type { Response } from "./responses.ts";

/** The response headers that scripts of other origins may read. */
const EXPOSED =
  "link, omnilog-incomplete, omnilog-more, omnilog-next-cursor, omnilog-position, omnilog-skipped-pages, retry-after, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, x-request-id";
const SENT = "accept, authorization, content-type, omnilog-ack";
/** How long browsers cache the answer to a preflight request. */
const KEPT_SECONDS = 7_200;

/** Makes a response readable for scripts of the allowed origins (Fetch Standard, CORS protocol). */
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

// A copy of the one in responses.ts: importing it would take that file out of what a cold start loads at once.
function withMore(response: Response, headers: Readonly<Record<string, string>>): Response {
  return { ...response, headers: { ...response.headers, ...headers } };
}
