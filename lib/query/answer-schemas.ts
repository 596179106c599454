import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import type { LogsEndpoint } from "./endpoints.ts";

/** What answers keep to. Fields that Infobip invents later are let through, as they are by the archive. */
const date = v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}[+-]\d{4}$/));
const code = {
  groupId: v.optional(v.number()),
  groupName: v.optional(v.string()),
  id: v.optional(v.number()),
  name: v.optional(v.string()),
  description: v.optional(v.string()),
};
const price = v.looseObject({ pricePerMessage: v.optional(v.number()), currency: v.optional(v.string()) });
const status = v.looseObject({ ...code, action: v.optional(v.string()) });
const error = v.looseObject({ ...code, permanent: v.optional(v.boolean()) });
const ids = { bulkId: v.optional(v.string()), messageId: v.string() };
const course = {
  sentAt: date,
  doneAt: v.optional(date),
  price: v.optional(price),
  status,
  error: v.optional(error),
  callbackData: v.optional(v.string()),
};
const older = {
  ...ids,
  to: v.optional(v.string()),
  from: v.optional(v.string()),
  text: v.optional(v.string()),
  ...course,
};
const newer = {
  ...ids,
  sender: v.optional(v.string()),
  destination: v.optional(v.string()),
  messageCount: v.optional(v.number()),
  ...course,
};

const RECORDS: Readonly<Record<string, v.GenericSchema>> = {
  "/omni/1/logs": v.looseObject({
    ...older,
    messageCount: v.optional(v.number()),
    mccmnc: v.optional(v.string()),
    channel: v.string(),
  }),
  "/sms/1/logs": v.looseObject({
    ...older,
    smsCount: v.optional(v.number()),
    mccMnc: v.optional(v.string()),
  }),
  "/email/1/logs": v.looseObject({ ...older, messageCount: v.optional(v.number()) }),
  "/push/1/logs": v.looseObject({ ...older, messageCount: v.optional(v.number()), channel: v.string() }),
  "/sms/3/logs": v.looseObject({
    ...newer,
    mccMnc: v.optional(v.string()),
    content: v.optional(v.looseObject({ text: v.string() })),
    platform: v.optional(
      v.looseObject({ entityId: v.optional(v.string()), applicationId: v.optional(v.string()) }),
    ),
  }),
  "/email/4/logs": v.looseObject({ ...newer, text: v.optional(v.string()) }),
};

/** The JSON answer of an endpoint, as a schema. */
export function resultsSchema({ path }: LogsEndpoint) {
  return v.object({
    results: v.array(RECORDS[path] ?? v.looseObject({})),
    cursor: v.optional(v.object({ limit: v.number(), nextCursor: v.string() })),
    incomplete: v.optional(v.literal(true)),
  });
}

/** The same, as JSON Schema. */
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

/** The two shapes of an error, as JSON Schema. */
export const ERROR_SCHEMAS = {
  ApiException: withoutDialect(toJsonSchema(apiException)),
  ApiError: withoutDialect(toJsonSchema(apiError)),
};

function withoutDialect(schema: object): Readonly<Record<string, unknown>> {
  const { $schema: _, ...rest } = schema as Record<string, unknown>;
  return rest;
}
