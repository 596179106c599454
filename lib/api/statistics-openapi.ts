import { ALL_CHANNELS_NAME, DIMENSIONS, TIME_TO_DELIVER_NAME } from "../statistics/dimensions.ts";
import { METRICS } from "../statistics/metrics.ts";
import type { ErrorStyle } from "./errors.ts";
import { AGGREGATES, FILTERS, METRIC_NAMES } from "./statistics-request.ts";

type JsonSchema = Readonly<Record<string, unknown>>;
type DescribeFaults = (shape: ErrorStyle["shape"]) => Readonly<Record<string, object>>;

const DATE = { type: "string", format: "date-time", examples: ["2026-11-22T08:00:00.000+01:00"] };
const MOMENT = { type: "string", examples: ["2026-11-22T08:00:00.000+0000"] };
const text = (description: string) => ({ description, schema: { type: "string" } });
/** A list in a query string: not empty, and without empty elements. */
const PART = "\\s*[^,\\s](?:[^,]*[^,\\s])?\\s*";
const ANY_LIST = { type: "string", pattern: `^${PART}(?:,${PART})*$` };

function listOf(names: readonly string[]): JsonSchema {
  const one = `\\s*(?:${names.join("|")})\\s*`;
  return { type: "string", pattern: `^${one}(?:,${one})*$`, examples: [names.slice(0, 2).join(",")] };
}

const PERIOD_TEXTS = {
  sentSince: "From when on messages were sent; by default 24 hours before sentUntil (an hour with MINUTE)",
  sentUntil: "Up to when, that moment not included; by default now",
};
const AGGREGATE_TEXT = [
  "What rows tell apart. Stretches of time begin in UTC; of several the finest is shown.",
  ...DIMENSIONS.map(({ name, text }) => `${name}: ${text}.`),
  `${TIME_TO_DELIVER_NAME}: how long delivered messages took.`,
  `CHANNEL_CODE is always there, unless ${ALL_CHANNELS_NAME} asks for all channels in one: rates and percentiles, which cannot be added up.`,
  "CURRENCY is always there beside a price, also beside the other measures: ask for prices by themselves. MINUTE is for six hours at most, as long as records are kept.",
].join(" ");
const METRICS_TEXT = [
  "What is told. Pending messages are shown beside every rate, and never count as failed.",
  ...METRICS.map(({ name, text }) => `${name}: ${text}.`),
].join(" ");

function filterText(name: string): string {
  const dimension = DIMENSIONS.find(({ filter }) => filter === name);
  return `Only messages with one of these: ${dimension?.text ?? name}`;
}

/** The OpenAPI paths of the statistics. */
export function describeStatisticsPaths(faults: DescribeFaults): JsonSchema {
  const responses: Readonly<Record<string, object>> = {
    200: {
      description: "As Infobip's metrics-api answers, and at once. What is not known is N/A",
      headers: {
        "x-request-id": text("The name of this request in the log"),
        "omnilog-as-of": text(
          "Of some hours more may be known than is told: they are told as of this moment",
        ),
        "omnilog-incomplete": text(
          "The oldest hours are missing, since reading them took too long; or minutes, whose records are gone",
        ),
      },
      content: {
        "application/json": { schema: ANSWER },
        "text/csv": { schema: { type: "string" } },
        "application/x-ndjson": { schema: { type: "string" } },
      },
    },
    ...faults("ApiException"),
  };
  const summary = "How many messages were sent, delivered and failed, how fast, and for how much";
  return {
    "/omnilog/1/statistics": {
      get: { operationId: "omnilog_1_statistics", summary, parameters: PARAMETERS, responses },
      post: {
        operationId: "omnilog_1_statistics_post",
        summary,
        parameters: [],
        requestBody: { required: true, content: { "application/json": { schema: BODY } } },
        responses: { ...responses, 413: { ...responses[400], description: "The body is too large" } },
      },
    },
  };
}

const query = (name: string, description: string, schema: JsonSchema) => ({
  ...{ name, in: "query", required: false, description, schema },
});

const PARAMETERS = [
  query("sentSince", PERIOD_TEXTS.sentSince, DATE),
  query("sentUntil", PERIOD_TEXTS.sentUntil, DATE),
  query("aggregateBy", AGGREGATE_TEXT, listOf(AGGREGATES)),
  query("metrics", METRICS_TEXT, listOf(METRIC_NAMES)),
  ...FILTERS.map((name) => query(name, filterText(name), ANY_LIST)),
];

/** In a body, null counts as absent. */
const texts = { type: ["array", "null"], minItems: 1, items: { type: "string", minLength: 1 } };
const DATE_OR_NULL = { ...DATE, type: ["string", "null"] };
const BODY = {
  type: "object",
  properties: {
    filterBy: {
      type: ["object", "null"],
      properties: {
        sentSince: { ...DATE_OR_NULL, description: PERIOD_TEXTS.sentSince },
        sentUntil: { ...DATE_OR_NULL, description: PERIOD_TEXTS.sentUntil },
        ...Object.fromEntries(FILTERS.map((name) => [name, { ...texts, description: filterText(name) }])),
      },
    },
    aggregateBy: {
      type: ["array", "null"],
      items: { type: "string", enum: AGGREGATES },
      description: AGGREGATE_TEXT,
    },
    metrics: {
      type: ["array", "null"],
      minItems: 1,
      items: { type: "string", enum: METRIC_NAMES },
      description: METRICS_TEXT,
    },
  },
};

const count = { type: "integer", minimum: 0 };
const ANSWER = {
  type: "object",
  required: ["requestedPeriod", "totalRows", "columns", "rows"],
  additionalProperties: false,
  properties: {
    requestedPeriod: {
      type: "object",
      required: ["sentSince", "sentUntil"],
      properties: { sentSince: MOMENT, sentUntil: MOMENT },
      description:
        "What was counted: the period that was asked for, widened to whole hours (minutes with MINUTE)",
    },
    totalRows: count,
    columns: {
      type: "array",
      items: {
        type: "object",
        required: ["columnName", "columnDataType"],
        properties: {
          columnName: { type: "string" },
          columnDataType: { type: "string", enum: ["STRING", "INTEGER", "NUMBER", "DATE_TIME"] },
        },
      },
    },
    rows: { type: "array", items: { type: "array", items: { type: ["string", "number"] } } },
    asOf: { ...MOMENT, description: "As of when hours are told of which more may be known" },
    incomplete: {
      const: true,
      description: "The oldest hours, or minutes whose records are gone, are missing",
    },
  },
};
