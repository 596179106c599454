import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Resource, ROOT, synthesize, type Template } from "./synthesis.ts";

let template: Template;
let alarms: Resource["Properties"][];
beforeAll(() => {
  template = synthesize({ stackName: "archive" });
  alarms = template.all("AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);
}, 120_000);

/** The heading that an alarm's name holds: without the stack before and the source behind. */
const headingOf = (name: string) => name.replace(/^archive: /, "").replace(/ \([a-z]+\)$/, "");

describe("the runbook", () => {
  const runbook = readFileSync(join(ROOT, "infra/RUNBOOK.md"), "utf8");
  const [, part = ""] = runbook.split(/^# Alarms$/m);
  const sections = part.split(/^# /m)[0]?.split(/^## /m).slice(1) ?? [];

  it("has a section for each alarm, and each section an alarm", () => {
    const headings = sections.map((section) => section.slice(0, section.indexOf("\n")));
    expect(headings.sort()).toEqual([...new Set(alarms.map(({ AlarmName }) => headingOf(AlarmName)))].sort());
  });

  it("says in each section what it means, how to investigate and how to resolve", () => {
    for (const section of sections) {
      for (const word of ["Meaning", "Investigate", "Resolve"]) expect(section).toContain(`**${word}.**`);
    }
  });
});

describe("every alarm", () => {
  it("is heard by the topic, ringing and over", () => {
    const [[topic] = [""]] = template.all("AWS::SNS::Topic");
    for (const { AlarmActions, OKActions } of alarms) {
      expect([AlarmActions, OKActions]).toEqual([[{ Ref: topic }], [{ Ref: topic }]]);
    }
  });

  it("says its impact, and where to read on", () => {
    for (const { AlarmName, AlarmDescription } of alarms) {
      expect(AlarmDescription).toMatch(/^[A-Z].{30,}\. See "/);
      expect(AlarmDescription).toContain(`See "${headingOf(AlarmName)}" in infra/RUNBOOK.md.`);
    }
  });

  it("looks at periods that CloudWatch takes, no more than a day", () => {
    for (const { Period, EvaluationPeriods } of alarms) {
      expect(Period % 60).toBe(0);
      expect(Period * EvaluationPeriods).toBeLessThanOrEqual(86_400);
    }
  });

  it("has its own name", () => {
    expect(new Set(alarms.map(({ AlarmName }) => AlarmName)).size).toBe(alarms.length);
  });
});

describe("everything that can suffer is watched", () => {
  const watched = (metric: string, dimension: string, value: unknown) =>
    alarms.some(
      ({ MetricName, Dimensions = [] }) =>
        MetricName === metric &&
        Dimensions.some(
          ({ Name, Value }: { Name: string; Value: unknown }) =>
            Name === dimension && JSON.stringify(Value) === JSON.stringify(value),
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

  it("each source: stale", () => {
    for (const source of ["sms", "push", "email", "omni"]) {
      expect(watched("lastGoodPullAgeSeconds", "source", source), source).toBe(true);
    }
  });

  it("each dead-letter queue", () => {
    for (const [id] of template.all("AWS::SQS::Queue")) {
      const name = { "Fn::GetAtt": [id, "QueueName"] };
      expect(watched("ApproximateNumberOfMessagesVisible", "QueueName", name), id).toBe(true);
    }
  });

  it("the archive's own figures, by stack", () => {
    for (const metric of [
      "checkedUpToAgeSeconds",
      "hoursLeft",
      "repaired",
      "quarantineNotEmpty",
      "throttledRequests",
    ]) {
      expect(watched(metric, "stack", "archive"), metric).toBe(true);
    }
  });

  it("the endpoint: errors, latency, throttles", () => {
    const [[Ref] = [""]] = template.all("AWS::ApiGatewayV2::Api");
    for (const metric of ["5xx", "Latency"]) expect(watched(metric, "ApiId", { Ref }), metric).toBe(true);
    expect(alarms.map(({ MetricName }) => MetricName)).toContain("Throttles");
  });
});

describe("the figures that are watched", () => {
  it("are reported by the code under the same name", () => {
    const sources = ["lib/ingest/pull.ts", "lib/ingest/reconcile.ts"].map((path) =>
      readFileSync(join(ROOT, path), "utf8"),
    );
    const own = alarms.filter(({ Namespace }) => Namespace === "Omnilog").map(({ MetricName }) => MetricName);
    for (const metric of new Set(own)) {
      if (metric === "throttledRequests") continue; // counted in the access log
      expect(
        sources.some((text) => text.includes(metric)),
        metric,
      ).toBe(true);
    }
  });
});
