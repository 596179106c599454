import type { Database } from "../runtime/dynamodb.ts";
import type { Secret } from "../runtime/secret.ts";
import type { Clients } from "../store/clients.ts";
import type { Rate, RateLimiter } from "../store/rate.ts";
import { findClient, rateOf, restrict } from "./access.ts";
import { authenticate, type Client } from "./clients.ts";
import { LOGS_ENDPOINTS, type LogsEndpoint } from "./endpoints.ts";
import type { ErrorStyle } from "./errors.ts";
import { acceptsGzip, negotiateFormat } from "./formats.ts";
import { parseLogsRequest } from "./parameters.ts";
import { printLogs } from "./print.ts";
import {
  badRequest,
  finish,
  headersTooLarge,
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

/** API Gateway takes 10 kB of them; what serves the handler elsewhere may take more. */
const MOST_HEADER_CHARACTERS = 16_384;

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
  if (lengthOf(request.headers) > MOST_HEADER_CHARACTERS) return unread(headersTooLarge(style));
  const endpoint = LOGS_ENDPOINTS.find((candidate) => candidate.path === path);
  const describe = PAGES[path];
  if (!endpoint && !describe) return unread(notFound(style));
  if (method !== "GET") return unread(methodNotAllowed(style));
  if (request.queryString.length > MOST_QUERY_CHARACTERS) return unread(tooLong(style));
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
  "/docs": async () => {
    const { docsPage } = await import("./docs-page.ts");
    return page("text/html; charset=utf-8", docsPage());
  },
});

async function answerLogs(
  endpoint: LogsEndpoint,
  { headers, queryString }: HttpRequest,
  style: ErrorStyle,
  services: QueryServices,
): Promise<Answered> {
  const client = await authenticate(headers.authorization, services.credentials, (id) =>
    findClient(id, services.clients),
  );
  if (!client) return unread(unauthorized(style));
  const waitMs = await services.rateLimiter.take(client.id, rateOf(client, services.rate), services.now());
  if (waitMs !== undefined) return unread(tooManyRequests(style, waitMs), client);
  const format = negotiateFormat(headers.accept);
  if (!format) return unread(notAcceptable(style.shape), client);
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
  } = await printLogs(format, endpoint, found, request, client.isTextHidden);
  const response = ok(format, body, more);
  return { response, client: client.name, rows, isIncomplete, readUnits: found.spentUnits };
}

function lengthOf(headers: HttpRequest["headers"]): number {
  return Object.entries(headers).reduce((sum, [name, value = ""]) => sum + name.length + value.length, 0);
}

function unread(response: Response, client?: Client): Answered {
  return { response, client: client?.name ?? "", rows: 0, readUnits: 0, isIncomplete: false };
}
