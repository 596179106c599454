import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { FIELD_NAMES, FIELD_TABLE, type Style, shownPath } from "../message/fields.ts";
import type { LogsEndpoint } from "./endpoints.ts";

/**
 * The schema of a record as an endpoint of this style shows it, from the table of fields. Unknown fields are allowed,
 * as in the archive.
 */
export function recordSchema(style: Style): v.GenericSchema {
  const fields: Record<string, v.GenericSchema> = {};
  const inside: Record<string, Record<string, v.GenericSchema>> = {};
  for (const field of FIELD_NAMES) {
    const { type, isAlways } = FIELD_TABLE[field];
    const [name, part] = shownPath(field, style);
    if (name === undefined) continue;
    if (part === undefined) fields[name] = isAlways ? type.schema : v.optional(type.schema);
    else inside[name] = { ...inside[name], [part]: v.optional(type.schema) };
  }
  const objects = Object.entries(inside).map(([name, parts]) => [name, v.optional(v.looseObject(parts))]);
  return v.looseObject({ ...fields, ...Object.fromEntries(objects) });
}

const count = v.pipe(v.number(), v.integer());

/** The schema of an endpoint's JSON answer. */
export function resultsSchema({ style }: LogsEndpoint) {
  return v.object({
    results: v.array(recordSchema(style)),
    cursor: v.optional(v.object({ limit: count, nextCursor: v.string() })),
    incomplete: v.optional(v.literal(true)),
  });
}

/** The same as JSON Schema. */
export function describeResults(endpoint: LogsEndpoint): Readonly<Record<string, unknown>> {
  return withoutDialect(toJsonSchema(resultsSchema(endpoint)));
}

const apiException = v.object({
  requestError: v.object({
    serviceException: v.object({
      messageId: v.string(),
      text: v.string(),
      validationErrors: v.optional(v.record(v.string(), v.array(v.string()))),
    }),
  }),
});
const apiError = v.object({
  errorCode: v.string(),
  description: v.string(),
  action: v.string(),
  violations: v.array(v.object({ property: v.string(), violation: v.string() })),
  resources: v.array(v.object({ name: v.string(), url: v.string() })),
});

/** JSON Schemas of the two shapes of errors. */
export const ERROR_SCHEMAS = {
  ApiException: withoutDialect(toJsonSchema(apiException)),
  ApiError: withoutDialect(toJsonSchema(apiError)),
};

function withoutDialect(schema: object): Readonly<Record<string, unknown>> {
  const { $schema: _, ...rest } = schema as Record<string, unknown>;
  return rest;
}
