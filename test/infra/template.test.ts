import { beforeAll, describe, expect, it } from "vitest";
import { TABLE } from "../../lib/archive/table.ts";
import { LOGS_REACH_MS } from "../../lib/infobip/sources.ts";
import { AIM } from "../../lib/infobip/windows.ts";
import { PASSES } from "../../lib/ingest/standing.ts";
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
    expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["RetainExceptOnCreate", "Retain"]);
  });

  it("has the keys and indexes that the code uses", () => {
    const { Properties } = template.one("AWS::DynamoDB::Table");
    const keys = (partition: string, sort: string) => [
      { AttributeName: partition, KeyType: "HASH" },
      { AttributeName: sort, KeyType: "RANGE" },
    ];
    expect(Properties.KeySchema).toEqual(keys(TABLE.partitionKey, TABLE.sortKey));
    expect(Properties.GlobalSecondaryIndexes ?? []).toEqual(
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
      expect(Object.keys(Variables)).not.toContain("PUSH_CREDENTIALS");
    }
  });

  it("that is scheduled runs alone, ends before its next turn, and loses no failed event", () => {
    const schedules = template.all("AWS::Scheduler::Schedule");
    expect(schedules).toHaveLength(7);
    for (const [, { Properties }] of schedules) {
      const lambda = template.resources[Properties.Target.Arn["Fn::GetAtt"][0]];
      const [, every] = /^rate\((\d+) minutes?\)$/.exec(Properties.ScheduleExpression) ?? [];
      // The receiver is called by Infobip, too; what it merges, it merges alone.
      const { job } = JSON.parse(Properties.Target.Input) as { job?: string };
      expect(lambda?.Properties.ReservedConcurrentExecutions).toBe(job === "merge" ? 10 : 1);
      expect(lambda?.Properties.Timeout).toBeLessThan(60 * Number(every));
      const queues = [lambda?.Properties.DeadLetterConfig.TargetArn, Properties.Target.DeadLetterConfig.Arn];
      for (const { "Fn::GetAtt": at } of queues) {
        expect(template.resources[at[0]]?.Type).toBe("AWS::SQS::Queue");
      }
      expect(queues[0]).not.toEqual(queues[1]);
    }
  });

  it("that reconciles has requests enough for ten million messages a day: its passes, and a sweep within a day", () => {
    const everySeconds = 15 * 60;
    const [perMinute = 0] = template.all("AWS::Lambda::Function").flatMap(([, { Properties }]) => {
      const pace = Properties.Environment.Variables.RECONCILE_REQUESTS_PER_MINUTE;
      return pace === undefined ? [] : [(Number(pace) * Properties.Timeout) / everySeconds];
    });
    const windowsPerMinute = 10_000_000 / 1440 / AIM;
    const left = perMinute - PASSES.length * windowsPerMinute;
    const sweepMinutes = (windowsPerMinute * LOGS_REACH_MS) / 60_000 / left;
    expect(sweepMinutes).toBeLessThan(24 * 60);
  });

  it("for the world has a bound, which no client meets before its own", () => {
    const most = template.all("AWS::Lambda::Function").flatMap(([, { Properties }]) => {
      const burst = Properties.Environment.Variables.QUERY_RATE_BURST;
      return burst === undefined ? [] : [[Properties.ReservedConcurrentExecutions, Number(burst)]];
    });
    expect(most).toEqual([[200, 200]]);
  });

  it("of a source is told its source", () => {
    const inputs = template
      .all("AWS::Scheduler::Schedule")
      .map(([, { Properties }]) => JSON.parse(Properties.Target.Input) as { source?: string });
    expect(inputs.map(({ source }) => source)).toEqual([
      "sms",
      "push",
      "email",
      "omni",
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("the endpoint", () => {
  it("is throttled, and logs what was asked without saying for whom", () => {
    const { Properties } = template.one("AWS::ApiGatewayV2::Stage");
    expect(Properties.DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 200, ThrottlingBurstLimit: 2000 });
    expect(Properties.StageName).toBe("$default");
    const format = Properties.AccessLogSettings.Format as string;
    expect(format).toContain("$context.status");
    expect(format).not.toMatch(/path|query|authorizer|header/i);
  });

  it("has routes to the receiver, with a rate of its own, and to the console, and one for the rest to the query Lambda", () => {
    const keys = template.all("AWS::ApiGatewayV2::Route").map(([, { Properties }]) => Properties.RouteKey);
    const pushes = ["POST /push/{kind}", "POST /push/{kind}/{secret}"];
    expect(keys.sort()).toEqual(["$default", "ANY /console", "ANY /console/{proxy+}", ...pushes]);
    const rate = { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 };
    expect(template.one("AWS::ApiGatewayV2::Stage").Properties.RouteSettings).toEqual(
      Object.fromEntries(pushes.map((key) => [key, rate])),
    );
    for (const [, { Properties }] of template.all("AWS::ApiGatewayV2::Integration"))
      expect(Properties.PayloadFormatVersion).toBe("2.0");
  });
});

describe("everything that keeps data", () => {
  it("is encrypted: queues; the topic holds none", () => {
    for (const [, { Properties }] of template.all("AWS::SQS::Queue")) {
      expect(Properties.SqsManagedSseEnabled).toBe(true);
    }
    // Its own key would cost $1 a month, for names of alarms.
    expect(template.text).not.toContain("AWS::KMS::Key");
  });

  it("keeps logs for the days that were asked for", () => {
    for (const [, { Properties }] of template.all("AWS::Logs::LogGroup")) {
      expect(Properties.RetentionInDays).toBe(30);
    }
  });

  it("leaves secrets to their owner: neither made up nor overwritten", () => {
    const owned = template.all("AWS::SecretsManager::Secret").filter(([id]) => !/^CursorKey/.test(id));
    for (const [, { Properties }] of owned) {
      expect(Object.keys(Properties)).toEqual(["Description"]);
    }
  });

  it("makes up a cursor key that is one key, wherever it is deployed: a comma would make two", () => {
    const made = template.all("AWS::SecretsManager::Secret").filter(([id]) => /^CursorKey/.test(id));
    expect(made.map(([, { Properties }]) => Properties.GenerateSecretString)).toMatchObject([
      { PasswordLength: 48, ExcludeCharacters: "," },
    ]);
  });
});
