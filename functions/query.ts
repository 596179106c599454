import * as v from "valibot";
import { serverError } from "../lib/query/responses.ts";
import { answer } from "../lib/query/service.ts";
import { parseEnvironment, queryEnvironment } from "../lib/runtime/config.ts";
import { openDatabase } from "../lib/runtime/dynamodb.ts";
import { once } from "../lib/runtime/once.ts";
import { openSecret } from "../lib/runtime/secret.ts";
import { openTelemetry } from "../lib/runtime/telemetry.ts";

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
  return {
    telemetry: openTelemetry(environment),
    db: openDatabase(environment.TABLE_NAME),
    credentials: openSecret("QUERY_CREDENTIALS", { value, secretId }, Date.now),
    limits: { units: environment.QUERY_READ_UNITS, timeoutMs: environment.QUERY_TIMEOUT_MS },
    now: Date.now,
  };
});

/** Answers `GET /omni/1/logs` from the archive. Never throws: a fault is a 500 with a fixed text, and a line in the log. */
export async function handler(event: unknown) {
  const { telemetry, ...shared } = services();
  const startedAtMs = Date.now();
  try {
    const { rawPath: path, rawQueryString: queryString, headers, requestContext } = v.parse(httpEvent, event);
    const { method } = requestContext.http;
    const { response, rows, readUnits, isIncomplete } = await answer(
      { method, path, queryString, headers },
      shared,
    );
    telemetry.run({
      what: "query",
      metrics: {
        queryMs: Date.now() - startedAtMs,
        rows,
        readUnits,
        incomplete: Number(isIncomplete),
        serverErrors: 0,
      },
      details: { status: response.statusCode, requestId: requestContext.requestId },
    });
    return response;
  } catch (error) {
    telemetry.fault("query", error);
    telemetry.run({
      what: "query",
      metrics: { queryMs: Date.now() - startedAtMs, serverErrors: 1 },
      details: { status: 500 },
    });
    return serverError("json");
  }
}
