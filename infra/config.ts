import type { Node } from "constructs";
import * as v from "valibot";
import { SOURCE_NAMES } from "../lib/infobip/sources.ts";
import { ConfigurationError } from "../lib/runtime/errors.ts";
import { readOwnSettings } from "./own-settings.ts";

/** The numbers of days for which CloudWatch can keep logs. */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** A number or, from `cdk deploy -c name=value`, its text. */
const number = (what: string, least: number, most: number) =>
  v.pipe(
    v.union(
      [v.number(), v.pipe(v.string(), v.regex(/^\d+(\.\d+)?$/), v.transform(Number))],
      `must be ${what}`,
    ),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  );
const whole = (what: string, least: number, most: number) =>
  v.pipe(number(what, least, most), v.integer(`must be a whole number: ${what}`));
const yesOrNo = v.pipe(
  v.union([v.boolean(), v.picklist(["true", "false"])], "must be true or false"),
  v.transform((value) => String(value) === "true"),
);
const minutes = (most: number) => whole("a number of minutes", 1, most);

const text = (pattern: RegExp, message: string) =>
  v.pipe(v.string("must be a text"), v.regex(pattern, message));
const sources = v.pipe(
  v.union([
    v.array(v.string()),
    v.pipe(
      v.string(),
      v.transform((list) => list.split(",")),
    ),
  ]),
  v.array(v.picklist(SOURCE_NAMES, `must be of ${SOURCE_NAMES.join(", ")}`)),
  v.minLength(1, "must name at least one source"),
  v.check((names) => new Set(names).size === names.length, "must name a source once"),
);
/** An object or, from `-c`, `team=messaging,cost-centre=7`. */
const tags = v.pipe(
  v.union(
    [
      v.record(v.string(), v.string("must be texts")),
      v.pipe(
        text(/^([^=,]+=[^=,]*(,[^=,]+=[^=,]*)*)?$/, "must be name=value pairs, comma separated"),
        v.transform(
          (pairs) =>
            Object.fromEntries(
              pairs
                .split(",")
                .filter(Boolean)
                .map((pair) => pair.split("=")),
            ) as Record<string, string>,
        ),
      ),
    ],
    "must be name=value pairs, comma separated",
  ),
);

/** Every setting. Each has a default, so that a new one requires nothing from existing users. */
const schema = v.strictObject({
  stackName: v.optional(
    text(/^[A-Za-z][A-Za-z0-9-]{0,40}$/, "must be letters, digits and hyphens, at most 41, a letter first"),
    "omnilog",
  ),
  infobipBaseUrl: v.optional(
    text(/^https?:\/\/[^/?#\s]+\/?$/, "must be a URL without a path, such as https://xxxxx.api.infobip.com"),
    "https://api.infobip.com",
  ),
  retentionHours: v.optional(number("a number of hours", 1, 100_000), 48),
  sources: v.optional(sources, [...SOURCE_NAMES]),
  ingestEveryMinutes: v.optional(minutes(60), 1),
  // Its alarms need two periods of two turns: with a longer interval they would ring only when what was lost is lost
  // for good.
  reconcileEveryMinutes: v.optional(minutes(120), 15),
  reconcileRequestsPerMinute: v.optional(
    whole("a number of requests, of the 120 that Infobip answers", 1, 120),
    100,
  ),
  queryReadUnits: v.optional(whole("a number of read units", 1, 1_000_000), 4_000),
  queryTimeoutMs: v.optional(whole("a number of milliseconds", 1_000, 24_000), 20_000),
  queryRatePerMinute: v.optional(whole("a number of requests a minute", 1, 200_000), 3_000),
  queryRateBurst: v.optional(whole("a number of requests at once", 1, 1_666), 200),
  /** The most queries answered at once; 0: as many as the account allows. If absent, see `mostQueries`. */
  queryConcurrency: v.optional(whole("a number of Lambdas", 0, 10_000)),
  /** The most pushes received at once: fewer than Infobip's windowSize, of 20 or more, sends. */
  pushConcurrency: v.optional(
    whole("a number of Lambdas, below the windowSize of Infobip's profile", 1, 1_000),
    10,
  ),
  pushRatePerSecond: v.optional(number("a number of pushes a second", 0.1, 10_000), 100),
  pushAddresses: v.optional(
    text(
      /^$|^[0-9A-Fa-f.:]+(\/\d{1,3})?(,[0-9A-Fa-f.:]+(\/\d{1,3})?)*$/,
      "must be addresses or ranges, comma separated, such as 193.105.74.0/24",
    ),
    "",
  ),
  throttleRatePerSecond: v.optional(number("a number of requests a second", 0.1, 10_000), 200),
  throttleBurst: v.optional(whole("a number of requests", 1, 5_000), 2_000),
  corsOrigins: v.optional(
    text(
      /^$|^\*$|^https?:\/\/[^\s,/]+(,https?:\/\/[^\s,/]+)*$/,
      "must be origins, comma separated, such as https://support.example.com",
    ),
    "",
  ),
  domainName: v.optional(
    text(/^$|^([a-z0-9-]+\.)+[a-z]{2,}$/, "must be a name such as logs.example.com"),
    "",
  ),
  certificateArn: v.optional(text(/^$|^arn:[\w-]+:acm:/, "must be the ARN of a certificate in ACM"), ""),
  hostedZoneId: v.optional(text(/^$|^Z[A-Z0-9]+$/, "must be the id of a hosted zone of Route 53"), ""),
  alarmEmail: v.optional(
    text(/^$|^[^\s@]+@[^\s@]+\.[^\s@]+$/, "must be an e-mail address, or empty for none"),
    "",
  ),
  /** Channels, and segments such as `SMS sender InfoSMS` or `VIBER network *`, that are not watched. */
  alertMutes: v.optional(
    text(/^[^\n]*$/, "must be names, comma separated, such as VOICE,SMS sender Test"),
    "",
  ),
  alertDeliveryPoints: v.optional(number("a number of points", 0.1, 99), 5),
  alertSlowPoints: v.optional(number("a number of points", 0.1, 99), 10),
  alertRejectedPoints: v.optional(number("a number of points", 0.1, 99), 20),
  alertSilenceMessages: v.optional(number("a number of messages", 10, 1_000_000), 50),
  alertSpendFactor: v.optional(number("a number of times", 1.1, 1_000), 3),
  /** $3 a month if the account has three others already. */
  dashboard: v.optional(yesOrNo, false),
  logRetentionDays: v.optional(
    v.pipe(
      whole("a number of days", 1, 3_653),
      v.check((days) => LOG_RETENTION_DAYS.includes(days), `must be one of ${LOG_RETENTION_DAYS.join(", ")}`),
    ),
    30,
  ),
  deletionProtection: v.optional(yesOrNo, true),
  reserveConcurrency: v.optional(yesOrNo, true),
  tags: v.optional(tags, {}),
});

/**
 * The configuration of a stack: `-c name=value` overrides the stack's own file (own-settings.ts), which overrides
 * defaults.
 */
export type Config = v.InferOutput<typeof schema>;

/** How many clients may use their full rates at once before the shared throttle answers instead of them. */
const CLIENTS_AT_ONCE = 3;

/** Checks settings that depend on each other. */
function faultsBetween(config: Config): string[] {
  const { throttleRatePerSecond, throttleBurst, queryRatePerMinute, queryRateBurst } = config;
  const rate = (CLIENTS_AT_ONCE * queryRatePerMinute) / 60;
  const burst = CLIENTS_AT_ONCE * queryRateBurst;
  return [
    ...(throttleRatePerSecond < rate
      ? [
          `throttleRatePerSecond must be at least ${rate}, three times queryRatePerMinute, or one client's haste stops all`,
        ]
      : []),
    ...(throttleBurst < burst
      ? [
          `throttleBurst must be at least ${burst}, three times queryRateBurst, or one client's haste stops all`,
        ]
      : []),
    ...((config.domainName === "") === (config.certificateArn === "")
      ? []
      : ["domainName and certificateArn go together"]),
    ...(config.hostedZoneId !== "" && config.domainName === "" ? ["hostedZoneId needs a domainName"] : []),
  ];
}

/** Names that the CDK's own tool adds to ours. Names with a colon or a slash are always its own. */
const NOT_OURS = new Set(["acknowledged-issue-numbers", "cdk-migrate", "tree"]);

/** Reads the configuration. Throws ConfigurationError, which names everything that is wrong. */
export function readConfig(node: Node, folder?: string): Config {
  const all = Object.entries(node.getAllContext() as Record<string, unknown>);
  const given = Object.fromEntries(all.filter(([name]) => !/[:/]/.test(name) && !NOT_OURS.has(name)));
  const own = readOwnSettings(String(given.stackName ?? "omnilog"), folder);
  const result = v.safeParse(schema, { ...own.settings, ...given });
  const faults = result.success
    ? faultsBetween(result.output)
    : result.issues.map((issue) => {
        const name = v.getDotPath(issue) ?? "settings";
        if (issue.type === "strict_object" && issue.expected === "never") return `${name} is not a setting`;
        return `${name} ${issue.message}`;
      });
  if (result.success && faults.length === 0) return result.output;
  throw new ConfigurationError(`${own.name} and -c: ${faults.join("; ")}`);
}
