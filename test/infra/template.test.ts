import { beforeAll, describe, expect, it } from "vitest";
import { TABLE } from "../../lib/store/table.ts";
import { synthesize, type Template } from "./synthesis.ts";

let template: Template;
beforeAll(() => {
  template = synthesize({ alarmEmail: "owner@example.com" });
}, 120_000);

describe("the table", () => {
  it("is on demand, encrypted, recoverable, protected, and outlives the stack", () => {
    const { Properties, DeletionPolicy, UpdateReplacePolicy } = template.one("AWS::DynamoDB::Table");
    expect(Properties).toMatchObject({
      BillingMode: "PAY_PER_REQUEST",
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: TABLE.timeToLive, Enabled: true },
      DeletionProtectionEnabled: true,
    });
    expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["Retain", "Retain"]);
  });

  it("has the keys and indexes that the code uses", () => {
    const { Properties } = template.one("AWS::DynamoDB::Table");
    const keys = (partition: string, sort: string) => [
      { AttributeName: partition, KeyType: "HASH" },
      { AttributeName: sort, KeyType: "RANGE" },
    ];
    expect(Properties.KeySchema).toEqual(keys(TABLE.partitionKey, TABLE.sortKey));
    expect(Properties.GlobalSecondaryIndexes).toEqual(
      TABLE.indexes.map(({ name, partitionKey, sortKey }) => ({
        IndexName: name,
        KeySchema: keys(partitionKey, sortKey),
        Projection: { ProjectionType: "ALL" },
      })),
    );
  });
});

describe("every Lambda", () => {
  it("is Node 24 on arm64, with a log of its own", () => {
    for (const [, { Properties }] of template.all("AWS::Lambda::Function")) {
      expect(Properties).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"] });
      const log = template.resources[Properties.LoggingConfig.LogGroup.Ref];
      expect(log?.Type).toBe("AWS::Logs::LogGroup");
    }
  });

  it("has source maps on, and no secret in its environment", () => {
    for (const [, { Properties }] of template.all("AWS::Lambda::Function")) {
      const { Variables } = Properties.Environment;
      expect(Variables.NODE_OPTIONS).toBe("--enable-source-maps");
      expect(Object.keys(Variables)).not.toContain("INFOBIP_AUTHORIZATION");
      expect(Object.keys(Variables)).not.toContain("QUERY_CREDENTIALS");
    }
  });

  it("that is scheduled runs alone, ends before its next turn, and loses no failed event", () => {
    const schedules = template.all("AWS::Scheduler::Schedule");
    expect(schedules).toHaveLength(5);
    for (const [, { Properties }] of schedules) {
      const lambda = template.resources[Properties.Target.Arn["Fn::GetAtt"][0]];
      const [, every] = /^rate\((\d+) minutes?\)$/.exec(Properties.ScheduleExpression) ?? [];
      expect(lambda?.Properties.ReservedConcurrentExecutions).toBe(1);
      expect(lambda?.Properties.Timeout).toBeLessThan(60 * Number(every));
      const queues = [lambda?.Properties.DeadLetterConfig.TargetArn, Properties.Target.DeadLetterConfig.Arn];
      for (const { "Fn::GetAtt": at } of queues) {
        expect(template.resources[at[0]]?.Type).toBe("AWS::SQS::Queue");
      }
      expect(queues[0]).not.toEqual(queues[1]);
    }
  });

  it("of a source is told its source", () => {
    const inputs = template
      .all("AWS::Scheduler::Schedule")
      .map(([, { Properties }]) => JSON.parse(Properties.Target.Input) as { source?: string });
    expect(inputs.map(({ source }) => source)).toEqual(["sms", "push", "email", "omni", undefined]);
  });
});

describe("the endpoint", () => {
  it("is throttled, and logs what was asked without saying for whom", () => {
    const { Properties } = template.one("AWS::ApiGatewayV2::Stage");
    expect(Properties.DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 600 });
    expect(Properties.StageName).toBe("$default");
    const format = Properties.AccessLogSettings.Format as string;
    expect(format).toContain("$context.status");
    expect(format).not.toMatch(/path|query|authorizer|header/i);
  });

  it("has one route, to the query Lambda", () => {
    expect(template.one("AWS::ApiGatewayV2::Route").Properties.RouteKey).toBe("$default");
    expect(template.one("AWS::ApiGatewayV2::Integration").Properties.PayloadFormatVersion).toBe("2.0");
  });
});

describe("everything that keeps data", () => {
  it("is encrypted: queues, topic", () => {
    for (const [, { Properties }] of template.all("AWS::SQS::Queue")) {
      expect(Properties.SqsManagedSseEnabled).toBe(true);
    }
    expect(template.one("AWS::SNS::Topic").Properties.KmsMasterKeyId).toBeDefined();
    expect(template.one("AWS::KMS::Key").Properties.EnableKeyRotation).toBe(true);
  });

  it("keeps logs for the days that were asked for", () => {
    for (const [, { Properties }] of template.all("AWS::Logs::LogGroup")) {
      expect(Properties.RetentionInDays).toBe(30);
    }
  });

  it("leaves secrets to their owner: neither made up nor overwritten", () => {
    for (const [, { Properties }] of template.all("AWS::SecretsManager::Secret")) {
      expect(Object.keys(Properties)).toEqual(["Description"]);
    }
  });
});
