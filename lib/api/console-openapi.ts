import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import type { ErrorStyle } from "./errors.ts";
import { healthAnswer, quarantineAnswer, quarantineEntry, quarantineText } from "./health-schemas.ts";
import { me, signInBody } from "./session.ts";

type JsonSchema = Readonly<Record<string, unknown>>;
/** The error responses of every endpoint, in this shape. */
type DescribeFaults = (shape: ErrorStyle["shape"]) => JsonSchema;

const HEADERS = {
  "x-request-id": { description: "The name of this request in the log", schema: { type: "string" } },
};
const COOKIE = {
  "set-cookie": { description: "The session's token, or none", schema: { type: "string" } },
};

/** The OpenAPI paths that only the console needs. */
export function describeConsolePaths(faults: DescribeFaults): JsonSchema {
  return {
    ...describeHealthPaths(faults),
    "/omnilog/1/session": {
      post: {
        operationId: "omnilog_1_session_begin",
        summary: "Signs in to the console: for its own page alone",
        security: [],
        parameters: [],
        requestBody: { required: true, content: { "application/json": { schema: schemaOf(signInBody) } } },
        responses: {
          200: json("Who is signed in now", me, COOKIE),
          ...onBodies(),
          ...faults("ApiException"),
        },
      },
      get: {
        operationId: "omnilog_1_session",
        summary: "Who asks, and what they may see",
        parameters: [],
        responses: { 200: json("Who asks", me), ...faults("ApiException") },
      },
      delete: {
        operationId: "omnilog_1_session_end",
        summary: "Signs out of the console",
        parameters: [],
        responses: {
          204: { description: "The session is over", headers: { ...HEADERS, ...COOKIE } },
          ...faults("ApiException"),
        },
      },
    },
  };
}

const ID = {
  name: "id",
  in: "path",
  required: true,
  description: "As the list names it",
  schema: { type: "string" },
};
const GONE = { 404: fault("There is no such entry, or no more") };

/** The health of the archive, and what could not be parsed. */
function describeHealthPaths(faults: DescribeFaults): JsonSchema {
  const entry = (operationId: string, summary: string, parameters = [ID]) => ({
    operationId: `omnilog_1_${operationId}`,
    summary,
    parameters,
  });
  return {
    "/omnilog/1/health": {
      get: {
        ...entry("health", "How the archive is: what is behind, in doubt, in quarantine", []),
        responses: { 200: json("To a limited client, less", healthAnswer), ...faults("ApiException") },
      },
    },
    "/omnilog/1/quarantine": {
      get: {
        ...entry("quarantine", "What could not be parsed, without the texts", []),
        parameters: [
          query("limit", "How many to give at most", {
            type: "integer",
            minimum: 1,
            maximum: 100,
            default: 50,
          }),
          query("cursor", "nextCursor of an answer", { type: "string", pattern: "^[A-Za-z0-9_-]{1,1000}$" }),
        ],
        responses: { 200: json("By page", quarantineAnswer), ...faults("ApiException") },
      },
    },
    "/omnilog/1/quarantine/{id}": {
      get: {
        ...entry("quarantine_entry", "What could not be parsed, as it came: for admins"),
        responses: { 200: json("The entry", quarantineText), ...GONE, ...faults("ApiException") },
      },
      delete: {
        ...entry("quarantine_drop", "Lets go of it at the reconciler's next run: for admins"),
        responses: { 202: json("What is to be done", quarantineEntry), ...GONE, ...faults("ApiException") },
      },
    },
    "/omnilog/1/quarantine/{id}/replay": {
      post: {
        ...entry("quarantine_replay", "Tries it again at the reconciler's next run: for admins"),
        responses: {
          202: json("What is to be done", quarantineEntry),
          ...GONE,
          ...onBodies(),
          ...faults("ApiException"),
        },
      },
    },
  };
}

function query(name: string, description: string, schema: JsonSchema): JsonSchema {
  return { name, in: "query", required: false, description, schema };
}

/** Error responses about bodies. */
function onBodies(): JsonSchema {
  return { 413: fault("The body is too large"), 415: fault("The body must be said to be JSON") };
}

function fault(description: string): JsonSchema {
  const schema = { $ref: "#/components/schemas/ApiException" };
  return {
    description,
    headers: HEADERS,
    content: { "application/json": { schema }, "application/xml": { schema: { type: "string" } } },
  };
}

function json(description: string, schema: v.GenericSchema, headers: JsonSchema = {}): JsonSchema {
  return {
    description,
    headers: { ...HEADERS, ...headers },
    content: { "application/json": { schema: schemaOf(schema) } },
  };
}

function schemaOf(schema: v.GenericSchema): JsonSchema {
  const { $schema: _, ...described } = toJsonSchema(schema);
  return described;
}
