import { within } from "../runtime/deadline.ts";
import { admit, attempt } from "./admission.ts";
import type { ErrorStyle } from "./errors.ts";
import { acceptsGzip, negotiateFormat } from "./formats.ts";
import {
  bodyTooLarge,
  headersTooLarge,
  methodNotAllowed,
  notFound,
  queryTooLong,
  refuseAnyParameter,
} from "./refusals.ts";
import { type HttpRequest, matchPath, type PathParameters } from "./requests.ts";
import { finish, noContent, type Reply, type Response, unread } from "./responses.ts";
import type { Route } from "./route.ts";
import { ROUTES } from "./routes.ts";
import type { ApiServices } from "./services.ts";

/** More than API Gateway accepts, and more than a thousand ids would need. */
const MOST_QUERY_CHARACTERS = 10_000;
/** API Gateway accepts 10 kB of headers; other servers may accept more. */
const MOST_HEADER_CHARACTERS = 16_384;
const MOST_BODY_CHARACTERS = 65_536;
/** A search stops when its time is up. This much longer is allowed for the call that it is in, and for signing in. */
const GRACE_MS = 3_000;
/** API Gateway waits for 29 seconds, and then sends an error of its own. */
const MOST_MS = 28_000;

/** What was found at a path. */
interface Match {
  readonly route: Route;
  readonly parameters: PathParameters;
}

/** Answers one request, and never throws: an error becomes an answer, too, with its `cause`. */
export async function answer(request: HttpRequest, services: ApiServices): Promise<Reply> {
  const matches = ROUTES.flatMap((route): Match[] => {
    const parameters = matchPath(route.path, request.path);
    return parameters ? [{ route, parameters }] : [];
  });
  const style: ErrorStyle = {
    format: negotiateFormat(request.headers.accept) ?? "json",
    shape: matches[0]?.route.errors ?? "ApiException",
  };
  const mostMs = Math.min(services.limits.timeoutMs + GRACE_MS, MOST_MS);
  const reply = await attempt(style, () => within(mostMs, () => dispatch(request, matches, style, services)));
  const response = await readable(request, reply.response, services.corsOrigins, matches);
  return { ...reply, response: finish(response, request, acceptsGzip(request.headers["accept-encoding"])) };
}

/** Makes the response readable for pages of other origins, if any are configured. Most stacks have none. */
async function readable(
  request: HttpRequest,
  response: Response,
  origins: readonly string[],
  matches: readonly Match[],
): Promise<Response> {
  if (origins.length === 0) return response;
  const { withCors } = await import("./cors.ts");
  return withCors(request, response, origins, allowOf(matches));
}

async function dispatch(
  request: HttpRequest,
  matches: readonly Match[],
  style: ErrorStyle,
  services: ApiServices,
): Promise<Reply> {
  const { method, headers, queryString, body } = request;
  if (lengthOf(headers) > MOST_HEADER_CHARACTERS) throw headersTooLarge();
  if (matches.length === 0) throw notFound();
  if (method === "OPTIONS") return unread(noContent({ allow: allowOf(matches) }));
  const match = matches.find(({ route }) => route.method === (method === "HEAD" ? "GET" : method));
  if (!match) throw methodNotAllowed(allowOf(matches));
  if (queryString.length > MOST_QUERY_CHARACTERS) throw queryTooLong();
  if (body.length > MOST_BODY_CHARACTERS) throw bodyTooLarge();
  const { route, parameters } = match;
  if (route.admission === "anyone") return route.handle(request, parameters);
  return admit(request, route, style, services, (admission) => {
    if (route.hasNoParameters) refuseAnyParameter(queryString);
    return route.handle({ request, parameters, ...admission }, services);
  });
}

/** The methods of a path, for the Allow header. */
function allowOf(matches: readonly Match[]): string {
  const methods = matches.map(({ route }) => route.method);
  return [...new Set(methods), ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
}

function lengthOf(headers: HttpRequest["headers"]): number {
  return Object.entries(headers).reduce((sum, [name, value = ""]) => sum + name.length + value.length, 0);
}
