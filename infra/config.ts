import type { Node } from "constructs";
import * as v from "valibot";
import { SOURCE_NAMES } from "../lib/ingest/sources.ts";
import { ConfigurationError } from "../lib/runtime/errors.ts";
import { INDEX_RELEASES } from "./index-releases.ts";

/** CloudWatch keeps logs for one of these numbers of days and no other. */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** A number, or, from `cdk deploy -c name=value`, its text. */
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

const schema = v.strictObject({
  stackName: v.pipe(
    v.string("must be a text"),
    v.regex(
      /^[A-Za-z][A-Za-z0-9-]{0,40}$/,
      "must be letters, digits and hyphens, at most 41, a letter first",
    ),
  ),
  infobipBaseUrl: v.pipe(
    v.string("must be a text"),
    v.regex(
      /^https?:\/\/[^/?#\s]+\/?$/,
      "must be a URL without a path, such as https://xxxxx.api.infobip.com",
    ),
  ),
  retentionHours: number("a number of hours", 1, 100_000),
  sources: v.pipe(
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
  ),
  ingestEveryMinutes: minutes(60),
  reconcileEveryMinutes: minutes(360),
  reconcileRequestsPerMinute: whole("a number of requests, of the 120 that Infobip answers", 1, 120),
  shards: whole("a number of partitions", 1, 64),
  queryReadUnits: whole("a number of read units", 1, 1_000_000),
  queryTimeoutMs: whole("a number of milliseconds", 1_000, 24_000),
  queryRatePerMinute: whole("a number of requests a minute", 1, 1_000_000),
  queryRateBurst: whole("a number of requests at once", 1, 1_000_000),
  throttleRatePerSecond: number("a number of requests a second", 0.1, 10_000),
  throttleBurst: whole("a number of requests", 1, 5_000),
  alarmEmail: v.pipe(
    v.string("must be a text"),
    v.regex(/^$|^[^\s@]+@[^\s@]+\.[^\s@]+$/, "must be an e-mail address, or empty for none"),
  ),
  logRetentionDays: v.pipe(
    whole("a number of days", 1, 3_653),
    v.check((days) => LOG_RETENTION_DAYS.includes(days), `must be one of ${LOG_RETENTION_DAYS.join(", ")}`),
  ),
  deletionProtection: yesOrNo,
  reserveConcurrency: yesOrNo,
  /** Which of INDEX_RELEASES to deploy, from 1; for an upgrade over several, see the runbook. */
  indexRelease: v.optional(whole("a release of indexes", 1, INDEX_RELEASES.length), INDEX_RELEASES.length),
});

/** How a stack is to be; every value is set in cdk.json, or by `-c name=value`. */
export type Config = v.InferOutput<typeof schema>;

/** Names that the CDK's own tool puts beside ours. Those with a colon or a slash are its own anyway. */
const NOT_OURS = new Set(["acknowledged-issue-numbers", "cdk-migrate", "tree"]);

/** Reads the configuration from the context. Throws ConfigurationError, naming everything that is wrong. */
export function readConfig(node: Node): Config {
  const all = Object.entries(node.getAllContext() as Record<string, unknown>);
  const given = all.filter(([name]) => !/[:/]/.test(name) && !NOT_OURS.has(name));
  const result = v.safeParse(schema, Object.fromEntries(given));
  if (result.success) return result.output;
  const faults = result.issues.map((issue) => {
    const name = v.getDotPath(issue) ?? "context";
    if (issue.type === "strict_object" && issue.expected === "never") return `${name} is not a setting`;
    return `${name} ${issue.input === undefined ? "is missing" : issue.message}`;
  });
  throw new ConfigurationError(`cdk.json: ${faults.join("; ")}`);
}
