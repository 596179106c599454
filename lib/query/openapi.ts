import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { describeResults, ERROR_SCHEMAS } from "./answer-schemas.ts";
import { LOGS_ENDPOINTS, type LogsEndpoint } from "./endpoints.ts";
import { CONTENT_TYPES, MEDIA_TYPES } from "./formats.ts";

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
      400: { description: "A parameter is wrong: the error names it and what is allowed", content: error },
      401: { description: "No client of this archive", content: error },
      406: { description: "No form of ours is acceptable", content: error },
      429: {
        description: "Too many requests of this client",
        headers: { "retry-after": { description: "Seconds", schema: { type: "integer" } } },
        content: error,
      },
      500: { description: "Something went wrong", content: error },
    },
  };
}

function describeBody(type: string, endpoint: LogsEndpoint): JsonSchema {
  return type === CONTENT_TYPES.json.split(";")[0] ? describeResults(endpoint) : { type: "string" };
}

function describeParameters({ parameters }: LogsEndpoint): JsonSchema[] {
  return Object.entries(parameters.schema.entries).map(([name, schema]) => {
    // Conversions to our own types are not the client's business: what it sends is described.
    const { $schema: _, ...described } = toJsonSchema(schema as GenericSchema, {
      typeMode: "input",
      errorMode: "ignore",
    });
    const list = parameters.isList(name);
    return {
      name,
      in: "query",
      required: false,
      schema: described,
      ...(list
        ? { style: "form", explode: true, description: "Several: repeated, or separated by commas" }
        : {}),
    };
  });
}
