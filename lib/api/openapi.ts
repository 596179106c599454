import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { describeResults, ERROR_SCHEMAS } from "./answer-schemas.ts";
import { describeConsolePaths } from "./console-openapi.ts";
import { LOGS_ENDPOINTS, type LogsEndpoint } from "./endpoints.ts";
import { CONTENT_TYPES, MEDIA_TYPES } from "./formats.ts";
import { describeIncidentPaths } from "./incidents-openapi.ts";
import { describeReportPaths } from "./report-openapi.ts";
import { describeStatisticsPaths } from "./statistics-openapi.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The API as an OpenAPI 3.1 document, made from the same schemas that check requests, and that answers are tested
 * against.
 */
export function describeApi(): JsonSchema {
  return {
    openapi: "3.1.0",
    info: {
      title: "Omnilog",
      version: "1",
      summary: "The archive of an Infobip account's delivery reports",
      description:
        "The logs endpoints of Infobip, answered from the archive: further back than 48 hours, and with cursors.",
    },
    security: [{ basic: [] }, { app: [] }, { bearer: [] }, { session: [] }],
    paths: {
      ...Object.fromEntries(
        LOGS_ENDPOINTS.map((endpoint) => [
          endpoint.path,
          Object.fromEntries(
            endpoint.methods.map((method) => [method.toLowerCase(), describeEndpoint(endpoint, method)]),
          ),
        ]),
      ),
      ...describeReportPaths(describeFaults),
      ...describeConsolePaths(describeFaults),
      ...describeStatisticsPaths(describeFaults),
      ...describeIncidentPaths(describeFaults),
    },
    components: {
      securitySchemes: {
        basic: { type: "http", scheme: "basic" },
        bearer: { type: "http", scheme: "bearer" },
        app: {
          type: "apiKey",
          in: "header",
          name: "Authorization",
          description: "App, a space, and the key",
        },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "__Host-omnilog",
          description: "Of whoever has signed in to the console: for pages of this origin alone",
        },
      },
      schemas: ERROR_SCHEMAS,
    },
  };
}

/** The meaning of each error. */
const FAULTS: Readonly<Record<string, string>> = {
  400: "A parameter is wrong: the error names it and what is allowed",
  401: "No client of this archive",
  403: "Not for this client, or not with a session's cookie",
  405: "This method is not answered: the header Allow names those that are",
  406: "No form of ours is acceptable",
  414: "The query is too long",
  429: "Too many requests of this client",
  431: "The headers are too large",
  500: "Something went wrong",
  503: "The archive is busy: try again",
};
const text = (description: string) => ({ description, schema: { type: "string" } });
const count = (description: string) => ({ description, schema: { type: "integer", minimum: 0 } });
const HEADERS = { "x-request-id": text("The name of this request in the log") };
/** In every answer to an admitted client. */
const RATE_HEADERS = {
  "x-ratelimit-limit": count("How many requests may come at once"),
  "x-ratelimit-remaining": count("How many of them are left"),
  "x-ratelimit-reset": count("In how many seconds all of them will be"),
};
const FAULT_HEADERS: Readonly<Record<string, JsonSchema>> = {
  401: { "www-authenticate": text("How to ask") },
  405: { allow: text("The methods that there are") },
  429: { "retry-after": count("Seconds to wait"), ...RATE_HEADERS },
  503: { "retry-after": count("Seconds to wait") },
};

function describeEndpoint(endpoint: LogsEndpoint, method: string): JsonSchema {
  const { path, channel, errors } = endpoint;
  return {
    operationId: `${path.slice(1).replaceAll("/", "_")}${method === "GET" ? "" : `_${method.toLowerCase()}`}`,
    summary: channel ? `What became of messages over ${channel}` : "What became of messages over any channel",
    parameters: describeParameters(endpoint),
    responses: {
      200: {
        description: "The newest records that match",
        headers: {
          ...HEADERS,
          ...RATE_HEADERS,
          "omnilog-next-cursor": text("The cursor, also where the body has no place for it"),
          link: text('Where the answer goes on: rel="next" (RFC 8288)'),
          "omnilog-incomplete": text("The search ended before its end: go on with the cursor"),
        },
        content: Object.fromEntries(
          MEDIA_TYPES.map((type) => [type, { schema: describeBody(type, endpoint) }]),
        ),
      },
      ...describeFaults(errors),
    },
  };
}

/** The error responses of an endpoint. */
function describeFaults(shape: LogsEndpoint["errors"]) {
  const content = {
    "application/json": { schema: { $ref: `#/components/schemas/${shape}` } },
    "application/xml": { schema: { type: "string" } },
  };
  return Object.fromEntries(
    Object.entries(FAULTS).map(([status, description]) => [
      status,
      { description, headers: { ...HEADERS, ...FAULT_HEADERS[status] }, content },
    ]),
  );
}

function describeBody(type: string, endpoint: LogsEndpoint): JsonSchema {
  return type === CONTENT_TYPES.json.split(";")[0] ? describeResults(endpoint) : { type: "string" };
}

function describeParameters({ parameters }: LogsEndpoint): JsonSchema[] {
  return parameters.describe().map(({ name, text, schema, described, isList }) => ({
    name,
    in: "query",
    required: false,
    description: text,
    schema: described ?? inputOf(schema),
    ...(isList ? { style: "form", explode: true } : {}),
  }));
}

/** What a client sends, without our own conversions, which do not concern it. */
function inputOf(schema: GenericSchema<unknown, unknown>): JsonSchema {
  const options = { typeMode: "input", errorMode: "ignore" } as const;
  const { $schema: _, ...described } = toJsonSchema(schema, options);
  return described;
}
