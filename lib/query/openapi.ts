import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { describeResults, ERROR_SCHEMAS } from "./answer-schemas.ts";
import { LOGS_ENDPOINTS, type LogsEndpoint } from "./endpoints.ts";
import { CONTENT_TYPES, MEDIA_TYPES } from "./formats.ts";
import { PARAMETER_TEXTS } from "./parameter-texts.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/** The API as an OpenAPI 3.1 document, made from the schemas that check requests, and from those that answers keep to. */
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
    security: [{ basic: [] }, { app: [] }],
    paths: Object.fromEntries(
      LOGS_ENDPOINTS.map((endpoint) => [endpoint.path, { get: describeEndpoint(endpoint) }]),
    ),
    components: {
      securitySchemes: {
        basic: { type: "http", scheme: "basic" },
        app: {
          type: "apiKey",
          in: "header",
          name: "Authorization",
          description: "App, a space, and the key",
        },
      },
      schemas: ERROR_SCHEMAS,
    },
  };
}

/** What each fault means. */
const FAULTS: Readonly<Record<string, string>> = {
  400: "A parameter is wrong: the error names it and what is allowed",
  401: "No client of this archive",
  405: "Only GET is answered",
  406: "No form of ours is acceptable",
  414: "The query is too long",
  429: "Too many requests of this client",
  431: "The headers are too large",
  500: "Something went wrong",
};
const HEADERS = {
  "x-request-id": { description: "The name of this request in the log", schema: { type: "string" } },
};
const FAULT_HEADERS: Readonly<Record<string, JsonSchema>> = {
  401: { "www-authenticate": { description: "How to ask", schema: { type: "string" } } },
  405: { allow: { description: "GET", schema: { type: "string" } } },
  429: {
    "retry-after": { description: "Seconds to wait", schema: { type: "integer", minimum: 1 } },
  },
};

function describeEndpoint(endpoint: LogsEndpoint): JsonSchema {
  const { path, channel, errors } = endpoint;
  const error = {
    "application/json": { schema: { $ref: `#/components/schemas/${errors}` } },
    "application/xml": { schema: { type: "string" } },
  };
  return {
    operationId: path.slice(1).replaceAll("/", "_"),
    summary: channel ? `What became of messages over ${channel}` : "What became of messages over any channel",
    parameters: describeParameters(endpoint),
    responses: {
      200: {
        description: "The newest records that match",
        headers: {
          ...HEADERS,
          "omnilog-next-cursor": {
            description: "The cursor, also where the body has no place for it",
            schema: { type: "string" },
          },
          "omnilog-incomplete": {
            description: "The search ended before its end: go on with the cursor",
            schema: { type: "string" },
          },
        },
        content: Object.fromEntries(
          MEDIA_TYPES.map((type) => [type, { schema: describeBody(type, endpoint) }]),
        ),
      },
      ...Object.fromEntries(
        Object.entries(FAULTS).map(([status, description]) => [
          status,
          { description, headers: { ...HEADERS, ...FAULT_HEADERS[status] }, content: error },
        ]),
      ),
    },
  };
}

function describeBody(type: string, endpoint: LogsEndpoint): JsonSchema {
  return type === CONTENT_TYPES.json.split(";")[0] ? describeResults(endpoint) : { type: "string" };
}

function describeParameters({ parameters }: LogsEndpoint): JsonSchema[] {
  return Object.entries(parameters.schema.entries).map(([name, schema]) => {
    const { description, schema: simpler } = PARAMETER_TEXTS[parameters.parameterOf(name)];
    return {
      name,
      in: "query",
      required: false,
      description,
      schema: simpler ?? inputOf(schema),
      ...(parameters.isList(name) ? { style: "form", explode: true } : {}),
    };
  });
}

/** What a client sends, without what is made of it: conversions to our own types are not its business. */
function inputOf(schema: GenericSchema): JsonSchema {
  const options = { typeMode: "input", errorMode: "ignore" } as const;
  const { $schema: _, ...described } = toJsonSchema(schema, options);
  return described;
}
