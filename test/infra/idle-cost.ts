import { METRICS } from "../../lib/runtime/telemetry.ts";
import type { Resource, Template } from "./synthesis.ts";

/** What AWS asks in us-east-1, in dollars, without any free tier. */
const PRICES = {
  alarmOfOneMetric: 0.1,
  compositeAlarm: 0.5,
  metric: 0.3,
  dashboard: 3,
  secret: 0.4,
  secretRead: 0.05 / 10_000,
  ownKey: 1,
  keyRequest: 0.03 / 10_000,
  invocation: 0.2 / 1e6,
  gigabyteSecondArm: 0.0000133334,
  schedulerInvocation: 1 / 1e6,
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
  logGigabyte: 0.5,
};

/**
 * What a run takes when nothing happens. Units are those of the code (one state written before and after a pull); seconds
 * are assumed, on the high side: a request to Infobip and a few to DynamoDB, and of the reconciler ten requests at its pace.
 */
const IDLE_RUN = {
  ingest: { seconds: 0.3, writeUnits: 2, readUnits: 2, logBytes: 1_000 },
  settle: { seconds: 0.5, writeUnits: 0, readUnits: 2, logBytes: 1_000 },
  merge: { seconds: 0.1, writeUnits: 0, readUnits: 18, logBytes: 500 },
  reconcile: { seconds: 12, writeUnits: 10, readUnits: 20, logBytes: 2_500 },
};
const MINUTES_A_MONTH = 30 * 24 * 60;
/** lib/ingest/services.ts: so long is Infobip's key remembered. */
const KEY_REMEMBERED_MINUTES = 5;
/** DynamoDB asks KMS so often for each caller of an encrypted table. */
const KEY_REQUEST_MINUTES = 5;

/** Dollars a month, by what they are for, of a stack that nobody sends by and nobody asks. */
export function idleCost(template: Template): Record<string, number> {
  const jobs = template.all("AWS::Scheduler::Schedule").map(([, schedule]) => jobOf(schedule));
  const sum = (of: (job: Job) => number) => jobs.map(of).reduce((one, other) => one + other, 0);
  return {
    alarms: PRICES.alarmOfOneMetric * alarmsOf(template).flatMap(metricNames).length,
    "composite alarms": PRICES.compositeAlarm * template.count("AWS::CloudWatch::CompositeAlarm"),
    metrics: PRICES.metric * alwaysTold(template).size,
    dashboards: PRICES.dashboard * template.count("AWS::CloudWatch::Dashboard"),
    secrets: PRICES.secret * template.count("AWS::SecretsManager::Secret"),
    "keys of one's own": PRICES.ownKey * template.count("AWS::KMS::Key"),
    "reading secrets":
      PRICES.secretRead * sum(({ everyMinutes }) => times(Math.max(everyMinutes, KEY_REMEMBERED_MINUTES))),
    "AWS's key of the table":
      PRICES.keyRequest * sum(({ everyMinutes }) => times(Math.max(everyMinutes, KEY_REQUEST_MINUTES))),
    Scheduler: PRICES.schedulerInvocation * sum(({ runs }) => runs),
    "Lambda requests": PRICES.invocation * sum(({ runs }) => runs),
    "Lambda seconds": PRICES.gigabyteSecondArm * sum(({ runs, idle }) => runs * idle.seconds),
    DynamoDB: sum(
      ({ runs, idle }) => runs * (idle.writeUnits * PRICES.writeUnit + idle.readUnits * PRICES.readUnit),
    ),
    logs: (PRICES.logGigabyte * sum(({ runs, idle }) => runs * idle.logBytes)) / 1e9,
  };
}

interface Job {
  readonly everyMinutes: number;
  readonly runs: number;
  readonly idle: (typeof IDLE_RUN)["ingest"];
}

function jobOf({ Properties }: Resource): Job {
  const [, every = ""] = /^rate\((\d+) minutes?\)$/.exec(Properties.ScheduleExpression) ?? [];
  const { job = "ingest" } = JSON.parse(Properties.Target.Input) as { job?: keyof typeof IDLE_RUN };
  return { everyMinutes: Number(every), runs: times(Number(every)), idle: IDLE_RUN[job] };
}

function times(everyMinutes: number): number {
  return MINUTES_A_MONTH / everyMinutes;
}

function alarmsOf(template: Template): Resource["Properties"][] {
  return template.all("AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);
}

/** An alarm is billed for each metric that it looks at. */
function metricNames({ MetricName, Metrics }: Resource["Properties"]): string[] {
  if (MetricName) return [MetricName];
  type Part = { MetricStat?: { Metric: { MetricName: string } } };
  return (Metrics as Part[]).flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric.MetricName] : []));
}

/** Our own metrics that are told though nothing happens. */
function alwaysTold(template: Template): Set<string> {
  const watched = alarmsOf(template).flatMap(metricNames);
  return new Set(watched.filter((name) => METRICS[name] === "always"));
}
