import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { WAYS } from "../log/page-log.ts";
import { STREAMS } from "../log/streams.ts";
import { EVENT_TYPES } from "../message/event.ts";
import type { Style } from "../message/fields.ts";
import { recordSchema } from "./answer-schemas.ts";
import type { ErrorStyle } from "./errors.ts";
import { REPORTS_ENDPOINTS, type ReportFilter, type ReportsEndpoint } from "./report-endpoints.ts";
import { ACK_FORM, ACK_HEADER, POSITION_HEADER, SKIPPED_HEADER } from "./report-request.ts";

type JsonSchema = Readonly<Record<string, unknown>>;
/** The error responses of every endpoint, in this shape. */
type DescribeFaults = (shape: ErrorStyle["shape"]) => JsonSchema;

const count = v.pipe(v.number(), v.integer());
const reportsAnswer = (style: Style) => v.object({ results: v.array(recordSchema(style)) });
const feedItem = v.object({
  position: v.string(),
  source: v.picklist(STREAMS),
  way: v.picklist(WAYS),
  receivedAt: v.string(),
  new: v.boolean(),
  report: recordSchema("omni"),
});
const feedAnswer = v.object({ results: v.array(feedItem), position: v.string(), more: v.boolean() });
const origin = { at: v.string(), way: v.picklist(WAYS), source: v.string() };
const historyAnswer = v.object({
  messageId: v.string(),
  messages: v.array(recordSchema("omni")),
  history: v.array(
    v.variant("type", [
      v.object({ ...origin, type: v.literal("REPORT"), channel: v.string(), report: recordSchema("omni") }),
      v.object({
        ...origin,
        type: v.picklist(EVENT_TYPES),
        channel: v.optional(v.string()),
        event: v.looseObject({}),
      }),
    ]),
  ),
});
const lag = v.object({
  source: v.picklist(STREAMS),
  pages: count,
  lagSeconds: count,
  secondsLeft: v.optional(count),
});
const lagsAnswer = v.object({ results: v.array(lag) });

const HEADERS = {
  "x-request-id": { description: "The name of this request in the log", schema: { type: "string" } },
};
const POSITION = {
  [POSITION_HEADER]: { description: "What to acknowledge, or to go on after", schema: { type: "string" } },
};
const SKIPPED = {
  [SKIPPED_HEADER]: {
    description: "How many pages expired before this client had read them: it has been put behind them",
    schema: { type: "integer", minimum: 1 },
  },
};
const LIMIT = { type: "integer", minimum: 1, maximum: 1_000, default: 50 };
const DATE = { type: "string", format: "date-time", examples: ["2026-11-22T08:00:00.000+01:00"] };

const ANY_STREAM = `(?:${STREAMS.join("|")})`;

const FILTER_TEXTS: Readonly<Record<ReportFilter, string>> = {
  bulkId: "The id of the request that messages were sent with",
  messageId: "The id of a message",
  channel: "The channel that a message went over",
  entityId: "The entity that messages were sent for",
  applicationId: "The application that messages were sent with",
  campaignReferenceId: "The campaign of messages",
};

/** The OpenAPI paths of the reports, the feed and the positions. */
export function describeReportPaths(faults: DescribeFaults): JsonSchema {
  return {
    ...Object.fromEntries(
      REPORTS_ENDPOINTS.map((endpoint) => [endpoint.path, { get: describeReports(endpoint, faults) }]),
    ),
    "/omnilog/1/feed": { get: describeFeed(faults) },
    "/omnilog/1/messages/{messageId}": { get: describeHistory(faults) },
    "/omnilog/1/positions": {
      get: {
        operationId: "omnilog_1_positions",
        summary: "How far this client is behind, by source",
        parameters: [],
        responses: { 200: json("By source that it has asked for", lagsAnswer), ...faults("ApiException") },
      },
    },
    "/omnilog/1/positions/{source}": { post: describeRewind(faults) },
  };
}

function describeReports(
  { path, filters, style, errors }: ReportsEndpoint,
  faults: DescribeFaults,
): JsonSchema {
  const described = json(
    "What this client has not been given yet, in order of arrival",
    reportsAnswer(style),
    { ...POSITION, ...SKIPPED },
  );
  return {
    operationId: path.slice(1).replaceAll("/", "_"),
    summary: "Reports, each given to each client once",
    parameters: [
      ...filters.map((name) => query(name, FILTER_TEXTS[name], { type: "string", minLength: 1 })),
      query("limit", "How many to give at most", LIMIT),
      {
        name: ACK_HEADER,
        in: "header",
        required: false,
        description: `${POSITION_HEADER} of the answer before, or empty: then what was not acknowledged comes again`,
        schema: { type: "string", pattern: ACK_FORM.source },
      },
    ],
    responses: {
      200: {
        ...described,
        content: { ...described.content, "application/xml": { schema: { type: "string" } } },
      },
      ...faults(errors),
    },
  };
}

function describeFeed(faults: DescribeFaults): JsonSchema {
  const described = json("Reports, and where to go on", feedAnswer, POSITION);
  return {
    operationId: "omnilog_1_feed",
    summary: "Everything that arrived, in its order, for readers that keep their own position",
    parameters: [
      query("after", "A position of an answer: what follows it", {
        type: "string",
        pattern: "^1-[A-Za-z0-9_-]+$",
      }),
      query("since", "What arrived at this moment or later; not beside after", DATE),
      query("sources", `Some of ${STREAMS.join(", ")}, separated by commas`, {
        type: "string",
        pattern: `^\\s*${ANY_STREAM}\\s*(?:,\\s*${ANY_STREAM}\\s*)*$`,
        default: STREAMS.join(","),
      }),
      query("changes", "Only what nothing before it has said", { type: "boolean", default: false }),
      query("limit", "How many to give at most", LIMIT),
    ],
    responses: {
      200: {
        ...described,
        content: { ...described.content, "application/x-ndjson": { schema: { type: "string" } } },
      },
      410: {
        ...fault("What follows the position is not kept any more"),
        headers: { ...HEADERS, ...POSITION },
      },
      ...faults("ApiException"),
    },
  };
}

function describeHistory(faults: DescribeFaults): JsonSchema {
  return {
    operationId: "omnilog_1_messages",
    summary: "One message: what is known of it, and every report and event that told it, newest first",
    parameters: [{ name: "messageId", in: "path", required: true, schema: { type: "string", minLength: 1 } }],
    responses: {
      200: json("The message over each of its channels, and its history", historyAnswer),
      404: fault("Nothing is known of this message, or nothing that this client may see"),
      ...faults("ApiException"),
    },
  };
}

function describeRewind(faults: DescribeFaults): JsonSchema {
  return {
    operationId: "omnilog_1_positions_rewind",
    summary: "Reads a source on from elsewhere",
    parameters: [{ name: "source", in: "path", required: true, schema: { type: "string", enum: STREAMS } }],
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: {
            type: "object",
            required: ["to"],
            properties: { to: { anyOf: [DATE, { type: "string", enum: ["oldest", "end"] }] } },
          },
        },
      },
    },
    responses: {
      200: json("How far behind it is now", lag),
      404: fault("There is no such source"),
      413: fault("The body is too large"),
      ...faults("ApiException"),
    },
  };
}

function query(name: string, description: string, schema: JsonSchema): JsonSchema {
  return { name, in: "query", required: false, description, schema };
}

function fault(description: string) {
  const schema = { $ref: "#/components/schemas/ApiException" };
  return {
    description,
    headers: HEADERS,
    content: { "application/json": { schema }, "application/xml": { schema: { type: "string" } } },
  };
}

function json(description: string, schema: v.GenericSchema, headers: JsonSchema = {}) {
  const { $schema: _, ...described } = toJsonSchema(schema);
  return {
    description,
    headers: { ...HEADERS, ...headers },
    content: { "application/json": { schema: described } },
  };
}
