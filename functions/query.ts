import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { ClientFinder } from "../lib/api/clients.ts";
import { type Cursors, cursorsOf } from "../lib/api/cursor.ts";
import { FailedSignIns } from "../lib/api/failed-sign-ins.ts";
import { RateLimiter } from "../lib/api/rate.ts";
import type { HttpRequest } from "../lib/api/requests.ts";
import type { Reply, Response } from "../lib/api/responses.ts";
import { answer } from "../lib/api/router.ts";
import { parseEnvironment, queryEnvironment } from "../lib/runtime/config.ts";
import { HASTY, openDatabase } from "../lib/runtime/dynamodb.ts";
import { ConfigurationError } from "../lib/runtime/errors.ts";
import { once } from "../lib/runtime/once.ts";
import { openSecret, type Secret, WITHDRAWN_AFTER_MS } from "../lib/runtime/secret.ts";
import { openTelemetry, type Telemetry } from "../lib/runtime/telemetry.ts";

/** The part of an API Gateway HTTP API event (payload format 2.0) that is used. Header names are in lower case. */
const httpEvent = v.object({
  rawPath: v.string(),
  rawQueryString: v.optional(v.string(), ""),
  headers: v.optional(v.record(v.string(), v.string()), {}),
  /** The Cookie header, split into cookies. */
  cookies: v.optional(v.array(v.string())),
  body: v.optional(v.string(), ""),
  isBase64Encoded: v.optional(v.boolean(), false),
  requestContext: v.object({
    requestId: v.optional(v.string(), ""),
    timeEpoch: v.optional(v.number()),
    http: v.object({ method: v.string(), sourceIp: v.optional(v.string(), "") }),
  }),
});

type Environment = v.InferOutput<typeof queryEnvironment>;

const services = once(() => {
  const environment = parseEnvironment(queryEnvironment, process.env);
  const { QUERY_CREDENTIALS: value, QUERY_CREDENTIALS_SECRET: secretId } = environment;
  const db = openDatabase(environment.TABLE_NAME, HASTY);
  const perMinute = environment.QUERY_FAILURES_PER_MINUTE;
  return {
    db,
    telemetry: openTelemetry(environment),
    credentials: openSecret("QUERY_CREDENTIALS", { value, secretId }, Date.now, WITHDRAWN_AFTER_MS),
    clients: new ClientFinder(db, Date.now),
    admins: environment.QUERY_ADMINS?.split(",") ?? [],
    sessions: once(async () => {
      const { Sessions } = await import("../lib/api/sessions.ts");
      return new Sessions(db);
    }),
    failedSignIns: new FailedSignIns({ perMinute, burst: perMinute * 3 }),
    rateLimiter: new RateLimiter(db),
    rate: { perMinute: environment.QUERY_RATE_PER_MINUTE, burst: environment.QUERY_RATE_BURST },
    cursors: openCursors(environment),
    corsOrigins: environment.CORS_ORIGINS?.split(",") ?? [],
    reports: once(async () => {
      const { openReports } = await import("../lib/api/open-reports.ts");
      return openReports(db, Date.now);
    }),
    health: once(async () => {
      const { openHealth } = await import("../lib/health/open.ts");
      return openHealth(db);
    }),
    limits: { units: environment.QUERY_READ_UNITS, timeoutMs: environment.QUERY_TIMEOUT_MS },
    now: Date.now,
  };
});

/** Without a key only cursors fail; all other requests are answered. */
function openCursorKey({ CURSOR_KEY: value, CURSOR_KEY_SECRET: secretId }: Environment): Secret {
  if (value === undefined && secretId === undefined) return async () => "";
  return openSecret("CURSOR_KEY", { value, secretId }, Date.now, CURSOR_KEY_AGE_MS);
}

/** The keys are derived once for each value of the secret. */
function openCursors(environment: Environment): () => Promise<Cursors> {
  const read = openCursorKey(environment);
  let made: { readonly secret: string; readonly cursors: Cursors } | undefined;
  return async () => {
    const secret = await read(false);
    if (made?.secret !== secret) made = { secret, cursors: cursorsOf(secret) };
    return made.cursors;
  };
}

/** During a rotation every process must know the new key before any of them seals with it: see the runbook. */
const CURSOR_KEY_AGE_MS = 300_000;

/**
 * Answers the API's requests. A fault becomes a 500 or 503 with a fixed text, and a log line. Only an invalid
 * environment fails the Lambda itself.
 */
export async function handler(event: unknown): Promise<Response> {
  const { telemetry, ...shared } = services();
  const startedAtMs = Date.now();
  const request = readEvent(event);
  const reply = await answer(request, shared);
  report(telemetry, request.id, reply, Date.now() - startedAtMs);
  return reply.response;
}

function report(telemetry: Telemetry, requestId: string, reply: Reply, queryMs: number): void {
  const { response, client, rows, readUnits, isIncomplete, skippedPages = 0, cause } = reply;
  const { statusCode: status } = response;
  if (cause !== undefined) telemetry.fault("query", cause, { requestId, status });
  telemetry.run({
    what: "query",
    metrics: {
      queryMs,
      rows,
      readUnits,
      incomplete: Number(isIncomplete),
      throttled: Number(status === 429),
      serverErrors: Number(status >= 500),
      // These are sent only if they are above zero, and cost nothing otherwise.
      ...(skippedPages > 0 ? { skippedPages } : {}),
      ...(status === 401 ? { unauthorized: 1 } : {}),
      ...(status === 503 ? { unavailable: 1 } : {}),
      ...(cause instanceof ConfigurationError ? { misconfigured: 1 } : {}),
    },
    details: { status, client, requestId },
  });
}

function readEvent(event: unknown): HttpRequest {
  const {
    rawPath: path,
    rawQueryString: queryString,
    headers: given,
    cookies,
    requestContext,
    ...sent
  } = v.parse(httpEvent, event);
  const { method, sourceIp } = requestContext.http;
  const headers = cookies ? { ...given, cookie: cookies.join("; ") } : given;
  const id = requestContext.requestId || randomUUID();
  const arrivedAtMs = requestContext.timeEpoch ?? Date.now();
  const body = sent.isBase64Encoded ? Buffer.from(sent.body, "base64").toString() : sent.body;
  return { id, method, path, queryString, headers, sourceIp, body, arrivedAtMs };
}
