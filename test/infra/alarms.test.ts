import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { METRICS } from "../../lib/runtime/telemetry.ts";
import { HEADINGS } from "../../lib/statistics/alerts/notice.ts";
import { type Resource, ROOT, synthesize, type Template } from "./synthesis.ts";

let template: Template;
let alarms: Resource["Properties"][];
/** Those that ring for several. */
let composites: Resource["Properties"][];
beforeAll(() => {
  template = synthesize({ stackName: "archive" });
  alarms = template.all("AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);
  composites = template.all("AWS::CloudWatch::CompositeAlarm").map(([, { Properties }]) => Properties);
}, 120_000);

/** The heading that an alarm's name holds: without the stack before. */
const headingOf = (name: string) => name.replace(/^archive: /, "");
const all = () => [...alarms, ...composites];

describe("the runbook", () => {
  const runbook = readFileSync(join(ROOT, "infra/RUNBOOK.md"), "utf8");
  const [, part = ""] = runbook.split(/^# Alarms$/m);
  const [, alertsPart = ""] = runbook.split(/^# Alerts on delivery$/m);
  const sectionsOf = (text: string) => text.split(/^# /m)[0]?.split(/^## /m).slice(1) ?? [];
  const sections = sectionsOf(part);
  const alertSections = sectionsOf(alertsPart);

  it("has a section for each alarm, and each section an alarm", () => {
    const headings = sections.map((section) => section.slice(0, section.indexOf("\n")));
    expect(headings.sort()).toEqual(
      all()
        .map(({ AlarmName }) => headingOf(AlarmName))
        .sort(),
    );
  });

  it("has a section for each kind of alert on delivery", () => {
    const headings = alertSections.map((section) => section.slice(0, section.indexOf("\n")));
    expect(headings).toEqual(Object.values(HEADINGS));
  });

  it("says in each section what it means, how to investigate and how to resolve", () => {
    for (const section of [...sections, ...alertSections]) {
      for (const word of ["Meaning", "Investigate", "Resolve"]) expect(section).toContain(`**${word}.**`);
    }
  });
});

describe("every alarm", () => {
  it("is heard by the topic, ringing and over, by itself or within one that rings for several", () => {
    const [[topic] = [""]] = template.all("AWS::SNS::Topic");
    const parts = JSON.stringify(composites.map(({ AlarmRule }) => AlarmRule));
    for (const [id, { Properties }] of template.all("AWS::CloudWatch::Alarm")) {
      const { AlarmActions, OKActions } = Properties;
      if (parts.includes(`"${id}"`)) expect([AlarmActions, OKActions]).toEqual([undefined, undefined]);
      else expect([AlarmActions, OKActions], id).toEqual([[{ Ref: topic }], [{ Ref: topic }]]);
    }
    for (const { AlarmActions, OKActions } of composites) {
      expect([AlarmActions, OKActions]).toEqual([[{ Ref: topic }], [{ Ref: topic }]]);
    }
  });

  it("of one outage is one: what does not feed the archive rings together, and not while there is no key", () => {
    const composite = composites.find(({ AlarmName }) => headingOf(AlarmName) === "Reports do not arrive");
    const idOf = (heading: string) =>
      template
        .all("AWS::CloudWatch::Alarm")
        .find(([, { Properties }]) => headingOf(Properties.AlarmName) === heading)?.[0];
    const causes = ["failing", "not running", "stale"].flatMap((how) => [
      `Ingest is ${how}`,
      `Reconcile is ${how}`,
    ]);
    for (const cause of causes)
      expect(JSON.stringify(composite?.AlarmRule), cause).toContain(`"${idOf(cause)}"`);
    expect(composite?.ActionsSuppressor).toEqual({ "Fn::GetAtt": [idOf("There is no key yet"), "Arn"] });
    expect(composite?.ActionsSuppressorWaitPeriod).toBeGreaterThan(60);
  });

  it("that rings by itself takes silence for good or for nothing new: a first deployment is quiet", () => {
    for (const { AlarmName, AlarmActions, TreatMissingData } of alarms) {
      if (AlarmActions) expect(["notBreaching", "ignore"], AlarmName).toContain(TreatMissingData);
    }
  });

  it("says its impact, and where to read on", () => {
    for (const { AlarmName, AlarmDescription } of all()) {
      expect(AlarmDescription).toMatch(/^[A-Z].{30,}\. See "/);
      expect(AlarmDescription).toContain(`See "${headingOf(AlarmName)}" in infra/RUNBOOK.md.`);
    }
  });

  it("looks at periods that CloudWatch takes, no more than a day", () => {
    for (const alarm of alarms) {
      const periods = metricsOf(alarm).map((metric) => metric.Period);
      expect(periods.every((period) => period % 60 === 0)).toBe(true);
      expect(Math.max(...periods) * alarm.EvaluationPeriods).toBeLessThanOrEqual(86_400);
    }
  });

  it("has its own name", () => {
    expect(new Set(all().map(({ AlarmName }) => AlarmName)).size).toBe(all().length);
  });
});

describe("everything that can suffer is watched", () => {
  const watched = (metric: string, dimension: string, value: unknown) =>
    alarms
      .flatMap(metricsOf)
      .some(
        ({ MetricName, Dimensions = [] }) =>
          MetricName === metric &&
          Dimensions.some(
            ({ Name, Value }) => Name === dimension && JSON.stringify(Value) === JSON.stringify(value),
          ),
      );

  it("each scheduled Lambda: failing, and not running", () => {
    for (const [, { Properties }] of template.all("AWS::Scheduler::Schedule")) {
      const Ref = Properties.Target.Arn["Fn::GetAtt"][0];
      for (const metric of ["Errors", "Invocations"]) {
        expect(watched(metric, "FunctionName", { Ref }), `${metric} of ${Ref}`).toBe(true);
      }
    }
  });

  it("each dead-letter queue", () => {
    for (const [id] of template.all("AWS::SQS::Queue")) {
      const name = { "Fn::GetAtt": [id, "QueueName"] };
      expect(watched("ApproximateNumberOfMessagesVisible", "QueueName", name), id).toBe(true);
    }
  });

  it("the archive's own figures, by stack", () => {
    for (const metric of [...Object.keys(METRICS), "throttledRequests", "refusedRequests"]) {
      expect(watched(metric, "stack", "archive"), metric).toBe(true);
    }
  });

  it("the endpoint: errors, latency, throttles", () => {
    const [[Ref] = [""]] = template.all("AWS::ApiGatewayV2::Api");
    for (const metric of ["5xx", "Latency"]) expect(watched(metric, "ApiId", { Ref }), metric).toBe(true);
    expect(alarms.map(({ MetricName }) => MetricName)).toContain("Throttles");
  });

  it("the table: throttles of both kinds", () => {
    const [[Ref] = [""]] = template.all("AWS::DynamoDB::Table");
    for (const metric of ["ReadThrottleEvents", "WriteThrottleEvents"]) {
      expect(watched(metric, "TableName", { Ref }), metric).toBe(true);
    }
  });
});

describe("the figures that are watched", () => {
  it("are kept as metrics, and reported by the code under the same name", () => {
    const paths = [
      "lib/ingest/pull.ts",
      "lib/ingest/reconcile.ts",
      "functions/ingest.ts",
      "functions/reconcile.ts",
      "lib/log/lag.ts",
      "functions/settle.ts",
      "lib/receive/tell.ts",
    ];
    const text = paths.map((path) => readFileSync(join(ROOT, path), "utf8")).join("\n");
    const own = alarms.flatMap(metricsOf).filter(({ Namespace }) => Namespace === "Omnilog");
    for (const metric of new Set(own.map(({ MetricName }) => MetricName))) {
      if (/^(throttled|refused)Requests$/.test(metric)) continue; // counted in the access log
      expect(METRICS).toHaveProperty(metric);
      // The name of a pass is put before this one.
      expect(text).toContain(metric === "freshBehindSeconds" ? "BehindSeconds" : metric);
    }
  });
});

interface AlarmMetric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Period: number;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
}

/** The metrics that an alarm looks at: one, or those of its sum. */
function metricsOf(alarm: Resource["Properties"]): AlarmMetric[] {
  if (!alarm.Metrics) return [alarm as AlarmMetric];
  type Part = { MetricStat?: { Period: number; Metric: Omit<AlarmMetric, "Period"> } };
  return (alarm.Metrics as Part[]).flatMap(({ MetricStat }) =>
    MetricStat ? [{ ...MetricStat.Metric, Period: MetricStat.Period }] : [],
  );
}
