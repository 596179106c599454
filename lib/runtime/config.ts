import * as v from "valibot";
import { ConfigurationError } from "./errors.ts";

/**
 * Every environment variable, by Lambda. The same schema types what the stack passes to a Lambda and what the Lambda
 * reads, so that a missing one does not compile. On a laptop the names are the same.
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

/** For everything that opens the table. */
export const storageEnvironment = {
  /** The DynamoDB table. */
  TABLE_NAME: v.optional(text, "omnilog"),
  /** How long a record is kept after max(sentAt, doneAt). */
  RETENTION_HOURS: v.optional(positive("hours"), "48"),
  /** Distinguishes the metrics of several stacks in one account. */
  STACK_NAME: v.optional(text, "omnilog"),
  /** json: CloudWatch's embedded metrics; text: short lines for a console. */
  LOG_FORMAT: v.optional(v.picklist(["json", "text"], "must be json or text"), "json"),
};

const upstream = {
  INFOBIP_BASE_URL: v.pipe(v.string(), v.url("must be a URL, such as https://xxxxx.api.infobip.com")),
  /** The whole Authorization header or, when deployed, the secret that contains it. */
  INFOBIP_AUTHORIZATION: optional(
    v.pipe(
      v.string(),
      v.regex(/^(Basic|App|IBSSO|Bearer) \S/, "must be Basic …, App …, IBSSO … or Bearer …"),
    ),
  ),
  INFOBIP_AUTHORIZATION_SECRET: optional(text),
};

export const ingestEnvironment = v.object({ ...storageEnvironment, ...upstream });

/** When to alert somebody: how much worse than its own history a segment must be (lib/statistics/alerts). */
const alertEnvironment = {
  /** The SNS topic for alerts. Without one, an alert is only logged. */
  ALERT_TOPIC_ARN: optional(
    v.pipe(v.string(), v.regex(/^arn:[\w-]+:sns:/, "must be the ARN of a topic of SNS")),
  ),
  /** The public URL of the API, for links. */
  ALERT_URL: optional(v.pipe(v.string(), v.url("must be a URL, such as https://logs.example.com"))),
  /**
   * What is not watched: a channel, or a segment such as `SMS sender InfoSMS` or `VIBER network *`; comma separated.
   */
  ALERT_MUTES: optional(text),
  /**
   * How many percentage points a delivery rate must be below its usual value, or the rate of slow or rejected messages
   * above.
   */
  ALERT_DELIVERY_POINTS: v.optional(positive("points"), "5"),
  ALERT_SLOW_POINTS: v.optional(positive("points"), "10"),
  ALERT_REJECTED_POINTS: v.optional(positive("points"), "20"),
  /** If at least so many messages were expected, receiving none counts as silence. */
  ALERT_SILENCE_MESSAGES: v.optional(positive("messages"), "50"),
  /** How many times the usual spend of an hour is too much. */
  ALERT_SPEND_FACTOR: v.optional(positive("times"), "3"),
};

export const settleEnvironment = v.object({ ...storageEnvironment, ...alertEnvironment });

export const reconcileEnvironment = v.object({
  ...storageEnvironment,
  ...upstream,
  /** The requests per minute that the reconciler may use, of the 120 that Infobip answers. */
  RECONCILE_REQUESTS_PER_MINUTE: v.optional(whole("requests a minute", 120), "100"),
});

export const queryEnvironment = v.object({
  ...storageEnvironment,
  /** `user:password` pairs, comma separated, that may query; or, when deployed, the secret that contains them. */
  QUERY_CREDENTIALS: optional(
    v.pipe(
      v.string(),
      v.regex(/^[^:,]+:[^,]*(,[^:,]+:[^,]*)*$/, "must be user:password pairs, comma separated"),
    ),
  ),
  QUERY_CREDENTIALS_SECRET: optional(text),
  /**
   * Those of these users who are admins, comma separated. When deployed, create admins with `npm run clients -- add
   * NAME --admin`.
   */
  QUERY_ADMINS: optional(text),
  /** A query that has used so many read units, or so much time, returns what it has and a cursor to continue. */
  QUERY_READ_UNITS: v.optional(positive("read units"), "4000"),
  QUERY_TIMEOUT_MS: v.optional(whole("milliseconds", 28_000), "20000"),
  /** The limits for clients that have none of their own: requests per minute, and requests at a time. */
  QUERY_RATE_PER_MINUTE: v.optional(whole("requests a minute", 1_000_000), "3000"),
  QUERY_RATE_BURST: v.optional(whole("requests at once", 1_000_000), "200"),
  /**
   * Failed sign-ins per minute that are answered, per address and per client id; up to three times as many in a burst.
   */
  QUERY_FAILURES_PER_MINUTE: v.optional(whole("failed sign-ins a minute", 1_000_000), "20"),
  /**
   * The key that seals cursors: any 32 characters or more; or, when deployed, the secret that contains it. During
   * rotation: `new,old`.
   */
  CURSOR_KEY: optional(
    v.pipe(
      v.string(),
      v.regex(
        /^[^,\s]{32,}(,[^,\s]{32,})?$/,
        "must be 32 characters or more, or two such keys and a comma between",
      ),
    ),
  ),
  CURSOR_KEY_SECRET: optional(text),
  /** Origins that may ask from a browser, such as https://console.example.com, comma separated; or *. */
  CORS_ORIGINS: optional(
    v.pipe(
      v.string(),
      v.regex(
        /^(\*|https?:\/\/[^\s,/]+(,https?:\/\/[^\s,/]+)*)$/,
        "must be * or origins such as https://console.example.com, comma separated",
      ),
    ),
  ),
});

/** One entry of PUSH_CREDENTIALS, and one address or range of PUSH_ADDRESSES. */
const PUSHER =
  "(basic [^:,\\s][^:,\\n]*:[^,\\n]+|header [!-+.-~-]+ [^,\\n]+|hmac [!-+.-~-]+ (MD5|SHA-?(1|224|256|384|512)) [^,\\n]+|path [A-Za-z0-9._~-]{16,})";
const ADDRESS = "[0-9A-Fa-f.:]+(/\\d{1,3})?";
const listOf = (entry: string, between: string) =>
  new RegExp(`^${entry}\\s*(${between}\\s*${entry}\\s*)*$`, "i");

export const receiveEnvironment = v.object({
  ...storageEnvironment,
  /**
   * Who may push, in any of four ways, all of which may be used together; or, when deployed, the secret that contains
   * them.
   */
  PUSH_CREDENTIALS: optional(
    v.pipe(
      v.string(),
      v.regex(
        listOf(PUSHER, "[,\\n]"),
        "must be entries, by comma or line end, such as basic USER:PASSWORD, header NAME VALUE, hmac HEADER SHA256 KEY (MD5, SHA1, SHA224, SHA256, SHA384, SHA512) or path SECRET of 16 characters or more",
      ),
    ),
  ),
  PUSH_CREDENTIALS_SECRET: optional(text),
  /** Addresses that may push, such as 193.105.74.0/24, comma separated; absent: any. */
  PUSH_ADDRESSES: optional(
    v.pipe(
      v.string(),
      v.regex(listOf(ADDRESS, ","), "must be addresses or ranges such as 193.105.74.0/24, comma separated"),
    ),
  ),
});

export const consoleEnvironment = v.object({
  /** The folder of the built page. Absent: next to the code, as deployed. */
  CONSOLE_FILES: optional(text),
});

/** Variables of the local runner only. */
export const localEnvironment = v.object({
  ...storageEnvironment,
  PORT: v.optional(whole("a port", 65_535), "3000"),
  /** The address to listen on. By default only this machine can connect. */
  HOST: v.optional(text, "127.0.0.1"),
  INFOBIP_BASE_URL: optional(upstream.INFOBIP_BASE_URL),
  INFOBIP_AUTHORIZATION: upstream.INFOBIP_AUTHORIZATION,
  INGEST_INTERVAL_SECONDS: v.optional(positive("seconds"), "5"),
  RECONCILE_INTERVAL_SECONDS: v.optional(positive("seconds"), "30"),
  AWS_ENDPOINT_URL_DYNAMODB: optional(
    v.pipe(v.string(), v.url("must be a URL, such as http://127.0.0.1:8000")),
  ),
  DATA_DIR: optional(text),
  QUERY_CREDENTIALS: queryEnvironment.entries.QUERY_CREDENTIALS,
  QUERY_ADMINS: queryEnvironment.entries.QUERY_ADMINS,
  PUSH_CREDENTIALS: receiveEnvironment.entries.PUSH_CREDENTIALS,
});

export type IngestEnvironment = v.InferInput<typeof ingestEnvironment>;
export type SettleEnvironment = v.InferInput<typeof settleEnvironment>;
/** What the settling Lambda reads. */
export type AlertEnvironment = v.InferOutput<typeof settleEnvironment>;
export type ReconcileEnvironment = v.InferInput<typeof reconcileEnvironment>;
export type ReceiveEnvironment = v.InferInput<typeof receiveEnvironment>;
export type ConsoleEnvironment = v.InferInput<typeof consoleEnvironment>;
export type QueryEnvironment = v.InferInput<typeof queryEnvironment>;

/**
 * Parses the variables of a schema. An empty variable counts as absent. Throws ConfigurationError, which names every
 * fault.
 */
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
