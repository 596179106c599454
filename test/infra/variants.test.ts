import { beforeAll, describe, expect, it } from "vitest";
import { synthesize, type Template } from "./synthesis.ts";

/** Every setting that changes the shape of the stack, turned to what it is not by default. */
const OTHERS = {
  stackName: "omnilog-b",
  sources: "sms",
  reserveConcurrency: "false",
  deletionProtection: "false",
  reconcileEveryMinutes: "1",
  ingestEveryMinutes: "5",
  dashboard: "true",
  queryConcurrency: "7",
  tags: "team=messaging",
  domainName: "logs.example.com",
  certificateArn: "arn:aws:acm:some-region:some-account:certificate/1",
  hostedZoneId: "Z0123456789",
};

let first: Template;
let other: Template;
beforeAll(() => {
  first = synthesize();
  other = synthesize(OTHERS);
}, 120_000);

/** Every name that a template gives to something, rather than leave it to CloudFormation. */
function names({ resources }: Template): string[] {
  const keys = [
    "AlarmName",
    "LogGroupName",
    "DashboardName",
    "Name",
    "QueueName",
    "FunctionName",
    "TableName",
  ];
  return Object.values(resources).flatMap(({ Properties = {} }) =>
    keys.flatMap((key) => (typeof Properties[key] === "string" ? [Properties[key]] : [])),
  );
}

describe("two stacks in one account", () => {
  it("do not share a name", () => {
    const taken = new Set(names(first));
    expect(taken.size).toBeGreaterThan(10);
    expect(names(other).filter((name) => taken.has(name))).toEqual([]);
  });

  it("are of no account and no region", () => {
    expect(first.text).not.toMatch(/[^0-9]\d{12}[^0-9]/);
    expect(first.text).not.toMatch(/(us|eu|ap)-[a-z]+-\d/);
  });
});

describe("other settings", () => {
  it("make one Lambda for each source that was asked for", () => {
    expect(other.all("AWS::Scheduler::Schedule")).toHaveLength(4);
  });

  it("reach the template", () => {
    expect(other.one("AWS::DynamoDB::Table").Properties.DeletionProtectionEnabled).toBe(false);
    const most = other
      .all("AWS::Lambda::Function")
      .map(([, { Properties }]) => Properties.ReservedConcurrentExecutions);
    expect(most).toEqual([undefined, undefined, 7, undefined, undefined, 7]);
    expect(other.all("AWS::CloudWatch::Dashboard")).toHaveLength(1);
    expect(other.one("AWS::DynamoDB::Table").Properties.Tags).toEqual([{ Key: "team", Value: "messaging" }]);
  });

  it("give the endpoint a name of its owner's", () => {
    expect(other.one("AWS::ApiGatewayV2::DomainName").Properties.DomainName).toBe("logs.example.com");
    expect(other.all("AWS::Route53::RecordSet")).toHaveLength(2);
    expect(other.text).toContain("https://logs.example.com/omni/1/logs");
    expect(first.text).not.toContain("AWS::ApiGatewayV2::DomainName");
  });

  it("end the reconciler before its next turn, however close that is", () => {
    const timeouts = other.all("AWS::Lambda::Function").map(([, { Properties }]) => Properties.Timeout);
    expect(timeouts).toEqual([55, 55, 29, 290, 55, 10]);
  });

  it("subscribe nobody when there is no address", () => {
    expect(other.text).not.toContain("AWS::SNS::Subscription");
  });
});
