import * as v from "valibot";
import type { Database } from "../runtime/dynamodb.ts";
import type { Secret } from "../runtime/secret.ts";
import type { Clients } from "../store/clients.ts";
import type { Rate, RateLimiter } from "../store/rate.ts";
import { authenticate, type Client, storedClient } from "./clients.ts";
import { docsPage } from "./docs-page.ts";
import { LOGS_ENDPOINTS, type LogsEndpoint } from "./endpoints.ts";
import type { Filter } from "./filter.ts";
import { acceptsGzip, negotiateFormat } from "./formats.ts";
import { parseLogsRequest } from "./parameters.ts";
import { printLogs } from "./print.ts";
import {
  badRequest,
  type ErrorStyle,
  finish,
  methodNotAllowed,
  notAcceptable,
  notFound,
  ok,
  page,
  type Response,
  tooLong,
  tooManyRequests,
  unauthorized,
} from "./responses.ts";
import { type SearchLimits, search } from "./search.ts";

/** A request as far as this service looks at it; header names in lower case. */
export interface HttpRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly queryString: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface QueryServices {
  readonly db: Database;
  readonly credentials: Secret;
  readonly clients: Clients;
  readonly rateLimiter: RateLimiter;
  /** For clients that have no rate of their own. */
  readonly rate: Rate;
  readonly limits: SearchLimits;
  readonly now: () => number;
}

/** What a request cost and found, for the log. */
export interface Answered {
  readonly response: Response;
  readonly client: string;
  readonly rows: number;
  readonly readUnits: number;
  readonly isIncomplete: boolean;
}

/** More than API Gateway lets through; a thousand ids do not fit either. */
const MOST_QUERY_CHARACTERS = 10_000;

/** Answers one request. Throws what DynamoDB or Secrets Manager throw. */
export async function answer(request: HttpRequest, services: QueryServices): Promise<Answered> {
  const answered = await route(request, services);
  const isGzipAccepted = acceptsGzip(request.headers["accept-encoding"]);
  return { ...answered, response: finish(answered.response, request.id, isGzipAccepted) };
}

/** How errors of this request are told. */
export function errorStyleOf(request: Pick<HttpRequest, "path" | "headers">): ErrorStyle {
  const endpoint = LOGS_ENDPOINTS.find(({ path }) => path === request.path);
  return {
    format: negotiateFormat(request.headers.accept) ?? "json",
    shape: endpoint?.errors ?? "ApiException",
  };
}

async function route(request: HttpRequest, services: QueryServices): Promise<Answered> {
  const { method, path } = request;
  const style = errorStyleOf(request);
  const endpoint = LOGS_ENDPOINTS.find((candidate) => candidate.path === path);
  const describe = PAGES[path];
  if (!endpoint && !describe) return unread(notFound(style));
  if (method !== "GET") return unread(methodNotAllowed(style));
  if (endpoint) return answerLogs(endpoint, request, style, services);
  return unread(describe ? await describe() : notFound(style));
}

/** What may be read by anybody: it says nothing of any message. */
const PAGES: Readonly<Record<string, () => Promise<Response>>> = Object.assign(Object.create(null), {
  "/openapi.json": async () => {
    // Asked for rarely, and loaded only then.
    const { describeApi } = await import("./openapi.ts");
    return page("application/json; charset=utf-8", JSON.stringify(describeApi()));
  },
  "/docs": async () => page("text/html; charset=utf-8", docsPage()),
});

async function answerLogs(
  endpoint: LogsEndpoint,
  { headers, queryString }: HttpRequest,
  style: ErrorStyle,
  services: QueryServices,
): Promise<Answered> {
  const client = await authenticate(headers.authorization, services.credentials, (id) =>
    findClient(id, services),
  );
  if (!client) return unread(unauthorized(style));
  const waitMs = await services.rateLimiter.take(client.name, rateOf(client, services.rate), services.now());
  if (waitMs !== undefined) return unread(tooManyRequests(style, waitMs), client);
  const format = negotiateFormat(headers.accept);
  if (!format) return unread(notAcceptable(style.shape), client);
  if (queryString.length > MOST_QUERY_CHARACTERS) return unread(tooLong(style), client);
  const parsed = parseLogsRequest(queryString, endpoint.parameters, endpoint.channel);
  if ("violations" in parsed) return unread(badRequest(style, parsed.violations), client);
  const { request } = parsed;
  const allowed = { ...request, filter: restrict(request.filter, client) };
  const found = await search(services.db, allowed, services.limits, services.now);
  const {
    body,
    headers: more,
    rows,
    isIncomplete,
  } = printLogs(format, endpoint, found, request, client.isTextHidden);
  const response = ok(format, body, more);
  return { response, client: client.name, rows, isIncomplete, readUnits: found.spentUnits };
}

async function findClient(id: string, { clients }: QueryServices) {
  const result = v.safeParse(storedClient, await clients.find(id));
  return result.success ? result.output : undefined;
}

function rateOf({ perMinute, burst }: Client, otherwise: Rate): Rate {
  return { perMinute: perMinute ?? otherwise.perMinute, burst: burst ?? otherwise.burst };
}

/** What a client may see of what it asks for. A client of one channel or sender asks for that, which is cheap to find. */
function restrict(filter: Filter, { channels, senders }: Client): Filter {
  const [channel, ...otherChannels] = channels ?? [];
  const [from, ...otherSenders] = senders ?? [];
  return {
    ...(channel && otherChannels.length === 0 ? { channel } : {}),
    ...(from && otherSenders.length === 0 ? { from } : {}),
    ...filter,
    ...(channels ? { amongChannels: channels } : {}),
    ...(senders ? { amongSenders: senders } : {}),
  };
}

function unread(response: Response, client?: Client): Answered {
  return { response, client: client?.name ?? "", rows: 0, readUnits: 0, isIncomplete: false };
}
