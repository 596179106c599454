import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { finish, type Response, serverError } from "../lib/query/responses.ts";
import { answer, errorStyleOf } from "../lib/query/service.ts";
import { parseEnvironment, queryEnvironment } from "../lib/runtime/config.ts";
import { openDatabase } from "../lib/runtime/dynamodb.ts";
import { once } from "../lib/runtime/once.ts";
import { openSecret } from "../lib/runtime/secret.ts";
import { openTelemetry } from "../lib/runtime/telemetry.ts";
import { Clients } from "../lib/store/clients.ts";
import { RateLimiter } from "../lib/store/rate.ts";

/** What we read of an API Gateway HTTP API event, payload format 2.0. Header names come in lower case. */
const httpEvent = v.object({
  rawPath: v.string(),
  rawQueryString: v.optional(v.string(), ""),
  headers: v.optional(v.record(v.string(), v.string()), {}),
  requestContext: v.object({
    requestId: v.optional(v.string(), ""),
    http: v.object({ method: v.string() }),
  }),
});

const services = once(() => {
  const environment = parseEnvironment(queryEnvironment, process.env);
  const { QUERY_CREDENTIALS: value, QUERY_CREDENTIALS_SECRET: secretId } = environment;
  const db = openDatabase(environment.TABLE_NAME);
  return {
    db,
    telemetry: openTelemetry(environment),
    credentials: openSecret("QUERY_CREDENTIALS", { value, secretId }, Date.now),
    clients: new Clients(db, Date.now),
    rateLimiter: new RateLimiter(db),
    rate: { perMinute: environment.QUERY_RATE_PER_MINUTE, burst: environment.QUERY_RATE_BURST },
    limits: { units: environment.QUERY_READ_UNITS, timeoutMs: environment.QUERY_TIMEOUT_MS },
    now: Date.now,
  };
});

/**
 * Answers Infobip's logs endpoints from the archive. A fault is a 500 with a fixed text, and a line in the log; only an
 * environment that is wrong fails the Lambda itself.
 */
export async function handler(event: unknown): Promise<Response> {
  const { telemetry, ...shared } = services();
  const startedAtMs = Date.now();
  const request = readEvent(event);
  try {
    const { response, client, rows, readUnits, isIncomplete } = await answer(request, shared);
    telemetry.run({
      what: "query",
      metrics: {
        queryMs: Date.now() - startedAtMs,
        rows,
        readUnits,
        incomplete: Number(isIncomplete),
        throttled: Number(response.statusCode === 429),
        serverErrors: 0,
      },
      details: { status: response.statusCode, client, requestId: request.id },
    });
    return response;
  } catch (error) {
    telemetry.fault("query", error, { requestId: request.id });
    const metrics = { queryMs: Date.now() - startedAtMs, serverErrors: 1 };
    telemetry.run({ what: "query", metrics, details: { status: 500, requestId: request.id } });
    return finish(serverError(errorStyleOf(request)), request.id, false);
  }
}

function readEvent(event: unknown) {
  const { rawPath: path, rawQueryString: queryString, headers, requestContext } = v.parse(httpEvent, event);
  const id = requestContext.requestId || randomUUID();
  return { id, method: requestContext.http.method, path, queryString, headers };
}
