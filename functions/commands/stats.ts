import { parseArgs } from "node:util";
import * as v from "valibot";
import { AGGREGATES, METRIC_NAMES } from "../../lib/api/statistics-request.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";
import { runCommand } from "./environment.ts";
import { momentOf, sinceOf } from "./flags.ts";
import { askLogs, readConnection, statisticsUrl } from "./remote.ts";
import { tableOf } from "./stats-table.ts";

/** Short names; those of the API are accepted, too. */
const BY: Readonly<Record<string, string>> = {
  channel: "CHANNEL_CODE",
  all: "ALL_CHANNELS",
  sender: "SENDER",
  network: "NETWORK_ID",
  country: "COUNTRY_NAME",
  status: "STATUS_GROUP",
  error: "ERROR_CODE",
  currency: "CURRENCY",
  time: "TIME_TO_DELIVER",
};
const METRICS: Readonly<Record<string, string>> = {
  sent: "TOTAL_SENT_TRAFFIC_COUNT",
  delivered: "DELIVERED_TRAFFIC_COUNT",
  failed: "FAILED_TRAFFIC_COUNT",
  rejected: "REJECTED_TRAFFIC_COUNT",
  pending: "PENDING_TRAFFIC_COUNT",
  parts: "MESSAGE_PARTS_COUNT",
  rate: "TRAFFIC_DELIVERY_RATE",
  fast: "TRAFFIC_DELIVERED_IN_5_SEC_RATE",
  p50: "DELIVERY_TIME_P50",
  p90: "DELIVERY_TIME_P90",
  p95: "DELIVERY_TIME_P95",
  p99: "DELIVERY_TIME_P99",
  price: "PRICE_TOTAL",
};
const FILTERS = {
  channel: "channelCodes",
  sender: "senders",
  network: "networkIds",
  country: "countryCodes",
  status: "statusGroups",
  error: "errorCodes",
} as const;

const USAGE = `npm run stats -- [--by channel,hour] [--since 24h] [--until DATE] [--metrics sent,rate,p95] [--output table|json|csv|ndjson]

  --by       ${Object.keys(BY).join(", ")}, minute, hour, day, week, month, year (default: channel)
  --metrics  ${Object.keys(METRICS).join(", ")}
  --since    a date such as 2026-11-22T08:00:00+01:00, or how long ago: 90m, 24h, 30d
  filters    ${Object.keys(FILTERS)
    .map((name) => `--${name}`)
    .join(" ")}, each with one value or several between commas
--by and --metrics take the names of /omnilog/1/statistics as well.
From the environment: OMNILOG_URL (default http://localhost:3000), and OMNILOG_AUTHORIZATION, the whole header
(App …, Basic …), or OMNILOG_CREDENTIALS, user:password (default: the example of Infobip's documents).
`;

const flags = v.object({
  by: v.optional(v.string(), "channel"),
  metrics: v.optional(v.string()),
  since: v.optional(v.string()),
  until: v.optional(v.string()),
  output: v.optional(
    v.picklist(["table", "json", "csv", "ndjson"], "--output must be table, json, csv or ndjson"),
    "table",
  ),
  help: v.optional(v.boolean(), false),
  ...Object.fromEntries(Object.keys(FILTERS).map((name) => [name, v.optional(v.string())])),
});

await runCommand(async () => {
  const texts = ["by", "metrics", "since", "until", "output", ...Object.keys(FILTERS)];
  const { values } = parseArgs({
    options: {
      ...Object.fromEntries(texts.map((name) => [name, { type: "string" } as const])),
      help: { type: "boolean" },
    },
  });
  const given = v.safeParse(flags, values);
  if (!given.success) throw new ConfigurationError(given.issues[0].message);
  if (given.output.help) process.stdout.write(USAGE);
  else await show(given.output, values as Record<string, string | undefined>);
});

async function show(
  { by, metrics, since, until, output }: v.InferOutput<typeof flags>,
  given: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const query = new URLSearchParams({ aggregateBy: namesOf("--by", by, BY, AGGREGATES) });
  if (metrics !== undefined) query.set("metrics", namesOf("--metrics", metrics, METRICS, METRIC_NAMES));
  const [sinceMs, untilMs] = [sinceOf("--since", since, Date.now()), momentOf("--until", until)];
  if (sinceMs !== undefined) query.set("sentSince", formatMoment(sinceMs));
  if (untilMs !== undefined) query.set("sentUntil", formatMoment(untilMs));
  for (const [name, parameter] of Object.entries(FILTERS)) {
    const value = given[name];
    if (value !== undefined) query.set(parameter, value);
  }
  const { authorization, url } = readConnection(process.env);
  const connection = { authorization, url: statisticsUrl(url) };
  const { body } = await askLogs(query, connection, output === "table" ? "json" : output);
  process.stdout.write(output === "table" ? `${tableOf(body).join("\n")}\n` : body);
}

function namesOf(
  flag: string,
  text: string,
  short: Readonly<Record<string, string>>,
  names: readonly string[],
): string {
  const chosen = text.split(",").map((one) => {
    const name = short[one.trim().toLowerCase()] ?? one.trim().toUpperCase();
    if (names.includes(name)) return name;
    throw new ConfigurationError(
      `${flag}: there is no ${one}; there are ${[...Object.keys(short), ...names].join(", ")}`,
    );
  });
  return chosen.join(",");
}
