import * as v from "valibot";
import { ConfigurationError } from "./errors.ts";

/**
 * Every environment variable, by Lambda. The same schema types what the stack passes to a Lambda and what the Lambda
 * reads, so that a forgotten one does not compile; on a laptop the names are the same.
 */
const positive = (unit: string) =>
  v.pipe(
    v.string(),
    v.regex(/^\d+(\.\d+)?$/, `must be a number of ${unit}`),
    v.transform(Number),
    v.minValue(0.001, "must be above 0"),
  );
const whole = (what: string, most: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d+$/, `must be a whole number: ${what}`),
    v.transform(Number),
    v.minValue(1, "must be at least 1"),
    v.maxValue(most, `must be at most ${most}`),
  );
const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));
const optional = <T extends v.GenericSchema<string, unknown>>(schema: T) => v.optional(schema);

/** What everything that opens the table reads. */
export const storageEnvironment = {
  /** The DynamoDB table. */
  TABLE_NAME: v.optional(text, "omnilog"),
  /** How many partitions a day, or a bulk, is spread over. May be changed at any time. */
  SHARDS: v.optional(whole("the partitions that a day is spread over", 64), "1"),
  /** How long a report is kept after max(sentAt, doneAt). */
  RETENTION_HOURS: v.optional(positive("hours"), "48"),
  /** Tells the metrics of two stacks of one account apart. */
  STACK_NAME: v.optional(text, "omnilog"),
  /** json: CloudWatch's embedded metrics; text: short lines for a console. */
  LOG_FORMAT: v.optional(v.picklist(["json", "text"], "must be json or text"), "json"),
};

const upstream = {
  INFOBIP_BASE_URL: v.pipe(v.string(), v.url("must be a URL, such as https://xxxxx.api.infobip.com")),
  /** The whole Authorization header; or, deployed, the secret that holds it. */
  INFOBIP_AUTHORIZATION: optional(
    v.pipe(
      v.string(),
      v.regex(/^(Basic|App|IBSSO|Bearer) \S/, "must be Basic …, App …, IBSSO … or Bearer …"),
    ),
  ),
  INFOBIP_AUTHORIZATION_SECRET: optional(text),
};

export const ingestEnvironment = v.object({ ...storageEnvironment, ...upstream });

export const reconcileEnvironment = v.object({
  ...storageEnvironment,
  ...upstream,
  /** Of the 120 requests a minute that Infobip answers, how many the reconciler takes. */
  RECONCILE_REQUESTS_PER_MINUTE: v.optional(whole("requests a minute", 120), "60"),
});

export const queryEnvironment = v.object({
  ...storageEnvironment,
  /** `user:password` pairs, comma separated, that may query; or, deployed, the secret that holds them. */
  QUERY_CREDENTIALS: optional(
    v.pipe(
      v.string(),
      v.regex(/^[^:,]+:[^,]*(,[^:,]+:[^,]*)*$/, "must be user:password pairs, comma separated"),
    ),
  ),
  QUERY_CREDENTIALS_SECRET: optional(text),
  /** A query that has read so many units, or taken so long, answers what it has and a cursor to go on from. */
  QUERY_READ_UNITS: v.optional(positive("read units"), "4000"),
  QUERY_TIMEOUT_MS: v.optional(whole("milliseconds", 28_000), "20000"),
  /** What a client may ask that has no rate of its own: so many requests a minute, and so many at once. */
  QUERY_RATE_PER_MINUTE: v.optional(whole("requests a minute", 1_000_000), "3000"),
  QUERY_RATE_BURST: v.optional(whole("requests at once", 1_000_000), "600"),
});

/** The local runner's own variables. */
export const localEnvironment = v.object({
  ...storageEnvironment,
  PORT: v.optional(whole("a port", 65_535), "3000"),
  INFOBIP_BASE_URL: optional(upstream.INFOBIP_BASE_URL),
  INFOBIP_AUTHORIZATION: upstream.INFOBIP_AUTHORIZATION,
  INGEST_INTERVAL_SECONDS: v.optional(positive("seconds"), "5"),
  RECONCILE_INTERVAL_SECONDS: v.optional(positive("seconds"), "30"),
  AWS_ENDPOINT_URL_DYNAMODB: optional(
    v.pipe(v.string(), v.url("must be a URL, such as http://127.0.0.1:8000")),
  ),
  DATA_DIR: optional(text),
  QUERY_CREDENTIALS: queryEnvironment.entries.QUERY_CREDENTIALS,
});

export type IngestEnvironment = v.InferInput<typeof ingestEnvironment>;
export type ReconcileEnvironment = v.InferInput<typeof reconcileEnvironment>;
export type QueryEnvironment = v.InferInput<typeof queryEnvironment>;

/** Reads the variables of a schema. An empty variable counts as absent. Throws ConfigurationError, naming each fault. */
export function parseEnvironment<T extends v.GenericSchema>(
  schema: T,
  environment: Readonly<Record<string, string | undefined>>,
): v.InferOutput<T> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const result = v.safeParse(schema, given);
  if (result.success) return result.output;
  const faults = result.issues.map((issue) => {
    const name = v.getDotPath(issue) ?? "the environment";
    return `${name} ${issue.received === "undefined" ? "is missing" : issue.message}`;
  });
  throw new ConfigurationError(faults.join("; "));
}
